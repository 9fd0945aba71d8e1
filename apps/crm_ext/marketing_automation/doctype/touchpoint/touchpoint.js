frappe.ui.form.on("Touchpoint", {
	refresh(frm) {
		if (!frm.is_new()) {
			frm.disable_form();
		}
	},
});
