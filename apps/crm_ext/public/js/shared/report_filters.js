// Filters that reports have in common. Report scripts take this file in by Frappe's include, because they have no imports
// and must have their filters at once.

frappe.provide("crm_ext.report_filters");

Object.assign(crm_ext.report_filters, {
	company: (values = {}) => ({
		fieldname: "company",
		label: __("Company"),
		fieldtype: "Link",
		options: "Company",
		default: frappe.defaults.get_user_default("Company"),
		reqd: 1,
		...values,
	}),

	/** The two days of a period that ends today; labels are those of the report where it says what happened in between. */
	period(months, from_label = __("From Date"), to_label = __("To Date")) {
		const today = frappe.datetime.get_today();
		const start = frappe.datetime.add_days(frappe.datetime.add_months(today, -months), 1);
		return [
			{ fieldname: "from_date", label: from_label, fieldtype: "Date", default: start, reqd: 1 },
			{ fieldname: "to_date", label: to_label, fieldtype: "Date", default: today, reqd: 1 },
		];
	},

	/** Jalali for those who read Persian. */
	calendar: (values = {}) => ({
		fieldname: "calendar",
		label: __("Calendar"),
		fieldtype: "Select",
		options: [
			{ value: "Gregorian", label: __("Gregorian") },
			{ value: "Jalali", label: __("Jalali") },
		],
		default: (frappe.boot.lang || "").startsWith("fa") ? "Jalali" : "Gregorian",
		...values,
	}),
});
