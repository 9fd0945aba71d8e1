frappe.listview_settings["Maintenance Plan"] = {
	add_fields: ["status", "problem"],
	get_indicator(doc) {
		if (doc.status === "Active" && doc.problem) return [__("Nothing Is Planned"), "orange", "problem,is,set"];
		const colours = { Active: "green", Paused: "orange", Ended: "gray" };
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};
