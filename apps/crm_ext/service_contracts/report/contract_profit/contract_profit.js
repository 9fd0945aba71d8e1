// Filters and the way to the rows behind each figure. Figures are computed on the server.

frappe.query_reports["Contract Profit"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.add_months(frappe.datetime.get_today(), -12), 1),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
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
		{
			fieldname: "calendar",
			label: __("Calendar"),
			fieldtype: "Select",
			options: [
				{ value: "Gregorian", label: __("Gregorian") },
				{ value: "Jalali", label: __("Jalali") },
			],
			default: (frappe.boot.lang || "").startsWith("fa") ? "Jalali" : "Gregorian",
			depends_on: "eval: doc.view == 'Month'",
		},
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "service_contract",
			label: __("Service Contract"),
			fieldtype: "Link",
			options: "Service Contract",
		},
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
		const shown = crm_ext_contract_profit.digits(default_formatter(value, row, column, data), column);
		if (!data) return shown;
		if (data.is_total) return `<strong>${shown}</strong>`;
		if (column.fieldname === "key" && value) return crm_ext_contract_profit.form_link(value);
		if (!value || !crm_ext_contract_profit.opens(column.fieldname)) return shown;
		const escape = frappe.utils.escape_html;
		return `<a href="#" class="crm-ext-contract-figure" data-key="${escape(data.key || "")}"
			data-figure="${column.fieldname}"
			title="${escape(__("Open the rows behind {0}", [column.label]))}">${shown}</a>`;
	},
};

const crm_ext_contract_profit = {
	ledger: ["revenue", "parts", "labour", "penalties", "other_costs", "ledger_profit", "deferred"],

	form_link(name) {
		const view = frappe.query_report.get_filter_value("view");
		return frappe.utils.get_form_link(view === "Equipment" ? "Equipment" : "Service Contract", name, true, name);
	},

	opens(figure) {
		const view = frappe.query_report.get_filter_value("view");
		if (this.ledger.includes(figure)) return ["Contract", "Month", "Customer"].includes(view);
		return ["visits", "hours", "labour_outside", "travel_outside", "complaints"].includes(figure);
	},

	// Digits of the text only: tags and entities stay as they are.
	digits(html, column) {
		const is_persian = (frappe.boot.lang || "").startsWith("fa");
		const is_figure = ["Currency", "Int", "Percent", "Float"].includes(column.fieldtype);
		if (!is_persian || !(is_figure || column.fieldname === "label")) return html;
		return html.replace(/(<[^>]*>|&[#\w]+;)|(\d)/g, (match, markup, digit) => markup || "۰۱۲۳۴۵۶۷۸۹"[digit]);
	},

	open(report, key, figure) {
		const view = report.get_filter_value("view");
		if (view === "Month") return this.open_month(report, key);
		if (this.ledger.includes(figure)) {
			return view === "Customer" ? this.open_customer(report, key) : this.open_ledger(report, key);
		}
		this.open_orders(report, view, key, figure === "complaints");
	},

	// From what is summed to its contracts: the same report, one step nearer.
	open_month(report, key) {
		const { first_day, last_day } = report.data.find((line) => line.key === key);
		const [start, end] = this.period(report);
		report.set_filter_value({
			from_date: first_day > start ? first_day : start,
			to_date: last_day < end ? last_day : end,
			view: "Contract",
		});
	},

	open_customer(report, customer) {
		report.set_filter_value({ customer, view: "Contract" });
	},

	open_ledger(report, service_contract) {
		const [from_date, to_date] = this.period(report);
		frappe.set_route("query-report", "General Ledger", {
			company: report.get_filter_value("company"),
			from_date,
			to_date,
			group_by: "Group by Account",
			service_contract: [service_contract],
		});
	},

	open_orders(report, view, key, only_complaints) {
		const field = { Contract: "service_contract", Customer: "customer", Equipment: "equipment", Technician: "technician" }[view];
		const filters = {
			service_contract: ["is", "set"],
			[field]: key || ["is", "not set"],
			docstatus: 1,
			company: report.get_filter_value("company"),
			posting_date: ["between", this.period(report)],
		};
		if (only_complaints) filters.issue = ["is", "set"];
		frappe.set_route("List", "Service Order", filters);
	},

	period: (report) => ["from_date", "to_date"].map((name) => report.get_filter_value(name)),
};
