// The form of a service contract: helps to type lines, and leads through amendment, suspension, end and renewal.
const API = "crm_ext.api.service_contracts";
const MONTHS_AHEAD = 12;

frappe.ui.form.on("Service Contract", {
	setup(frm) {
		set_queries(frm);
	},

	onload(frm) {
		if (frm.is_new()) set_defaults(frm);
	},

	refresh(frm) {
		frm.toggle_display("versions_html", frm.doc.docstatus === 1);
		if (frm.is_new()) return;
		show_preview_button(frm);
		if (frm.doc.docstatus === 1) {
			show_credits_button(frm);
			add_actions(frm);
			show_view(frm);
		}
	},

	customer(frm) {
		if (frm.doc.customer) take_currency_of_customer(frm);
	},

	company: set_currency,
});

frappe.ui.form.on("Service Contract Line", {
	lines_add(frm, doctype, name) {
		const taken = frm.doc.lines.map((line) => line.line_number || 0);
		const row = locals[doctype][name];
		// A copied row brings the number of its original along.
		frappe.model.set_value(doctype, name, { line_number: Math.max(0, ...taken) + 1, version: 1, replaces: "" });
		if (!row.interval_unit) frappe.model.set_value(doctype, name, "interval_unit", "Month");
	},

	price_source(frm, doctype, name) {
		if (locals[doctype][name].price_source === "Price List") frappe.model.set_value(doctype, name, "rate", 0);
	},

	kind(frm, doctype, name) {
		if (locals[doctype][name].kind.startsWith("Prepaid")) {
			frappe.model.set_value(doctype, name, "interval_unit", "Once");
		}
	},
});

// Typing

function set_queries(frm) {
	const of_customer = () => ({ filters: { customer: frm.doc.customer || "", status: ["!=", "Scrapped"] } });
	const of_company = () => ({ filters: { company: frm.doc.company } });
	frm.set_query("equipment", "lines", of_customer);
	frm.set_query("equipment", "covered_equipment", of_customer);
	frm.set_query("item_code", "lines", () => ({ filters: { is_sales_item: 1, disabled: 0, has_variants: 0 } }));
	frm.set_query("selling_price_list", () => ({ filters: { selling: 1, enabled: 1 } }));
	frm.set_query("taxes_and_charges", () => ({ filters: { company: frm.doc.company, disabled: 0 } }));
	frm.set_query("cost_center", () => ({ filters: { company: frm.doc.company, is_group: 0 } }));
	frm.set_query("project", of_company);
	frm.set_query("responsible", () => ({ filters: { enabled: 1, user_type: "System User" } }));
	frm.set_query("service_level_agreement", "lines", () => ({ filters: { document_type: "Issue", enabled: 1 } }));
}

function set_defaults(frm) {
	if (!frm.doc.start_date) frm.set_value("start_date", frappe.datetime.get_today());
	if (!frm.doc.responsible) frm.set_value("responsible", frappe.session.user);
	if (reads_persian() && !frm.doc.renewed_from) frm.set_value("calendar", "Jalali");
	set_currency(frm);
}

// That of the customer, else that of the company. A new document brings the site's, whatever the company's is.
async function set_currency(frm) {
	if (!frm.doc.company || frm.doc.docstatus || frm.doc.renewed_from) return;
	const asked = [frappe.db.get_value("Company", frm.doc.company, "default_currency")];
	if (frm.doc.customer) asked.push(frappe.db.get_value("Customer", frm.doc.customer, "default_currency"));
	const [company, customer] = (await Promise.all(asked)).map(({ message }) => message?.default_currency);
	if (customer || company) frm.set_value("currency", customer || company);
}

async function take_currency_of_customer(frm) {
	const { message } = await frappe.db.get_value("Customer", frm.doc.customer, [
		"default_currency",
		"default_price_list",
	]);
	if (message?.default_currency) frm.set_value("currency", message.default_currency);
	if (message?.default_price_list) frm.set_value("selling_price_list", message.default_price_list);
}

// Words

