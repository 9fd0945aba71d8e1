frappe.listview_settings["Service Contract"] = {
	add_fields: ["status", "end_date", "notice_given_on", "billing_problem", "billing_stopped"],
	has_indicator_for_draft: true,
	get_indicator(contract) {
		const colours = {
			Draft: "red",
			Upcoming: "blue",
			Active: "green",
			Suspended: "orange",
			Expired: "gray",
			Terminated: "gray",
			Cancelled: "red",
		};
		if (contract.status === "Active" && contract.billing_problem) {
			return [__("Active, Not Billed"), "red", "status,=,Active|billing_problem,is,set"];
		}
		if (contract.status === "Active" && contract.notice_given_on) {
			return [__("Active, Notice Given"), "yellow", "status,=,Active|notice_given_on,is,set"];
		}
		return [__(contract.status), colours[contract.status], `status,=,${contract.status}`];
	},
};
