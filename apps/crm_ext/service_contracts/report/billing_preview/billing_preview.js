// What contracts will be billed: a month opens its lines, a line its contract.

{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Billing Preview"] = {
	tree: true,
	name_field: "name",
	parent_field: "parent",
	initial_depth: 0,

	filters: [
		crm_ext.report_filters.company({ reqd: 0 }),
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "service_contract",
			label: __("Service Contract"),
			fieldtype: "Link",
			options: "Service Contract",
		},
		{ fieldname: "months", label: __("Months Ahead"), fieldtype: "Int", default: 12 },
		crm_ext.report_filters.calendar(),
	],

	onload(report) {
		if (frappe.model.can_create("Billing Run")) {
			report.page.add_inner_button(__("New Billing Run"), () => frappe.new_doc("Billing Run"));
		}
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		return data && data.is_month ? `<strong>${shown}</strong>` : shown;
	},
};