function reads_persian() {
	return (frappe.boot.lang || "").startsWith("fa");
}

function in_words(day) {
	if (!day) return "";
	if (!reads_persian()) return frappe.datetime.str_to_user(day);
	const [year, month, date] = day.split("-").map(Number);
	return new Intl.DateTimeFormat("fa-IR-u-ca-persian", { dateStyle: "long" }).format(new Date(year, month - 1, date));
}

function money(amount, currency) {
	return frappe.format(amount, { fieldtype: "Currency", options: "currency" }, { only_value: true }, { currency });
}

// In the digits of whoever reads.
function in_digits(text) {
	return reads_persian() ? String(text).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(text);
}

function safe(text) {
	return frappe.utils.escape_html(String(text ?? ""));
}

// What the form shows beside its fields

async function show_view(frm) {
	const { message: view } = await frappe.call({ method: `${API}.get_view`, args: { contract: frm.doc.name } });
	if (!view || view.contract !== frm.doc.name) return;
	frm.set_intro("");
	frm.set_intro(next_steps(frm, view), intro_colour(frm));
	for (const line of view.left) show_left(frm, line);
	show_credits(frm, view.credits);
	show_versions(frm, view.versions);
}

function next_steps(frm, view) {
	const doc = frm.doc;
	const said = [];
	if (doc.billing_problem) said.push(__("Not billed: {0}", [safe(doc.billing_problem)]));
	if (doc.terminated_on) said.push(__("Ends before its time on {0}.", [in_words(doc.terminated_on)]));
	else if (doc.notice_given_on) said.push(__("Notice was given on {0}.", [in_words(doc.notice_given_on)]));
	else if (view.notice_by && doc.status !== "Expired") {
		said.push(renewal_words(doc, view));
	}
	if (doc.billing_stopped) said.push(__("Billing is stopped."));
	else if (doc.next_billing_date) said.push(__("Next billing: {0}.", [in_words(doc.next_billing_date)]));
	return said.join(" ");
}

function renewal_words(doc, view) {
	const days = [in_words(doc.end_date), in_words(view.notice_by)];
	if (doc.renewal === "Automatic") {
		return __("Renews itself after {0}, unless notice is given by {1}.", days);
	}
	if (doc.renewal === "On Offer") return __("Ends on {0}; offer a renewal by {1}.", days);
	return __("Ends on {0}.", days);
}

function intro_colour(frm) {
	if (frm.doc.billing_problem) return "red";
	return { Suspended: "orange", Terminated: "gray", Expired: "gray" }[frm.doc.status] || "blue";
}

function show_left(frm, line) {
	const said = [];
	if (line.visits !== null) said.push(__("{0} visits left", [line.visits]));
	if (line.hours !== null) said.push(__("{0} hours left", [line.hours]));
	const used_up = line.visits === 0 || line.hours === 0;
	frm.dashboard.add_indicator(
		in_digits(`${__("Line {0}", [line.line])}: ${said.join(__(", "))}`),
		used_up ? "orange" : "green"
	);
}

function show_credits(frm, { due, given, to_take_back }) {
	const written = (amount) => money(amount, frm.doc.currency);
	if (due) frm.dashboard.add_indicator(__("Service credits due: {0}", [written(due)]), "orange");
	if (given) frm.dashboard.add_indicator(__("Service credits given: {0}", [written(given)]), "blue");
	if (to_take_back) frm.dashboard.add_indicator(__("Service credits to take back: {0}", [to_take_back]), "red");
}

const MARKS = { Concluded: "green", Amended: "blue", Renewed: "green", Suspended: "orange", Terminated: "red", Notice: "yellow" };

