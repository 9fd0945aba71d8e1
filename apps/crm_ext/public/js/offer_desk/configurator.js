// The button that opens the configurator on a quotation that can still be changed.

import { part } from "./panel";

part(["Quotation"], (frm) => {
	if (frm.doc.docstatus !== 0 || !frappe.model.can_read("Offer Model")) return;
	frm.add_custom_button(__("Configure"), async () => {
		await frappe.require(["offer_configurator.bundle.css", "offer_configurator.bundle.js"]);
		await crm_ext.offer_desk.configure(frm);
	});
});
