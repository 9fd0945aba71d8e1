frappe.listview_settings["Planned Visit"] = {
	add_fields: ["status", "problem"],
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { Planned: "blue", Ordered: "orange", Done: "green", Skipped: "gray" };
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
	onload(list) {
		if (!frappe.model.can_write("Planned Visit")) return;
		const chosen = () => list.get_checked_items(true);
		list.page.add_actions_menu_item(__("Make the Service Orders"), async () => {
			const orders = await frappe.xcall("crm_ext.api.maintenance.order_visits", { visits: chosen() });
			frappe.show_alert({ message: __("{0} Service Orders made.", [orders.length]), indicator: "green" });
			list.refresh();
		});
		list.page.add_actions_menu_item(__("Leave Out"), () =>
			frappe.prompt(
				{ fieldname: "reason", fieldtype: "Data", label: __("Why"), reqd: 1 },
				async ({ reason }) => {
					await frappe.xcall("crm_ext.api.maintenance.skip_visits", { visits: chosen(), reason });
					list.refresh();
				},
				__("Leave Out")
			)
		);
	},
};