function show_versions(frm, versions) {
	const entries = versions.map(
		(version) => `
		<li>
			<div>
				<span class="indicator-pill ${MARKS[version.what] || "gray"}">${__(version.what)}</span>
				<b>${__("from {0} on", [in_words(version.effective_from)])}</b>
				<span class="text-muted">· ${__("Version {0}", [version.version])}</span>
			</div>
			${version.reason ? `<div>${safe(version.reason)}</div>` : ""}
			${version.changes.map((change) => `<div class="text-muted">${safe(change)}</div>`).join("")}
			<div class="text-muted small">${safe(version.by)}, ${in_words(version.on.split(" ")[0])}</div>
		</li>`
	);
	frm.get_field("versions_html").$wrapper.html(
		`<ol class="list-unstyled" style="border-inline-start: 2px solid var(--border-color); padding-inline-start: 1rem">
			${entries.join("")}
		</ol>`
	);
	frm.get_field("versions_html").$wrapper.find("li").css("margin-block-end", "1rem");
}

// The months ahead

function show_preview_button(frm) {
	frm.add_custom_button(__("The Next 12 Months"), () => show_months_ahead(frm), __("View"));
}

async function show_months_ahead(frm) {
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("What Will Be Billed in 12 Months"),
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "table" }],
	});
	dialog.fields_dict.table.$wrapper.html(`<p class="text-muted">${__("Loading")}…</p>`);
	dialog.show();
	try {
		const { message: rows } = await frappe.call({
			method: "crm_ext.api.billing.preview",
			args: { contract: frm.doc.name, months: MONTHS_AHEAD },
		});
		dialog.fields_dict.table.$wrapper.html(months_table(rows, frm.doc.currency));
	} catch {
		dialog.fields_dict.table.$wrapper.html(
			`<p class="text-muted">${__("The months ahead could not be reckoned. Close this and try again.")}</p>`
		);
	}
}

function months_table(rows, currency) {
	if (!rows.length) return `<p class="text-muted">${__("Nothing will be billed in the next 12 months.")}</p>`;
	const total = sum_of(rows);
	const lines = rows.map(
		(row) => `<tr>
			<td>${in_words(row.due_on)}</td>
			<td>${__("Line {0}", [row.line_number])} · ${safe(row.item_code)}</td>
			<td>${safe(row.period)}</td>
			<td style="text-align: end">${
				row.reason ? `<span class="text-danger">${safe(row.reason)}</span>` : money(row.amount, currency)
			}</td>
		</tr>`
	);
	return `<div class="table-responsive"><table class="table table-sm">
		<thead><tr>
			<th scope="col">${__("Due on")}</th><th scope="col">${__("Line")}</th>
			<th scope="col">${__("Period")}</th><th scope="col" style="text-align: end">${__("Amount")}</th>
		</tr></thead>
		<tbody>${lines.join("")}</tbody>
		<tfoot><tr><th scope="row" colspan="3">${__("Total")}</th>
			<th style="text-align: end">${money(total, currency)}</th></tr></tfoot>
	</table></div>`;
}

// Service credits

function show_credits_button(frm) {
	if (!frm.doc.lines.some((line) => line.service_credit)) return;
	frm.add_custom_button(__("Service Credits"), () => open_credits(frm), __("View"));
}

async function open_credits(frm) {
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Service Credits for Missed Times"),
		size: "extra-large",
		fields: [{ fieldtype: "HTML", fieldname: "table" }],
	});
	const table = dialog.fields_dict.table.$wrapper;
	table.html(`<p class="text-muted">${__("Loading")}…</p>`);
	dialog.show();
	try {
		const { message: rows } = await frappe.call({
			method: `${API}.get_service_credits`,
			args: { contract: frm.doc.name },
		});
		table.html(credits_table(rows, frm.doc.currency));
		offer_to_give(frm, dialog, rows);
	} catch {
		table.html(
			`<p class="text-muted">${__("The credits could not be reckoned. Close this and try again.")}</p>`
		);
	}
}

function offer_to_give(frm, dialog, rows) {
	const due = rows.filter((row) => row.state === "To Give");
	if (!due.length || !frappe.perm.has_perm("Service Contract", 0, "submit", frm.doc)) return;
	const label = __("Give {0}", [money(sum_of(due), frm.doc.currency)]);
	dialog.set_primary_action(label, () => call(frm, "give_service_credits", {}, dialog));
}

