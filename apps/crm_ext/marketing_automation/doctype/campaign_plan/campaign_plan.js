const LIFE_CYCLE = "crm_ext.api.campaign_plans";

frappe.ui.form.on("Campaign Plan", {
	setup(frm) {
		const of_company = () => ({ filters: { company: frm.doc.company, is_group: 0 } });
		const expense_accounts = () => ({
			filters: { company: frm.doc.company, is_group: 0, disabled: 0, root_type: "Expense" },
		});
		frm.set_query("expense_account", expense_accounts);
		frm.set_query("expense_account", "channels", expense_accounts);
		frm.set_query("cost_center", of_company);
		frm.set_query("channel", "channels", () => ({ filters: { enabled: 1 } }));
		frm.set_query("item", () =>
			frm.doc.item_group ? { filters: { item_group: frm.doc.item_group } } : {}
		);
		frm.set_query("assigned_user", "tasks", () => ({ filters: { enabled: 1, user_type: "System User" } }));
	},

	onload(frm) {
		if (!frm.is_new()) return;
		if (frm.doc.amended_from) forget_what_was_cancelled(frm);
		else start_with_the_sites_choice(frm);
	},

	refresh(frm) {
		frm.toggle_display("rejection_reason", Boolean(frm.doc.rejection_reason));
		if (frm.is_new()) return;
		show_state(frm);
		add_life_cycle_buttons(frm);
		add_view_buttons(frm);
		if (frm.doc.campaign) show_figures(frm);
	},

	company(frm) {
		for (const field of ["expense_account", "cost_center"]) frm.set_value(field, null);
		for (const row of frm.doc.channels || []) {
			frappe.model.set_value(row.doctype, row.name, "expense_account", null);
		}
	},

});

frappe.ui.form.on("Campaign Plan Channel", {
	channel: suggest_unit_cost,
	unit_cost: derive_budget,
	expected_touches(frm, doctype, name) {
		derive_budget(frm, doctype, name);
		derive_responses(frm, doctype, name);
	},
	expected_response_rate: derive_responses,
	expected_responses(frm, doctype, name) {
		const row = locals[doctype][name];
		if (row.expected_touches) row.expected_response_rate = (100 * row.expected_responses) / row.expected_touches;
		show_totals(frm);
	},
	budget: show_totals,
	expected_revenue: show_totals,
	channels_remove: show_totals,
});

/** The desk copies the fields of a cancelled plan into its amendment, those of its budgets and project too. */
function forget_what_was_cancelled(frm) {
	frm.clear_table("budgets");
	for (const field of ["project", "approved_by", "approved_on", "rejection_reason"]) frm.doc[field] = null;
	frm.doc.status = "Draft";
	for (const row of frm.doc.tasks || []) row.task = null;
}

async function start_with_the_sites_choice(frm) {
	const action = await frappe.db.get_single_value("CRM Ext Settings", "campaign_budget_action");
	if (action && frm.is_new()) frm.set_value("budget_action", action);
}

// Life cycle

function show_state(frm) {
	const explanations = {
		Draft: __("Plan it, then ask for approval."),
		"Awaiting Approval": __("Waiting for somebody who may approve it."),
		Rejected: frm.doc.rejection_reason
			? __("Rejected: {0}", [frappe.utils.escape_html(frm.doc.rejection_reason)])
			: __("Change it and ask again."),
	};
	const text = explanations[frm.doc.status];
	const colour = { Rejected: "red", "Awaiting Approval": "orange" }[frm.doc.status] || "blue";
	if (!text || frm.doc.docstatus !== 0) return;
	frm.set_intro("");
	frm.set_intro(text, colour);
}

function add_life_cycle_buttons(frm) {
	if (frm.doc.docstatus !== 0 || frm.is_dirty()) return;
	const awaiting = frm.doc.status === "Awaiting Approval";
	if (!frm.perm[0]?.submit && awaiting) frm.disable_form();
	if (awaiting && frm.perm[0]?.submit) {
		frm.page.clear_primary_action();
		frm.page.set_primary_action(__("Approve"), () => approve(frm));
		frm.add_custom_button(__("Reject"), () => reject(frm));
	}
	if (awaiting && frm.perm[0]?.write) {
		frm.add_custom_button(__("Withdraw Request"), () => move(frm, "withdraw"));
	}
	if (!awaiting && frm.perm[0]?.write) {
		frm.add_custom_button(__("Request Approval"), () => move(frm, "request_approval")).addClass("btn-primary");
	}
}

function approve(frm) {
	frappe.confirm(
		__("Approve {0} with a budget of {1}? Its campaign, project, tasks and budgets are made now.", [
			frappe.utils.escape_html(frm.doc.title).bold(),
			money(frm.doc.total_budget, frm.doc.currency).bold(),
		]),
		() => move(frm, "approve")
	);
}

function reject(frm) {
	frappe.prompt(
		{
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("What has to change?"),
			reqd: 1,
		},
		({ reason }) => move(frm, "reject", { reason }),
		__("Reject the Plan"),
		__("Reject")
	);
}

