frappe.ui.form.on("Technician", {
	refresh(frm) {
		tell_what_lacks(frm);
		if (frm.is_new() || !frappe.boot.page_info?.["dispatch-board"]) return;
		frm.add_custom_button(__("Show the Day"), () => {
			frappe.route_options = { company: frm.doc.company, technician: frm.doc.name };
			frappe.set_route("dispatch-board", "day", frappe.datetime.now_date());
		});
	},
	latitude: tell_what_lacks,
	longitude: tell_what_lacks,
	base_address: tell_what_lacks,
	status: tell_what_lacks,
});

/** Planning leaves out whoever starts nowhere. */
function tell_what_lacks(frm) {
	const { status, latitude, longitude, base_address } = frm.doc;
	const is_lost = status === "Active" && !latitude && !longitude && !base_address;
	frm.set_intro(
		is_lost ? __("Planning leaves out technicians without a base on the map. Enter latitude and longitude of the base.") : "",
		"orange"
	);
}
