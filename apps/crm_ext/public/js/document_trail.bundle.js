import { show_panel } from "./document_trail/panel.js";
import { TrailPage } from "./document_trail/page.js";

frappe.provide("crm_ext.document_trail");
Object.assign(crm_ext.document_trail, { show_panel, TrailPage });
