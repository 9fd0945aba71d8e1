frappe.listview_settings["Lead Import"] = {
	get_indicator(doc) {
		const colours = {
			Draft: "gray",
			Checking: "blue",
			Checked: "blue",
			Running: "orange",
			Done: "green",
			"Done with Refusals": "yellow",
			Failed: "red",
			Cancelled: "gray",
		};
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};