function sum_of(rows) {
	return rows.reduce((sum, row) => sum + (row.amount || 0), 0);
}

const CREDIT_STATES = {
	"To Give": [__("To Give"), "orange"],
	Given: [__("Given"), "blue"],
	Waiting: [__("Waiting"), "yellow"],
	Nothing: [__("Nothing"), "gray"],
	"Take Back": [__("Take Back"), "red"],
};

// On a phone the complaint says it all.
const WIDE = "d-none d-md-table-cell";
const NARROW = "d-md-none";

function credits_table(rows, currency) {
	if (!rows.length) return `<p class="text-muted">${__("No complaint has missed what the contract promises.")}</p>`;
	return `<div class="table-responsive"><table class="table table-sm">
		<thead><tr>
			<th scope="col">${__("Complaint")}</th>
			<th scope="col" class="${WIDE}">${__("Missed")}</th>
			<th scope="col" class="${WIDE}">${__("Promised by")}</th>
			<th scope="col" class="${WIDE}">${__("Came on")}</th>
			<th scope="col">${__("Status")}</th><th scope="col" style="text-align: end">${__("Amount")}</th>
		</tr></thead>
		<tbody>${rows.map((row) => credit_row(row, currency)).join("")}</tbody>
	</table></div>`;
}

function credit_row(row, currency) {
	const [state, colour] = CREDIT_STATES[row.state];
	const note = row.invoice ? ` ${link_to("Sales Invoice", row.invoice, row.invoice)}` : "";
	const due_by = moment_in_words(row.due_by);
	const came = row.came ? moment_in_words(row.came) : row.due_by ? __("not yet") : "";
	return `<tr>
		<td>${link_to("Issue", row.issue, `${row.issue}: ${row.subject}`)}<br>
			<span class="text-muted">${__("Line {0}", [in_digits(row.line_number)])}</span>
			<div class="${NARROW}">${__(row.missed)}
				${due_by && `<br>${__("Promised by")}: ${due_by}<br>${__("Came on")}: ${came}`}</div></td>
		<td class="${WIDE}">${__(row.missed)}</td>
		<td class="${WIDE}">${due_by}</td>
		<td class="${WIDE}">${came}</td>
		<td><span class="indicator-pill ${colour}">${state}</span>${note}
			${row.reason ? `<div class="text-muted">${safe(row.reason)}</div>` : ""}</td>
		<td class="text-nowrap" style="text-align: end">${row.amount === null ? "" : money(row.amount, currency)}</td>
	</tr>`;
}

function link_to(doctype, name, text) {
	return `<a href="${frappe.utils.get_form_link(doctype, name)}">${safe(text)}</a>`;
}

function moment_in_words(moment) {
	if (!moment) return "";
	const [day, time] = moment.split(" ");
	return `${in_words(day)} ${in_digits(time.slice(0, 5))}`;
}

// What can be done

function add_actions(frm) {
	const runs = ["Upcoming", "Active", "Suspended"].includes(frm.doc.status);
	const may_change = frappe.perm.has_perm("Service Contract", 0, "submit", frm.doc);
	if (!may_change) return;
	if (runs) {
		frm.add_custom_button(__("Amend from a Day"), () => amend(frm)).addClass("btn-primary-light");
		const is_suspended = frm.doc.suspensions.some((row) => !row.to_date);
		if (is_suspended) act(frm, __("Resume"), "resume", resume_fields(frm));
		else act(frm, __("Suspend"), "suspend", suspend_fields());
		add_ending(frm);
		if (frappe.model.can_create("Billing Run")) {
			frm.add_custom_button(__("Bill Now"), () => bill_now(frm), __("Actions"));
		}
	}
	add_renewal(frm, runs);
	if (frm.doc.terminated_on) act(frm, __("Take Back the End"), "take_back_termination", [reason_field()]);
}

