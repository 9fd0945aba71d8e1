// Filters and the way to the rows behind each figure. Figures are computed on the server.

{% include "crm_ext/public/js/shared/report_filters.js" %}

frappe.query_reports["Contract Profit"] = {
	filters: [
		crm_ext.report_filters.company(),
		...crm_ext.report_filters.period(12),
		{
			fieldname: "view",
			label: __("Seen by"),
			fieldtype: "Select",
			options: [
				{ value: "Contract", label: __("Contract") },
				{ value: "Customer", label: __("Customer") },
				{ value: "Equipment", label: __("Equipment") },
				{ value: "Technician", label: __("Technician") },
				{ value: "Month", label: __("Month") },
			],
			default: "Contract",
		},
		crm_ext.report_filters.calendar({ depends_on: "eval: doc.view == 'Month'" }),
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "service_contract",
			label: __("Service Contract"),
			fieldtype: "Link",
			options: "Service Contract",
		},
		// Words, not links: "-" asks for what falls to nobody.
		{ fieldname: "equipment", label: __("Equipment"), fieldtype: "Data" },
		{ fieldname: "technician", label: __("Technician"), fieldtype: "Data" },
		{
			fieldname: "limit",
			label: __("Lines at Most (0: all)"),
			fieldtype: "Int",
			default: 500,
		},
	],

	onload(report) {
		report.page.main.on("click", ".crm-ext-contract-figure", (event) => {
			event.preventDefault();
			const { key, figure } = event.currentTarget.dataset;
			crm_ext_contract_profit.open(report, key, figure);
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (data.is_total) return `<strong>${shown}</strong>`;
		if (column.fieldname === "key" && value) return crm_ext_contract_profit.form_link(value);
		if (!value || !crm_ext_contract_profit.opens(column.fieldname)) return shown;
		return $("<a href='#' class='crm-ext-contract-figure'></a>")
			.attr({
				"data-key": data.key,
				"data-figure": column.fieldname,
				title: __("Open the rows behind {0}", [column.label]),
			})
			.html(shown)
			.prop("outerHTML");
	},
};

const crm_ext_contract_profit = {
	in_ledger: ["revenue", "parts", "labour", "penalties", "other_costs", "ledger_profit", "deferred"],
	of_orders: ["visits", "hours", "labour_outside", "travel_outside", "complaints", "complaint_costs"],
	narrowed_by: { Customer: "customer", Equipment: "equipment", Technician: "technician" },

	form_link(name) {
		const view = frappe.query_report.get_filter_value("view");
		return frappe.utils.get_form_link(view === "Equipment" ? "Equipment" : "Service Contract", name, true, name);
	},

	opens(figure) {
		return this.in_ledger.includes(figure) || this.of_orders.includes(figure);
	},

	// From what is summed to its contracts, from a contract to its ledger rows; from work to its service orders.
	open(report, key, figure) {
		const view = report.get_filter_value("view");
		if (view === "Month") return this.open_month(report, key);
		if (this.of_orders.includes(figure)) return this.open_orders(report, view, key, figure.startsWith("complaint"));
		if (view === "Contract") return this.open_ledger(report, key);
		report.set_filter_value({ [this.narrowed_by[view]]: key || "-", view: "Contract" });
	},

	open_month(report, key) {
		const { first_day, last_day } = report.data.find((line) => line.key === key);
		const [start, end] = this.period(report);
		report.set_filter_value({
			from_date: first_day > start ? first_day : start,
			to_date: last_day < end ? last_day : end,
			view: "Contract",
		});
	},

	open_ledger(report, contract) {
		const [from_date, to_date] = this.period(report);
		frappe.set_route("query-report", "General Ledger", {
			company: report.get_filter_value("company"),
			from_date,
			to_date,
			categorize_by: "Categorize by Account",
			[report.data.find((line) => line.key === contract).dimension]: [contract],
		});
	},

	open_orders(report, view, key, only_complaints) {
		const filters = {
			service_contract: ["is", "set"],
			docstatus: 1,
			company: report.get_filter_value("company"),
			posting_date: ["between", this.period(report)],
		};
		const named = Object.values(this.narrowed_by).map((field) => [field, report.get_filter_value(field)]);
		const own = [view === "Contract" ? "service_contract" : this.narrowed_by[view], key || "-"];
		for (const [field, value] of [["service_contract", report.get_filter_value("service_contract")], ...named, own]) {
			if (value) filters[field] = value === "-" ? ["is", "not set"] : value;
		}
		if (only_complaints) filters.issue = ["is", "set"];
		frappe.set_route("List", "Service Order", filters);
	},

	period: (report) => ["from_date", "to_date"].map((name) => report.get_filter_value(name)),
};
