// Items are put into the customers' catalogue, or taken out, many at a time.
frappe.listview_settings.Item = frappe.listview_settings.Item || {};

(() => {
	const settings = frappe.listview_settings.Item;
	const onload = settings.onload;

	settings.onload = (list) => {
		if (onload) onload(list);
		if (!frappe.model.can_write("Item")) return;
		list.page.add_actions_menu_item(__("Show in the Customer Catalogue"), () => show(list, 1));
		list.page.add_actions_menu_item(__("Take out of the Customer Catalogue"), () => show(list, 0));
	};

	async function show(list, is_shown) {
		const items = list.get_checked_items(true);
		if (!items.length) return;
		const changed = await frappe.xcall("crm_ext.api.shop.show_in_catalogue", { items, is_shown });
		const message = is_shown
			? __("{0} items are in the catalogue now.", [changed])
			: __("{0} items were taken out of the catalogue.", [changed]);
		frappe.show_alert({ message, indicator: "green" });
		list.clear_checked_items();
		list.refresh();
	}
})();
