// The configurator of offers; fetched when it is opened.
import { configure } from "./configurator/dialog";

frappe.provide("crm_ext.offer_desk");
crm_ext.offer_desk.configure = configure;
