const STATUS_COLOURS = {
	Draft: "gray",
	"Awaiting Approval": "orange",
	Rejected: "red",
	Approved: "blue",
	Running: "green",
	Completed: "purple",
	Cancelled: "red",
};

frappe.listview_settings["Campaign Plan"] = {
	hide_name_column: true,
	add_fields: ["status", "currency"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
	get_indicator(plan) {
		return [__(plan.status), STATUS_COLOURS[plan.status], `status,=,${plan.status}`];
	},
};
