frappe.listview_settings["Portal Payment"] = {
	get_indicator(doc) {
		const colours = { Waiting: "gray", Reported: "orange", Matched: "blue", Paid: "green", Withdrawn: "gray" };
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};
