frappe.listview_settings["Equipment"] = {
	add_fields: ["status", "warranty_expires_on"],
	has_indicator_for_draft: true,
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { "In Use": "green", "In Store": "blue", Returned: "orange", Scrapped: "gray" };
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
	onload(list) {
		list.page.add_inner_button(__("Tree"), () => frappe.set_route("Tree", "Equipment"));
		if (frappe.user.has_role(["System Manager", "Maintenance Manager"])) {
			list.page.add_menu_item(__("Make Equipment of Earlier Deliveries"), () =>
				frappe.confirm(
					__("Make a record for every serial number that was delivered before? It runs in the background and may be repeated."),
					() => frappe.xcall("crm_ext.api.equipment.make_from_earlier_deliveries")
				)
			);
		}
	},
};
