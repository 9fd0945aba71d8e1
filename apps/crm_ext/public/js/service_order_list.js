// From the list of service orders to the board on which they are planned.
frappe.listview_settings["Service Order"] = frappe.listview_settings["Service Order"] || {};

(() => {
	const settings = frappe.listview_settings["Service Order"];
	const onload = settings.onload;

	settings.onload = (list) => {
		onload?.(list);
		if (!frappe.boot.page_info?.["dispatch-board"]) return;
		list.page.add_inner_button(__("Dispatch Board"), () => frappe.set_route("dispatch-board"));
	};
})();
