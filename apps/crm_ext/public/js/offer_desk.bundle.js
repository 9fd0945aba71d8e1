// What the offer desk shows on the forms of opportunities, quotations and sales orders; loaded by those only.
import "./offer_desk/promises";

import { part, refresh, section } from "./offer_desk/panel";

frappe.provide("crm_ext.offer_desk");
Object.assign(crm_ext.offer_desk, { part, refresh, section });