function add_ending(frm) {
	if (frm.doc.notice_given_on) act(frm, __("Withdraw Notice"), "withdraw_notice", [reason_field()]);
	else act(frm, __("Give Notice"), "give_notice", [day_field("on", __("Given on")), reason_field()]);
	if (!frm.doc.terminated_on && frappe.perm.has_perm("Service Contract", 0, "cancel", frm.doc)) {
		act(frm, __("End before Its Time"), "terminate", [
			day_field("on", __("Last Day of Service")),
			reason_field(),
			{
				fieldtype: "HTML",
				options: `<p class="text-muted">${__(
					"What was billed beyond this day is credited by return invoices. This can be taken back."
				)}</p>`,
			},
		]);
	}
}

function add_renewal(frm, runs) {
	if (frm.doc.terminated_on || !frm.doc.end_date) {
		if (!runs) frm.add_custom_button(__("Follow up with a New Contract"), () => follow_up(frm), __("Renewal"));
		return;
	}
	frm.add_custom_button(__("Offer a Renewal"), () => offer_renewal(frm), __("Renewal"));
	const label = frm.doc.renewal_quotation ? __("Renew as Offered") : __("Renew Now");
	frm.add_custom_button(label, () => renew(frm), __("Renewal"));
	if (!runs) frm.add_custom_button(__("Follow up with a New Contract"), () => follow_up(frm), __("Renewal"));
}

function act(frm, label, verb, fields) {
	frm.add_custom_button(label, () => ask(frm, label, verb, fields), __("Actions"));
}

function ask(frm, title, verb, fields) {
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title,
		fields,
		primary_action_label: title,
		primary_action: async (values) => {
			await call(frm, verb, values, dialog);
		},
	});
	explain_days(dialog, fields);
	dialog.show();
}

async function call(frm, verb, values, dialog) {
	dialog.disable_primary_action();
	try {
		await frappe.call({
			method: `${API}.${verb}`,
			type: "POST",
			args: { contract: frm.doc.name, ...values },
			freeze: true,
		});
		dialog.hide();
		await frm.reload_doc();
	} finally {
		dialog.enable_primary_action();
	}
}

function reason_field(mandatory = true) {
	return { fieldtype: "Small Text", fieldname: "reason", label: __("Reason"), reqd: mandatory ? 1 : 0 };
}

function day_field(fieldname, label, value = frappe.datetime.get_today()) {
	return { fieldtype: "Date", fieldname, label, reqd: 1, default: value };
}

function suspend_fields() {
	return [
		day_field("first_day", __("First Day without Service")),
		reason_field(),
		{
			fieldtype: "HTML",
			options: `<p class="text-muted">${__(
				"Nothing is billed and nothing is served until the contract is resumed; what was paid in advance is credited then."
			)}</p>`,
		},
	];
}

function resume_fields(frm) {
	const off = frm.doc.suspensions.find((row) => !row.to_date);
	const earliest = frappe.datetime.add_days(off.from_date, 1);
	const today = frappe.datetime.get_today();
	return [day_field("on", __("First Day with Service"), today > earliest ? today : earliest), reason_field(false)];
}

// Persian readers see the day they chose in their calendar.
function explain_days(dialog, fields) {
	if (!reads_persian()) return;
	for (const { fieldname } of fields.filter((field) => field.fieldtype === "Date")) {
		const control = dialog.fields_dict[fieldname];
		const say = () => control.set_description(in_words(control.get_value()));
		control.df.onchange = say;
		setTimeout(say);
	}
}

async function bill_now(frm) {
	const { message } = await frappe.call({
		method: "crm_ext.api.billing.bill_now",
		type: "POST",
		args: { contract: frm.doc.name },
		freeze: true,
	});
	if (message.problem) frappe.msgprint({ message: message.problem, title: __("Not Billed"), indicator: "red" });
	else if (!message.invoices.length) frappe.show_alert(__("Nothing is due yet."));
	else frappe.show_alert({ message: __("Billed by {0}", [message.invoices.join(", ")]), indicator: "green" });
	frm.reload_doc();
}

