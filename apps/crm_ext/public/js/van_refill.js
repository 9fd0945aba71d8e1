// The parts that a technician's van lacks for its planned jobs, asked for by one button.
frappe.ui.form.on("Technician", {
	refresh(frm) {
		if (frm.is_new() || !frm.doc.van_warehouse || !frappe.model.can_create("Material Request")) return;
		frm.add_custom_button(__("Ask for the Parts of the Van"), async () => {
			const requests = await frappe.xcall("crm_ext.api.maintenance.refill_vans", { technician: frm.doc.name });
			if (!requests.length) {
				frappe.msgprint(__("The van has, or waits for, everything that its planned jobs need."));
			} else {
				frappe.set_route("Form", "Material Request", requests[0]);
			}
		});
	},
});
