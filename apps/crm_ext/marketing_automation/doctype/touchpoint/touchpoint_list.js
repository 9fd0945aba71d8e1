frappe.listview_settings["Touchpoint"] = {
	hide_name_column: true, // a digest tells nobody anything
};
