// The section "Promise Dates": for each line the day on which it can leave, how much sooner, and what that rests on.

import { date, escape, mark, name, number } from "../sales_process/words";
import { part, section } from "./panel";

const FORMS = ["Opportunity", "Quotation", "Sales Order"];
const TABLES = ["items", "quotation_options"];
const ASKED_OF_A_LINE = [
	"name",
	"item_code",
	"qty",
	"uom",
	"conversion_factor",
	"warehouse",
	"delivered_qty",
	"delivered_by_supplier",
	"is_alternative",
	"prevdoc_docname",
];
const CHANGES = ["item_code", "qty", "uom", "conversion_factor", "warehouse", "delivered_by_supplier", "is_alternative"];
const ENDED = ["Closed", "Completed", "Lost", "Ordered", "Converted"];
const PAUSE = 400;

part(FORMS, (frm) => {
	frm.crm_ext_promises_asked = null;
	ask(frm);
});

for (const doctype of FORMS) {
	const change = (frm) => ask_soon(frm);
	for (const line of [`${doctype} Item`, ...(doctype === "Quotation" ? ["Quotation Option"] : [])]) {
		frappe.ui.form.on(line, Object.fromEntries(CHANGES.map((field) => [field, change])));
	}
	frappe.ui.form.on(doctype, {
		items_remove: change,
		quotation_options_remove: change,
		company: change,
		set_warehouse: change,
	});
}

function ask_soon(frm) {
	clearTimeout(frm.crm_ext_promises_timer);
	frm.crm_ext_promises_timer = setTimeout(() => ask(frm), PAUSE);
}

function question(doc) {
	const lines = (table) =>
		(doc[table] || [])
			.filter((row) => row.item_code)
			.map((row) => Object.fromEntries(ASKED_OF_A_LINE.map((field) => [field, row[field]])));
	return {
		...Object.fromEntries(
			["doctype", "name", "company", "set_warehouse", "amended_from"].map((field) => [field, doc[field]])
		),
		...Object.fromEntries(TABLES.map((table) => [table, lines(table)])),
	};
}

async function ask(frm) {
	const { doc } = frm;
	const body = section(frm, "promises", __("Promise Dates"), 10);
	const asked = question(doc);
	if (doc.docstatus === 2 || ENDED.includes(doc.status) || !doc.company || !asked.items.length) {
		body.empty();
		return;
	}
	const fingerprint = JSON.stringify(asked);
	if (fingerprint === frm.crm_ext_promises_asked) return;
	frm.crm_ext_promises_asked = fingerprint;
	if (body.is(":empty")) body.html(note(__("Looking for the earliest dates …"), "status"));
	body.attr("aria-busy", "true");
	try {
		const answer = await frappe.xcall("crm_ext.api.promises.get_promises", { document: asked });
		if (frm.crm_ext_promises_asked === fingerprint) draw(frm, body, answer);
	} catch {
		if (frm.crm_ext_promises_asked === fingerprint) draw_failure(frm, body);
	}
	body.removeAttr("aria-busy");
}

function draw_failure(frm, body) {
	frm.crm_ext_promises_asked = null;
	body.html(note(__("The promise dates could not be read."), "alert"));
	$(`<button type="button" class="btn btn-default btn-xs"></button>`)
		.text(__("Try again"))
		.on("click", () => ask(frm))
		.appendTo(body);
}

function draw(frm, body, { today, lines }) {
	const list = $(`<ol class="crm-promises" aria-live="polite"></ol>`);
	for (const table of TABLES) {
		for (const row of frm.doc[table] || []) {
			const line = lines[row.name];
			if (line) list.append(line_html(row, line, today, table));
		}
	}
	const whole = whole_html(lines, frm.doc.items || []);
	body.empty().append(whole, list);
}

/** When everything can leave together; options and alternatives are not part of everything. */
function whole_html(lines, rows) {
	const firm = rows.filter((row) => lines[row.name] && !row.is_alternative).map((row) => lines[row.name]);
	const open = firm.filter(({ cause }) => cause.code !== "nothing_asked");
	if (open.length < 2) return "";
	if (open.some(({ day }) => !day)) return note(__("Not every line has a date yet."), "status");
	const last = open.map(({ day }) => day).sort().at(-1);
	return note(__("Everything together can leave on {0}.", [`<strong>${date(last)}</strong>`]), "status");
}

