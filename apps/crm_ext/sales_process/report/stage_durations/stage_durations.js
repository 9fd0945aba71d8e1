{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Stage Durations"] = {
	filters: [
		crm_ext.report_filters.company(),
		{
			fieldname: "process",
			label: __("Sales Process"),
			fieldtype: "Link",
			options: "Sales Process",
		},
		{
			fieldname: "from_date",
			label: __("Left From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
		},
		{ fieldname: "to_date", label: __("Left Until"), fieldtype: "Date" },
		{ fieldname: "sales_stage", label: __("Sales Stage"), fieldtype: "Link", options: "Sales Stage" },
	],

	// The number of passages opens the opportunities behind it.
	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (column.fieldname !== "passages" || !data) return shown;
		const stage = frappe.utils.escape_html(data.sales_stage);
		return `<a role="button" tabindex="0" style="text-decoration: underline" data-stage="${stage}"
			onclick="frappe.query_report.set_filter_value('sales_stage', this.dataset.stage)"
			onkeydown="event.key === 'Enter' && this.click()">${shown}</a>`;
	},
};
