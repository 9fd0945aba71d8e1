// What the offer desk shows on the forms of opportunities, quotations and sales orders; loaded by those only.
import "./offer_desk/promises";
import "./offer_desk/configurator";
import "./offer_desk/holds";
import "./offer_desk/options";
import "./offer_desk/templates";
import "./offer_desk/revisions";
import "./offer_desk/production";
import "./offer_desk/suggestions";
import "./offer_desk/answers";

import { extend, release } from "./offer_desk/hold_dialogs";
import { ask } from "./offer_desk/margin";
import { part, refresh, section } from "./offer_desk/panel";

frappe.provide("crm_ext.offer_desk");
Object.assign(crm_ext.offer_desk, { part, refresh, section });
// The button of the message that refuses an offer below its floor finds it here.
crm_ext.offer_desk.margin = { ask };
// The form of a hold has the same dialogs as its quotation.
crm_ext.offer_desk.holds = { extend, release };
