frappe.ui.form.on("Supplier Claim", {
	refresh(frm) {
		if (frm.doc.docstatus !== 1 || frm.doc.status !== "Claimed") return;
		const act = async (method, args) => {
			await frappe.call({
				method: `crm_ext.api.complaints.${method}`,
				args: { claim: frm.doc.name, ...args },
				freeze: true,
			});
			frm.reload_doc();
		};
		frm.add_custom_button(__("Settled"), () => act("settle_claim"));
		frm.add_custom_button(__("Refused"), () =>
			frappe.prompt(
				{ fieldname: "reason", fieldtype: "Small Text", label: __("Why the Supplier Refused"), reqd: 1 },
				({ reason }) => act("refuse_claim", { reason }),
				__("Refused by the Supplier"),
				__("Record")
			)
		);
	},
});

{
	const total = (frm) => frm.set_value("total", frappe.utils.sum((frm.doc.lines || []).map((line) => flt(line.amount))));
	const amount = async (frm, doctype, name) => {
		const line = locals[doctype][name];
		await frappe.model.set_value(doctype, name, "amount", flt(line.qty * line.rate, precision("amount", line)));
		total(frm);
	};
	frappe.ui.form.on("Supplier Claim Line", { qty: amount, rate: amount, lines_remove: total });
}
