frappe.ui.form.on("Promise to Pay", {
	setup(frm) {
		frm.set_query("sales_invoice", "invoices", () => ({
			filters: { customer: frm.doc.customer, docstatus: 1, outstanding_amount: [">", 0] },
		}));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		if (frm.doc.status !== "Withdrawn") {
			frm.add_custom_button(__("Compute Status Now"), () => settle_promise(frm, "judge_promise"));
		}
		if (frm.doc.status === "Open") {
			frm.add_custom_button(__("Withdraw"), () => settle_promise(frm, "withdraw_promise"));
		}
	},
});

function settle_promise(frm, verb) {
	return frappe
		.xcall(`crm_ext.api.receivables.${verb}`, { promise: frm.doc.name })
		.then(() => frm.reload_doc());
}
