frappe.views.calendar["Campaign Plan"] = {
	field_map: {
		id: "name",
		title: "title",
		start: "from_date",
		end: "to_date",
		allDay: "allDay",
		status: "status",
	},
	get_css_class(plan) {
		return { "Awaiting Approval": "warning", Rejected: "danger", Running: "success" }[plan.status] || "default";
	},
	get_events_method: "crm_ext.api.campaign_plans.calendar",
	filters: [
		{ fieldtype: "Link", fieldname: "company", options: "Company", label: __("Company") },
		{ fieldtype: "Link", fieldname: "territory", options: "Territory", label: __("Territory") },
	],
	gantt: {
		field_map: { id: "name", title: "title", start: "from_date", end: "to_date" },
		order_by: "from_date",
	},
};
