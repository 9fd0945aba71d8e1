// Opened from a figure of Campaign Return; every row leads on to its document and its postings.

{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Campaign Return Ledger Rows"] = {
	filters: [
		crm_ext.report_filters.company({ reqd: 0 }),
		{
			fieldname: "figure",
			label: __("Figure"),
			fieldtype: "Select",
			options: [
				{ value: "revenue", label: __("Net Revenue") },
				{ value: "cost_of_goods", label: __("Cost of Goods") },
				{ value: "discount", label: __("Discounts Given") },
				{ value: "discount_on_documents", label: __("Discounts Not in the Ledger") },
				{ value: "returns", label: __("Returns") },
				{ value: "bad_debt", label: __("Bad Debt") },
				{ value: "margin", label: __("Margin") },
				{ value: "spend", label: __("Spend") },
				{ value: "touches", label: __("Touches") },
				{ value: "leads", label: __("Leads") },
				{ value: "opportunities", label: __("Opportunities") },
				{ value: "quotations", label: __("Quotations") },
				{ value: "orders", label: __("Orders") },
			],
			default: "revenue",
			reqd: 1,
		},
		{ fieldname: "campaign", label: __("Campaign (empty: no campaign)"), fieldtype: "Link", options: "Campaign" },
		...crm_ext.report_filters.period(12),
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
		{
			fieldname: "model",
			label: __("Attribution Model"),
			fieldtype: "Select",
			options: [
				{ value: "Last Touch", label: __("Last Touch") },
				{ value: "First Touch", label: __("First Touch") },
				{ value: "Linear", label: __("Linear") },
				{ value: "Position Based", label: __("Position Based") },
				{ value: "Time Decay", label: __("Time Decay") },
				{ value: "Markov Removal Effect", label: __("Markov Removal Effect") },
			],
			default: "Last Touch",
		},
		{ fieldname: "look_back_days", label: __("Look-Back Days (empty: all)"), fieldtype: "Int" },
		{ fieldname: "half_life_days", label: __("Half-Life in Days"), fieldtype: "Float", default: 7 },
	],

	onload(report) {
		report.page.main.on("click", ".crm-ext-postings", (event) => {
			event.preventDefault();
			const { company, voucher, day } = event.currentTarget.dataset;
			frappe.set_route("query-report", "General Ledger", {
				company,
				voucher_no: voucher,
				from_date: day,
				to_date: day,
				categorize_by: "",
			});
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data || column.fieldname !== "amount") return shown;
		const escape = frappe.utils.escape_html;
		return `<a href="#" class="crm-ext-postings" data-company="${escape(data.company)}"
			data-voucher="${escape(data.voucher)}" data-day="${escape(data.posting_date)}"
			title="${escape(__("Open the postings in the general ledger"))}">${shown}</a>`;
	},
};
