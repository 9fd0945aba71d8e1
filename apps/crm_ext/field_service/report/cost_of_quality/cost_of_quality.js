// Filters, and the way from each figure to the documents behind it. Figures are computed on the server.

{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Cost of Quality"] = {
	filters: [
		crm_ext.report_filters.company(),
		...crm_ext.report_filters.period(12),
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "Item", label: __("Item") },
				{ value: "Batch", label: __("Batch") },
				{ value: "Supplier", label: __("Supplier") },
				{ value: "Cause", label: __("Cause") },
				{ value: "Month", label: __("Month") },
				{ value: "Complaint", label: __("Complaint") },
				{ value: "Document", label: __("Document") },
			],
			default: "Item",
		},
		crm_ext.report_filters.calendar({ depends_on: "eval: doc.group_by == 'Month'" }),
		{ fieldname: "issue", label: __("Complaint"), fieldtype: "Link", options: "Issue" },
		// Words, not links: "-" asks for complaints of which it is not known.
		{ fieldname: "item_code", label: __("Item"), fieldtype: "Data" },
		{ fieldname: "batch_no", label: __("Batch"), fieldtype: "Data" },
		{ fieldname: "supplier", label: __("Supplier"), fieldtype: "Data" },
		{ fieldname: "cause", label: __("Cause"), fieldtype: "Data" },
	],

	onload(report) {
		report.page.main.on("click", ".crm-ext-quality-group", (event) => {
			event.preventDefault();
			crm_ext_cost_of_quality.open(report, event.currentTarget.dataset);
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (data.is_total) return column.fieldtype === "Link" ? frappe.utils.escape_html(value || "") : `<strong>${shown}</strong>`;
		const is_figure = column.fieldtype === "Currency" || column.fieldname === "complaints";
		const is_group = column.fieldname === "label" && column.fieldtype === "Data";
		if (!data.key || !value || !(is_figure || is_group)) return shown;
		return $("<a href='#' class='crm-ext-quality-group'></a>")
			.attr({
				"data-key": data.key,
				"data-figure": column.fieldname,
				"data-first_day": data.first_day,
				"data-last_day": data.last_day,
				title: __("Open what stands behind it"),
			})
			.html(shown)
			.prop("outerHTML");
	},
};

const crm_ext_cost_of_quality = {
	field_of: { Item: "item_code", Batch: "batch_no", Supplier: "supplier", Cause: "cause", Complaint: "issue" },

	// From a group to its complaints, from a complaint to its documents.
	open(report, { key, first_day, last_day }) {
		const by = report.get_filter_value("group_by");
		if (by === "Month") {
			const from = report.get_filter_value("from_date");
			const to = report.get_filter_value("to_date");
			report.set_filter_value({
				from_date: first_day > from ? first_day : from,
				to_date: last_day < to ? last_day : to,
				group_by: "Complaint",
			});
			return;
		}
		report.set_filter_value({ [this.field_of[by]]: key, group_by: by === "Complaint" ? "Document" : "Complaint" });
	},
};
