frappe.ui.form.on("Portal Payment", {
	refresh(frm) {
		if (frm.doc.status === "Waiting" || frm.doc.status === "Reported") {
			frm.page.set_primary_action(__("Make Payment Entry"), () =>
				frappe
					.xcall("crm_ext.api.receivables.make_payment_entry", { payment: frm.doc.name })
					.then((entry) => frappe.set_route("Form", "Payment Entry", entry))
			);
			frm.add_custom_button(__("Withdraw"), () =>
				frappe.confirm(__("The money never came? The customer can then pay these invoices again."), () =>
					frappe
						.xcall("crm_ext.api.receivables.withdraw_payment", { payment: frm.doc.name })
						.then(() => frm.reload_doc())
				)
			);
		}
		if (frm.doc.payment_entry) {
			frm.add_custom_button(__("Open Payment Entry"), () =>
				frappe.set_route("Form", "Payment Entry", frm.doc.payment_entry)
			);
		}
	},
});
