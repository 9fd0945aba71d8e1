// What contracts will be billed: a month opens its lines, a line its contract.

frappe.query_reports["Billing Preview"] = {
	tree: true,
	name_field: "name",
	parent_field: "parent",
	initial_depth: 0,

	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
		},
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "service_contract",
			label: __("Service Contract"),
			fieldtype: "Link",
			options: "Service Contract",
		},
		{ fieldname: "months", label: __("Months Ahead"), fieldtype: "Int", default: 12 },
		{
			fieldname: "calendar",
			label: __("Calendar"),
			fieldtype: "Select",
			options: [
				{ value: "Gregorian", label: __("Gregorian") },
				{ value: "Jalali", label: __("Jalali") },
			],
			default: (frappe.boot.lang || "").startsWith("fa") ? "Jalali" : "Gregorian",
		},
	],

	onload(report) {
		if (frappe.model.can_create("Billing Run")) {
			report.page.add_inner_button(__("New Billing Run"), () => frappe.new_doc("Billing Run"));
		}
	},

	formatter(value, row, column, data, default_formatter) {
		const is_persian = (frappe.boot.lang || "").startsWith("fa");
		if (column.fieldname === "due_on" && value && is_persian) {
			return new Intl.DateTimeFormat("fa-IR-u-ca-persian").format(frappe.datetime.str_to_obj(value));
		}
		const shown = default_formatter(value, row, column, data);
		return data && data.is_month ? `<strong>${shown}</strong>` : shown;
	},
};
