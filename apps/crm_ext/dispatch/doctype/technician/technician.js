frappe.ui.form.on("Technician", {
	refresh(frm) {
		if (frm.is_new() || !frappe.boot.page_info?.["dispatch-board"]) return;
		frm.add_custom_button(__("Show the Day"), () => {
			frappe.route_options = { company: frm.doc.company, technician: frm.doc.name };
			frappe.set_route("dispatch-board", "day", frappe.datetime.now_date());
		});
	},
});
