// A reminder about an invoice whose payment is promised for a day to come may do more harm than good.
frappe.ui.form.on("Dunning", {
	async refresh(frm) {
		if (frm.doc.docstatus !== 0) return;
		const invoices = (frm.doc.overdue_payments || []).map((row) => row.sales_invoice).filter(Boolean);
		if (!invoices.length || !frappe.model.can_read("Promise to Pay")) return;
		const { message: promised } = await frappe.call({
			method: "crm_ext.api.receivables.promised_invoices",
			type: "GET",
			args: { invoices },
		});
		for (const promise of promised) {
			const link = frappe.utils.get_form_link("Promise to Pay", promise.promise, true);
			frm.dashboard.add_comment(
				__("Invoice {0} is promised for {1} ({2}). The reminder can wait until then.", [
					frappe.utils.escape_html(promise.invoice),
					frappe.datetime.str_to_user(promise.promised_date),
					link,
				]),
				"yellow",
				true
			);
		}
	},
});
