frappe.listview_settings["Van Refill"] = {
	hide_name_column: true,
	onload(list) {
		if (!frappe.model.can_create("Material Request")) return;
		list.page.add_inner_button(__("Ask for the Parts of All Vans"), async () => {
			const requests = await frappe.xcall("crm_ext.api.maintenance.refill_vans");
			frappe.show_alert({ message: __("{0} Material Requests made.", [requests.length]), indicator: "green" });
			list.refresh();
		});
	},
};