function renew(frm) {
	const question = frm.doc.renewal_quotation
		? __("Renew the contract by {0} months at the rates of {1}?", [frm.doc.renewal_months, frm.doc.renewal_quotation])
		: __("Renew the contract by {0} months at its present rates?", [frm.doc.renewal_months]);
	frappe.confirm(question, async () => {
		await frappe.call({ method: `${API}.renew`, type: "POST", args: { contract: frm.doc.name }, freeze: true });
		frm.reload_doc();
	});
}

async function offer_renewal(frm) {
	if (frm.doc.renewal_quotation) {
		frappe.set_route("Form", "Quotation", frm.doc.renewal_quotation);
		return;
	}
	const { message: proposed } = await frappe.call({
		method: `${API}.proposed_change`,
		args: { contract: frm.doc.name },
	});
	const fields = [
		{
			fieldtype: "Percent",
			fieldname: "change",
			label: __("Change of the Price"),
			default: proposed,
			description: __("Proposed from what the contract really earned in the last twelve months."),
		},
		day_field("valid_until", __("Valid until"), frm.doc.end_date),
	];
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Offer a Renewal"),
		fields,
		primary_action_label: __("Make the Quotation"),
		primary_action: async (values) => {
			const { message: quotation } = await frappe.call({
				method: `${API}.offer_renewal`,
				type: "POST",
				args: { contract: frm.doc.name, ...values },
				freeze: true,
			});
			dialog.hide();
			frappe.set_route("Form", "Quotation", quotation);
		},
	});
	explain_days(dialog, fields);
	dialog.show();
}

async function follow_up(frm) {
	const { message: name } = await frappe.call({
		method: `${API}.follow_up`,
		type: "POST",
		args: { contract: frm.doc.name },
		freeze: true,
	});
	frappe.set_route("Form", "Service Contract", name);
}

// Amendment