function line_html(row, line, today, table) {
	const label = [
		`<span class="crm-promise-number">${number(row.idx)}</span>`,
		name(row.item_name || row.item_code),
		table === "quotation_options" ? `<small>${__("option")}</small>` : "",
		row.is_alternative ? `<small>${__("alternative")}</small>` : "",
	].join(" ");
	return `<li>
		<span class="crm-promise-line">${label}</span>
		<span class="crm-promise-day">${day_html(line, today)}</span>
		<span class="crm-promise-why">${chip(line, today)}${parts_html(line, row)}${sooner_html(line)}</span>
	</li>`;
}

function day_html({ day, cause }, today) {
	if (day) return `<strong>${day === today ? __("Today") : date(day)}</strong>`;
	return cause.code === "nothing_asked" ? "" : `<strong>${__("No date")}</strong>`;
}

function chip(line, today) {
	const [kind, sign, words] = reading(line, today);
	return `<span class="crm-promise-chip crm-promise-${kind}">${mark(sign)} <span>${words}</span></span>`;
}

/** [kind, mark, words] of what a promise rests on. */
function reading({ cause }, today) {
	const days = number(cause.days);
	switch (cause.code) {
		case "in_stock":
			return ["sure", "tick", __("In stock")];
		case "service":
			return ["sure", "tick", __("Not kept in stock")];
		case "supply":
			return cause.due < today
				? ["danger", "warning", __("{0}, overdue since {1}", [document_html(cause), date(cause.due)])]
				: ["coming", "clock", __("{0}, due on {1}", [document_html(cause), date(cause.due)])];
		case "lead_time":
			return ["coming", "clock", lead_time_words(cause.basis, days)];
		case "drop_ship":
			return ["coming", "clock", __("From the supplier to the customer, {0} working days", [days])];
		case "nothing_asked":
			return ["sure", "tick", __("Nothing is left to deliver")];
		default:
			return ["danger", "warning", without_date(cause)];
	}
}

function lead_time_words(basis, days) {
	const words = {
		item: () => __("Lead time of the item, {0} working days", [days]),
		supplier: () => __("Lead time offered by the supplier, {0} working days", [days]),
		receipts: () => __("As the supplier has delivered so far, {0} working days", [days]),
		production: () => __("Time for production, {0} working days", [days]),
		settings: () => __("Usual lead time, {0} working days", [days]),
	};
	return words[basis]();
}

/** Why there is no date, and what to do. */
function without_date(cause) {
	const item = name(cause.item_code);
	const words = {
		no_lead_time: () => __("Nothing is on order, and {0} has no lead time. Set one, or order it.", [item_html(cause)]),
		negative_stock: () =>
			__("Not enough in stock, nothing on order. {0} may go below zero, so it can be delivered before its receipt is booked.", [item]),
		drop_ship_no_lead_time: () =>
			__("The supplier delivers {0} to the customer and has no lead time. Set one in the item.", [item_html(cause)]),
		item_unknown: () => __("The item {0} does not exist.", [item]),
		item_disabled: () => __("{0} is disabled. Choose another item.", [item]),
		item_ended: () => __("{0} has reached its end of life. Choose another item.", [item]),
		item_is_template: () => __("{0} has variants. Choose one of them.", [item]),
		no_warehouse: () => __("The warehouse is not one of this company that goods are sold from. Choose another."),
	};
	return words[cause.code]();
}

function document_html({ doctype, name: document_name }) {
	if (!document_name) return escape(__(doctype));
	return `${escape(__(doctype))} ${link(doctype, document_name)}`;
}

const item_html = ({ item_code }) => link("Item", item_code);

const link = (doctype, document_name) =>
	`<a href="${frappe.utils.get_form_link(doctype, document_name)}">${name(document_name)}</a>`;

/** How much can leave sooner, in the unit of the line. */
function parts_html({ schedule, day }, row) {
	if (!schedule.length || (schedule.length === 1 && day)) return "";
	const factor = row.conversion_factor || 1;
	const parts = schedule.map((part) =>
		__("{0} on {1}", [number(part.qty / factor, 3), date(part.day)])
	);
	const together = new Intl.ListFormat(frappe.boot.lang || "en", { type: "unit" }).format(parts);
	return `<small>${__("In parts: {0}", [together])}</small>`;
}

function sooner_html({ sooner }) {
	if (!sooner) return "";
	return `<small>${__("Sooner: {0} could leave on {1}.", [link("Item", sooner.item_code), date(sooner.day)])}</small>`;
}

const note = (html, role) => `<p class="crm-offer-note" role="${role}">${html}</p>`;