async function move(frm, verb, values = {}) {
	await frappe.call({
		method: `${LIFE_CYCLE}.${verb}`,
		type: "POST",
		args: { plan: frm.doc.name, ...values },
		freeze: true,
		freeze_message: verb === "approve" ? __("Making campaign, project and budgets …") : undefined,
	});
	frm.reload_doc();
}

// Elsewhere

function add_view_buttons(frm) {
	if (!frm.doc.campaign) return;
	const view = __("View");
	frm.add_custom_button(
		__("Campaign Return"),
		() =>
			frappe.set_route("query-report", "Campaign Return", {
				company: [frm.doc.company],
				campaign: [frm.doc.campaign],
				from_date: frappe.datetime.add_months(frm.doc.from_date, -12),
				to_date: frappe.datetime.add_months(frm.doc.to_date, 12),
			}),
		view
	);
	frm.add_custom_button(
		__("Document Trail"),
		() => frappe.set_route("document-trail", "Campaign", frm.doc.campaign),
		view
	);
	if (frappe.model.can_read("GL Entry")) {
		frm.add_custom_button(__("General Ledger"), () => open_ledger(frm), view);
	}
}

function open_ledger(frm, accounts = []) {
	frappe.set_route("query-report", "General Ledger", {
		company: frm.doc.company,
		campaign: [frm.doc.campaign],
		account: accounts,
		from_date: frappe.datetime.add_months(frm.doc.from_date, -12),
		to_date: frappe.datetime.add_months(frm.doc.to_date, 12),
	});
}

// Figures from the ledger

async function show_figures(frm) {
	const plan = frm.doc.name;
	const { message: figures } = await frappe.call({
		method: `${LIFE_CYCLE}.figures`,
		type: "GET",
		args: { plan },
	});
	if (!figures || frm.doc?.name !== plan) return;
	const watched = [...new Set((frm.doc.budgets || []).map((row) => row.account))];
	const strip = [
		{ label: __("Budget: {0}", [money(figures.budget, figures.currency)]), colour: "blue" },
		{ label: __("Spent: {0}", [money(figures.spend, figures.currency)]), colour: "orange", accounts: watched },
		figures.remaining < 0
			? { label: __("Overspent: {0}", [money(-figures.remaining, figures.currency)]), colour: "red" }
			: { label: __("Remaining: {0}", [money(figures.remaining, figures.currency)]), colour: "green" },
		{ label: __("Other Spending: {0}", [money(figures.other_spend, figures.currency)]), colour: "gray", accounts: [] },
		{ label: __("Revenue: {0}", [money(figures.revenue, figures.currency)]), colour: "green", accounts: [] },
	];
	frm.dashboard.clear_headline?.();
	for (const { label, colour, accounts } of strip) {
		const indicator = frm.dashboard.add_indicator(label, colour);
		if (accounts && frappe.model.can_read("GL Entry")) make_link(indicator, () => open_ledger(frm, accounts));
	}
}

function make_link(element, open) {
	$(element)
		.attr({ role: "link", tabindex: 0, title: __("Open the ledger rows") })
		.css("cursor", "pointer")
		.on("click", open)
		.on("keydown", (event) => event.key === "Enter" && open());
}

// Live totals: the same formulas as on saving, which has the last word

function suggest_unit_cost(frm, doctype, name) {
	const row = locals[doctype][name];
	if (!row.channel || row.unit_cost) return;
	frappe.db.get_value("Marketing Channel", row.channel, ["cost_per_touch", "currency"]).then(({ message }) => {
		const same_currency = !message?.currency || message.currency === frm.doc.currency;
		if (message?.cost_per_touch && same_currency) {
			frappe.model.set_value(doctype, name, "unit_cost", message.cost_per_touch);
		}
	});
}

function derive_budget(frm, doctype, name) {
	const row = locals[doctype][name];
	if (row.unit_cost && row.expected_touches) {
		frappe.model.set_value(doctype, name, "budget", row.unit_cost * row.expected_touches);
	}
	show_totals(frm);
}

function derive_responses(frm, doctype, name) {
	const row = locals[doctype][name];
	if (row.expected_touches && row.expected_response_rate) {
		row.expected_responses = Math.round((row.expected_touches * row.expected_response_rate) / 100);
		frm.refresh_field("channels");
	}
	show_totals(frm);
}

function show_totals(frm) {
	const totals = { total_budget: 0, total_expected_touches: 0, total_expected_responses: 0, total_expected_revenue: 0 };
	for (const row of frm.doc.channels || []) {
		totals.total_budget += flt(row.budget);
		totals.total_expected_touches += cint(row.expected_touches);
		totals.total_expected_responses += cint(row.expected_responses);
		totals.total_expected_revenue += flt(row.expected_revenue);
	}
	for (const [field, value] of Object.entries(totals)) {
		frm.doc[field] = value;
		frm.refresh_field(field);
	}
}

function money(amount, currency) {
	return frappe.format(amount, { fieldtype: "Currency", options: "currency" }, { only_value: true }, { currency });
}