const AMENDABLE = [
	{ fieldtype: "Link", fieldname: "item_code", label: __("Item"), options: "Item", in_list_view: 1, columns: 2, reqd: 1 },
	{ fieldtype: "Float", fieldname: "qty", label: __("Quantity"), in_list_view: 1, columns: 1, default: 1 },
	{ fieldtype: "Float", fieldname: "rate", label: __("Rate per Period"), in_list_view: 1, columns: 2 },
	{ fieldtype: "Select", fieldname: "interval_unit", label: __("Period"), options: "Day\nWeek\nMonth\nYear\nOnce", in_list_view: 1, columns: 1, default: "Month" },
	{ fieldtype: "Int", fieldname: "visits_included", label: __("Visits"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Float", fieldname: "hours_included", label: __("Hours"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Percent", fieldname: "parts_percent", label: __("Parts %"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Check", fieldname: "ends", label: __("Ends"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Data", fieldname: "row", hidden: 1 },
];

const PROMISES = [
	{ fieldtype: "Data", fieldname: "item_name", label: __("Item"), in_list_view: 1, columns: 2, read_only: 1 },
	{ fieldtype: "Float", fieldname: "response_hours", label: __("Answer (Hours)"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Float", fieldname: "resolution_hours", label: __("Solution (Hours)"), in_list_view: 1, columns: 1 },
	{
		fieldtype: "Select",
		fieldname: "service_credit",
		label: __("Service Credit"),
		options: "\nPercentage of the Price\nFixed Amount",
		in_list_view: 1,
		columns: 2,
	},
	{ fieldtype: "Float", fieldname: "response_credit", label: __("Late Answer"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Float", fieldname: "resolution_credit", label: __("Late Solution"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Percent", fieldname: "credit_cap", label: __("At Most"), in_list_view: 1, columns: 1 },
	{ fieldtype: "Data", fieldname: "row", hidden: 1 },
];

function coverable(frm) {
	return [
		{ fieldtype: "Int", fieldname: "line_number", label: __("Line"), in_list_view: 1, columns: 2, reqd: 1 },
		{
			fieldtype: "Link",
			fieldname: "equipment",
			label: __("Equipment"),
			options: "Equipment",
			in_list_view: 1,
			columns: 6,
			reqd: 1,
			get_query: () => ({ filters: { customer: frm.doc.customer, status: ["!=", "Scrapped"] } }),
		},
		{ fieldtype: "Check", fieldname: "ends", label: __("Ends"), in_list_view: 1, columns: 2 },
		{ fieldtype: "Data", fieldname: "row", hidden: 1 },
	];
}

function amend(frm) {
	const tomorrow = frappe.datetime.add_days(frappe.datetime.get_today(), 1);
	const first = tomorrow > frm.doc.start_date ? tomorrow : frappe.datetime.add_days(frm.doc.start_date, 1);
	const fields = [
		day_field("effective_from", __("From This Day on"), first),
		{ fieldtype: "Column Break" },
		{ fieldtype: "Date", fieldname: "until", label: __("Contract Ends on"), default: frm.doc.end_date },
		{ fieldtype: "Section Break" },
		{
			fieldtype: "Table",
			fieldname: "lines",
			label: __("Lines on This Day"),
			description: __("Change what changes, tick what ends, add what comes along. What was billed beyond the day is credited."),
			fields: AMENDABLE,
			data: lines_on(frm, first, AMENDABLE),
			in_place_edit: true,
		},
		{ fieldtype: "Section Break", label: __("Promised Times and Service Credits"), collapsible: 1 },
		{
			fieldtype: "Table",
			fieldname: "promises",
			label: __("Promises on This Day"),
			description: __("What lines promise from the day on, and what is given back where it is missed."),
			fields: PROMISES,
			data: lines_on(frm, first, PROMISES),
			in_place_edit: true,
			cannot_add_rows: true,
			cannot_delete_rows: true,
		},
		{ fieldtype: "Section Break", label: __("Listed Equipment"), collapsible: 1 },
		{
			fieldtype: "Table",
			fieldname: "covered",
			label: __("Equipment"),
			description: __("Tick what is not covered any more, add what is covered from the day on."),
			fields: coverable(frm),
			data: covered_now(frm),
			in_place_edit: true,
		},
		{ fieldtype: "Section Break" },
		reason_field(),
	];
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Amend the Contract from a Day"),
		size: "extra-large",
		fields,
		primary_action_label: __("Amend"),
		primary_action: (values) => call(frm, "amend", with_promises(values), dialog),
	});
	explain_days(dialog, fields);
	follow_day(frm, dialog);
	// Frappe shows them again where rows cannot be added.
	dialog.fields_dict.promises.grid.wrapper.find(".grid-add-row, .grid-add-multiple-rows, .grid-upload").hide();
	dialog.show();
}

// Another day has other lines; what was typed for the day before goes with them.
function follow_day(frm, dialog) {
	const control = dialog.fields_dict.effective_from;
	const explain = control.df.onchange;
	let shown = control.get_value();
	control.df.onchange = () => {
		explain?.();
		const day = control.get_value();
		if (!day || day === shown) return;
		shown = day;
		for (const [table, fields] of [["lines", AMENDABLE], ["promises", PROMISES]]) {
			dialog.fields_dict[table].df.data = lines_on(frm, day, fields);
			dialog.fields_dict[table].grid.refresh();
		}
	};
}

// What was typed about a line in both tables, as one.
function with_promises({ promises, lines, ...values }) {
	const promised = Object.fromEntries((promises || []).map(({ item_name, ends, idx, name, ...row }) => [row.row, row]));
	return { ...values, lines: (lines || []).map((line) => ({ ...line, ...promised[line.row] })) };
}

function lines_on(frm, day, fields) {
	return frm.doc.lines
		.filter((line) => (line.start_date || frm.doc.start_date) < day && (!line.end_date || line.end_date >= day))
		.map((line) => ({
			...Object.fromEntries(fields.map(({ fieldname }) => [fieldname, line[fieldname]])),
			row: line.name,
			ends: 0,
		}));
}

function covered_now(frm) {
	const today = frappe.datetime.get_today();
	return frm.doc.covered_equipment
		.filter((listed) => !listed.to_date || listed.to_date >= today)
		.map(({ name, line_number, equipment }) => ({ row: name, line_number, equipment, ends: 0 }));
}
