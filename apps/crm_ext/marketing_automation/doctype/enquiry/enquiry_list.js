frappe.listview_settings["Enquiry"] = {
	get_indicator(doc) {
		const colours = {
			Received: "blue",
			"Lead Created": "green",
			"Known Party": "purple",
			"Suspected Spam": "gray",
			Failed: "red",
		};
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};
