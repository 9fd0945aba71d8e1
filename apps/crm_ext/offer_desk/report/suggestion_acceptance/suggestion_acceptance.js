// Filters, and from each figure to the suggestions that it counts.

{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Suggestion Acceptance"] = {
	filters: [
		{
			fieldname: "by",
			label: __("Count by"),
			fieldtype: "Select",
			options: [
				{ value: "Item", label: __("Item") },
				{ value: "Kind", label: __("Kind") },
				{ value: "Representative", label: __("Representative") },
				{ value: "Place", label: __("Place") },
			],
			default: "Item",
			reqd: 1,
		},
		...crm_ext.report_filters.period(3),
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
	],

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		const outcome = { shown: "", taken: "Taken", refused: "Refused", open: "Shown" }[column.fieldname];
		if (outcome === undefined || !data || !value) return shown;
		const subject = frappe.utils.escape_html(data.subject || "");
		return `<a href="#" data-outcome="${outcome}" data-subject="${subject}">${shown}</a>`;
	},

	after_datatable_render() {
		frappe.query_report.$report
			.off("click.crm_ext")
			.on("click.crm_ext", "a[data-outcome]", (event) => {
				event.preventDefault();
				open_rows(event.currentTarget.dataset);
			});
	},
};

function open_rows({ outcome, subject }) {
	const { by, from_date, to_date, company, customer } = frappe.query_report.get_filter_values();
	const field = { Item: "item_code", Kind: "kind", Representative: "representative", Place: "place" }[by];
	const optional = { company, customer, outcome };
	frappe.set_route("List", "Item Suggestion", {
		[field]: subject || ["is", "not set"],
		shown_on: ["between", [from_date, to_date]],
		...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
	});
}
