frappe.listview_settings["Promise to Pay"] = {
	get_indicator(doc) {
		const colours = { Open: "orange", Kept: "green", Broken: "red", Withdrawn: "gray" };
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};
