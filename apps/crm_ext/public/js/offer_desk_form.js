// Comes with the form of each doctype that the offer desk speaks on. The bundle is fetched after the form has been drawn.
frappe.provide("crm_ext.offer_desk");

// The file runs once for each of these doctypes that is opened.
if (!crm_ext.offer_desk.forms) {
	crm_ext.offer_desk.forms = ["Opportunity", "Quotation", "Sales Order"];
	for (const doctype of crm_ext.offer_desk.forms) {
		frappe.ui.form.on(doctype, {
			async refresh(frm) {
				await frappe.require(["offer_desk.bundle.css", "offer_desk.bundle.js"]);
				crm_ext.offer_desk.refresh(frm);
			},
		});
	}
}
