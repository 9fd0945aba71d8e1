// Options of a quotation: priced while they are typed, and weighed in a dialog before the order is made.

import { date, escape, money, name, number } from "../sales_process/words";

import { part } from "./panel";

const PRICED_BY = ["item_code", "qty", "uom", "is_rate_typed"];
const HEADER = ["party_name", "currency", "selling_price_list", "conversion_rate", "ignore_pricing_rule"];
const PAUSE = 400;
const CENTS = 2;

// Priced while they are typed

frappe.ui.form.on("Quotation Option", {
	...Object.fromEntries(PRICED_BY.map((field) => [field, (frm) => price_soon(frm)])),
	rate(frm, doctype, name) {
		locals[doctype][name].is_rate_typed = 1;
		price_soon(frm);
	},
});
frappe.ui.form.on("Quotation", Object.fromEntries(HEADER.map((field) => [field, (frm) => price_soon(frm)])));

function price_soon(frm) {
	clearTimeout(frm.crm_ext_options_timer);
	if (frm.doc.docstatus === 0 && frm.doc.quotation_options?.length) {
		frm.crm_ext_options_timer = setTimeout(() => price(frm), PAUSE);
	}
}

async function price(frm) {
	const { doc } = frm;
	const complete = doc.quotation_options.filter((row) => row.item_code && row.qty > 0);
	if (!complete.length || !doc.party_name || !doc.company) return;
	const asked = { ...doc, quotation_options: complete };
	const rows = await frappe.xcall("crm_ext.api.quotation_options.price", { quotation: asked }).catch(() => []);
	for (const { name, ...values } of rows) {
		// Set past the form's events: they would take the answer for a rate that was typed.
		Object.assign(locals["Quotation Option"][name] || {}, values);
	}
	frm.refresh_field("quotation_options");
}

// The order of what the customer chose

part(["Quotation"], (frm) => {
	const { doc } = frm;
	frm.set_query("item_code", "quotation_options", () => ({
		query: "erpnext.controllers.queries.item_query",
		filters: { is_sales_item: 1, has_variants: 0 },
	}));
	const offers_choice = doc.quotation_options?.length || doc.items.some((row) => row.is_alternative);
	if (doc.docstatus !== 1 || !offers_choice || ["Lost", "Ordered"].includes(doc.status)) return;
	if (!frappe.model.can_create("Sales Order")) return;
	frm.add_custom_button(__("Sales Order with Options"), () => choose(frm), __("Create"));
});

function choose(frm) {
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("What the Customer Takes"),
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "choice" }],
		primary_action_label: __("Make Sales Order"),
		primary_action: () => make_order(frm, dialog),
	});
	const body = $(`<form class="crm-choice">
		<div class="crm-choice-rows">${groups(frm.doc).map((group) => fieldset(frm.doc, group)).join("")}</div>
		<output class="crm-choice-outcome" aria-live="polite"></output>
	</form>`).appendTo(dialog.fields_dict.choice.$wrapper);
	body.on("submit", (event) => event.preventDefault());
	body.on("change", "input", () => preview(frm, dialog, body));
	dialog.crm_ext_body = body;
	dialog.show();
	preview(frm, dialog, body);
}

/** What can be chosen: a line with its alternatives, options of one group, and options that stand alone. */
function groups(doc) {
	const found = [];
	let original = null;
	for (const row of doc.items) {
		if (!row.is_alternative) original = row;
		else if (found.at(-1)?.original === original && original) found.at(-1).rows.push(row);
		else found.push({ original, title: __("Instead of {0}", [original?.item_name || ""]), rows: [row], table: "items" });
	}
	const by_name = new Map();
	for (const row of doc.quotation_options || []) {
		const key = (row.option_group || "").trim().toLowerCase();
		if (!by_name.has(key)) by_name.set(key, { title: row.option_group || __("To Add"), free: !key, rows: [], table: "options" });
		by_name.get(key).rows.push(row);
	}
	return [...found, ...by_name.values()];
}

function fieldset(doc, group) {
	const id = frappe.utils.get_random(8);
	const none = group.original ? group.original.item_name : __("None of them");
	const rows = group.rows.map((row) => choice_row(doc, group, row, id));
	if (!group.free) rows.unshift(choice_row(doc, group, null, id, none));
	return `<fieldset><legend>${escape(group.title)}</legend>${rows.join("")}</fieldset>`;
}

function choice_row(doc, group, row, id, none = "") {
	const kind = group.free ? "checkbox" : "radio";
	// An order has it already; of its group nothing else can be taken.
	const ordered = group.rows.some((other) => other.is_chosen && (!group.free || other === row));
	const checked = !row || (row.is_chosen && group.free);
	const label = row
		? `<span>${name(row.item_name || row.item_code)}
			<small class="text-muted">${number(row.qty, 3)} ${escape(__(row.uom || ""))}
			${row.is_chosen ? escape(__("Ordered")) : ""}</small></span>
			<span class="crm-choice-amount">${escape(money(row.amount, doc.currency, CENTS))}</span>`
		: `<span>${escape(none)}</span>`;
	return `<label><input type="${kind}" name="${id}" data-table="${group.table}" value="${escape(row?.name || "")}"
		${checked ? "checked" : ""} ${ordered && row ? "disabled" : ""}>${label}</label>`;
}

function chosen(body) {
	const values = (table) =>
		body.find(`input[data-table="${table}"]:checked:enabled`).get().map((input) => input.value).filter(Boolean);
	return { chosen: values("options"), alternatives: values("items") };
}

async function preview(frm, dialog, body) {
	const choice = chosen(body);
	const fingerprint = JSON.stringify(choice);
	dialog.crm_ext_asked = fingerprint;
	const outcome = body.find(".crm-choice-outcome").attr("aria-busy", "true");
	const answer = await frappe
		.xcall("crm_ext.api.quotation_options.preview", { quotation: frm.doc.name, ...choice })
		.catch(() => null);
	if (dialog.crm_ext_asked !== fingerprint) return;
	outcome.removeAttr("aria-busy").html(answer ? totals(answer) : escape(__("The total could not be computed. Choose again.")));
}

function totals(answer) {
	const sum = (label, value, strong) =>
		`<div${strong ? ' class="crm-choice-total"' : ""}><dt>${escape(label)}</dt><dd>${escape(money(value, answer.currency, CENTS))}</dd></div>`;
	const promise = answer.promise_date ? date(answer.promise_date) : __("No date known yet");
	return `<dl>
		${sum(__("Net Total"), answer.net_total)}
		${answer.taxes.map((tax) => sum($("<span>").html(tax.description).text(), tax.amount)).join("")}
		${sum(__("To Pay"), answer.payable, true)}
		<div><dt>${escape(__("Everything by"))}</dt><dd>${escape(promise)}</dd></div>
	</dl>`;
}

async function make_order(frm, dialog) {
	const order = await frappe.xcall("crm_ext.api.quotation_options.make_order", {
		quotation: frm.doc.name,
		...chosen(dialog.crm_ext_body),
	});
	dialog.hide();
	const [local] = frappe.model.sync(order);
	frappe.set_route("Form", local.doctype, local.name);
}
