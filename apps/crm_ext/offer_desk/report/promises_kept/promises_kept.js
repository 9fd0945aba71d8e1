{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Promises Kept"] = {
	filters: [
		crm_ext.report_filters.company(),
		...crm_ext.report_filters.period(3, __("Confirmed From"), __("Confirmed To")),
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{ fieldname: "item_code", label: __("Item"), fieldtype: "Link", options: "Item" },
		{ fieldname: "representative", label: __("Representative"), fieldtype: "Data" },
		{
			fieldname: "outcome",
			label: __("Outcome"),
			fieldtype: "Select",
			options: [
				"",
				{ value: "On Time", label: __("On Time") },
				{ value: "Late", label: __("Late") },
				{ value: "Overdue", label: __("Overdue") },
				{ value: "Open", label: __("Open") },
				{ value: "Closed", label: __("Closed") },
				{ value: "Delivered, Day Unknown", label: __("Delivered, Day Unknown") },
			],
		},
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				"",
				{ value: "Customer", label: __("Customer") },
				{ value: "Item", label: __("Item") },
				{ value: "Representative", label: __("Representative") },
			],
		},
	],
	// A bar opens the lines that it counts; a group opens its own.
	after_datatable_render() {
		const report = frappe.query_report;
		const place = report.$chart?.get(0);
		if (!place || place.dataset.opens) return;
		place.dataset.opens = "1";
		place.addEventListener("click", ({ target }) => {
			const bar = target.closest?.(".bar");
			const [from_date, to_date] = report.chart_options?.periods?.[bar?.dataset.pointIndex] || [];
			if (from_date) report.set_filter_value({ from_date, to_date, group_by: "" });
		});
	},
	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname === "group" && value) {
			return $(`<a href="#" class="crm-open-group"></a>`).text(value).attr("data-group", value).prop("outerHTML");
		}
		return default_formatter(value, row, column, data);
	},
	onload(report) {
		const filter_of = { Customer: "customer", Item: "item_code", Representative: "representative" };
		report.page.main.on("click", ".crm-open-group", (event) => {
			event.preventDefault();
			const group_by = report.get_filter_value("group_by");
			report.set_filter_value({ [filter_of[group_by]]: event.currentTarget.dataset.group, group_by: "" });
		});
	},
};
