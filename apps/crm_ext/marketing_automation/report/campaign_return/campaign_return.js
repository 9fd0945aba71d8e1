// Filters, drill-down and the comparison with the trial balance. Figures are computed on the server.

{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Campaign Return"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "MultiSelectList",
			options: "Company",
			get_data: (text) => frappe.db.get_link_options("Company", text),
			default: [frappe.defaults.get_user_default("Company")].filter(Boolean),
		},
		{
			fieldname: "period",
			label: __("Period"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Dates Below") },
				{ value: "This Month", label: __("This Month") },
				{ value: "Last Month", label: __("Last Month") },
				{ value: "This Season", label: __("This Season") },
				{ value: "Last Season", label: __("Last Season") },
				{ value: "This Year", label: __("This Year") },
				{ value: "Last Year", label: __("Last Year") },
			],
			on_change: (report) => crm_ext_campaign_return.choose_period(report),
		},
		crm_ext.report_filters.calendar({ on_change: (report) => crm_ext_campaign_return.choose_period(report) }),
		...crm_ext.report_filters.period(12),
		{
			fieldname: "campaign",
			label: __("Campaign"),
			fieldtype: "MultiSelectList",
			options: "Campaign",
			get_data: (text) => frappe.db.get_link_options("Campaign", text),
		},
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
		{
			fieldname: "half_life_days",
			label: __("Half-Life in Days"),
			fieldtype: "Float",
			default: 7,
			depends_on: "eval: doc.model == 'Time Decay'",
		},
		{
			fieldname: "presentation_currency",
			label: __("Convert To"),
			fieldtype: "Link",
			options: "Currency",
		},
	],

	onload(report) {
		report.page.add_inner_button(__("Compare with Trial Balance"), () =>
			crm_ext_campaign_return.compare(report)
		);
		report.page.main.on("click", ".crm-ext-figure", (event) => {
			event.preventDefault();
			const { company, campaign, figure } = event.currentTarget.dataset;
			crm_ext_campaign_return.open_rows(report, company, campaign, figure);
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (data.is_total) return `<strong>${shown}</strong>`;
		if (!value || !crm_ext_campaign_return.figures.includes(column.fieldname)) return shown;
		const escape = frappe.utils.escape_html;
		return `<a href="#" class="crm-ext-figure" data-company="${escape(data.company)}"
			data-campaign="${escape(data.campaign || "")}" data-figure="${column.fieldname}"
			title="${escape(__("Open the rows behind {0}", [column.label]))}">${shown}</a>`;
	},
};

const crm_ext_campaign_return = {
	figures: [
		"spend",
		"touches",
		"leads",
		"opportunities",
		"quotations",
		"orders",
		"revenue",
		"cost_of_goods",
		"discount",
		"discount_on_documents",
		"returns",
		"bad_debt",
		"margin",
	],

	async choose_period(report) {
		const choice = report.get_filter_value("period");
		if (!choice) return report.refresh();
		const period = await frappe.xcall(
			"crm_ext.api.campaign_return.period",
			{ choice, calendar: report.get_filter_value("calendar") },
			"GET"
		);
		await report.set_filter_value({ from_date: period.from_date, to_date: period.to_date });
	},

	open_rows(report, company, campaign, figure) {
		const kept = ["from_date", "to_date", "territory", "model", "look_back_days", "half_life_days"];
		const filters = { company, campaign: campaign || undefined, figure };
		kept.forEach((name) => (filters[name] = report.get_filter_value(name)));
		frappe.set_route("query-report", "Campaign Return Ledger Rows", filters);
	},

	async compare(report) {
		const filters = { from_date: report.get_filter_value("from_date"), to_date: report.get_filter_value("to_date") };
		const companies = report.get_filter_value("company");
		const answer = await frappe.xcall(
			"crm_ext.api.campaign_return.compare_with_trial_balance",
			{ ...filters, companies: JSON.stringify(companies || []) },
			"GET"
		);
		const escape = frappe.utils.escape_html;
		const money = (amount, currency) =>
			frappe.format(amount, { fieldtype: "Currency", options: "currency" }, { only_value: true }, { currency });
		const body = answer
			.map(
				(line) => `<tr><td>${escape(line.company)}</td><th scope="row">${escape(line.label)}</th>
				<td class="text-right">${money(line.trial_balance, line.currency)}</td>
				<td class="text-right">${money(line.figures, line.currency)}</td>
				<td class="text-right">${money(line.difference, line.currency)}
				${line.difference ? `(${__("differs")})` : `(${__("agrees")})`}</td></tr>`
			)
			.join("");
		frappe.msgprint({
			title: __("Figures and Trial Balance"),
			wide: true,
			message: `<table class="table table-bordered"><thead><tr>
				<th scope="col">${__("Company")}</th><th scope="col">${__("Accounts")}</th>
				<th scope="col">${__("Trial Balance")}</th><th scope="col">${__("Campaign Return")}</th>
				<th scope="col">${__("Difference")}</th></tr></thead><tbody>${body}</tbody></table>`,
		});
	},
};
