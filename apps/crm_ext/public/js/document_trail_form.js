// Comes with the form of each doctype of the chain. The panel itself is fetched after the form has been drawn.
frappe.provide("crm_ext.document_trail");

// The file runs once for each of these doctypes that is opened.
if (!crm_ext.document_trail.forms) {
	crm_ext.document_trail.forms = [
		"Campaign",
		"Campaign Plan",
		"Lead",
		"Prospect",
		"Opportunity",
		"Quotation",
		"Sales Order",
		"Service Contract",
		"Issue",
		"Service Order",
		"Stock Entry",
		"Timesheet",
		"Delivery Note",
		"Sales Invoice",
		"POS Invoice",
		"Payment Request",
		"Dunning",
		"Payment Entry",
		"Journal Entry",
		"Purchase Invoice",
	];
	for (const doctype of crm_ext.document_trail.forms) {
		frappe.ui.form.on(doctype, {
			async refresh(frm) {
				if (frm.is_new()) return;
				// Of these only what a service order made belongs to a trail.
				if (["Stock Entry", "Timesheet"].includes(doctype) && !frm.doc.service_order) return;
				await frappe.require(["document_trail.bundle.css", "document_trail.bundle.js"]);
				crm_ext.document_trail.show_panel(frm);
			},
		});
	}
}
