// From the list of leads to the import of many.

frappe.listview_settings["Lead"] = frappe.listview_settings["Lead"] || {};

const settings = frappe.listview_settings["Lead"];
const onload_before = settings.onload;

settings.onload = (listview) => {
	onload_before?.(listview);
	if (frappe.model.can_create("Lead Import")) {
		listview.page.add_inner_button(__("Import a File"), () => frappe.new_doc("Lead Import"));
	}
};
