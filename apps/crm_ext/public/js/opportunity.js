frappe.ui.form.on("Opportunity", {
	async refresh(frm) {
		if (frm.is_new()) return frm.crm_ext_stepper?.hide();
		await frappe.require(["sales_process.bundle.css", "sales_process.bundle.js"]);
		frm.crm_ext_stepper ??= new crm_ext.sales_process.Stepper(frm);
		frm.crm_ext_stepper.refresh();
	},
});
