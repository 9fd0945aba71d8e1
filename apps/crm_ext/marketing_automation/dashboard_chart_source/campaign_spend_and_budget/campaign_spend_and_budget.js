frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Campaign Spend and Budget"] = {
	method: "crm_ext.api.desk_figures.spend_and_budget",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
	],
};
