// The section "Stock Holds" of a submitted quotation: what is held until when, what is lacking, and who holds that.

import { escape, mark, name, number } from "../sales_process/words";
import { ask, extend, release, take_over, tell } from "./hold_dialogs";
import { moment, quantity, time_left } from "./hold_words";
import { part, section } from "./panel";

part(["Quotation"], (frm) => {
	const body = section(frm, "holds", __("Stock Holds"), 20);
	if (frm.is_new() || frm.doc.docstatus !== 1) return body.empty();
	load(frm, body);
});

async function load(frm, body) {
	const asked = frm.doc.name;
	try {
		const state = await ask("get_holds", { quotation: asked });
		if (frm.doc.name === asked) draw(frm, body, state);
	} catch {
		body.html(`<p class="crm-offer-note">${__("The holds could not be loaded.")}
			<button type="button" class="btn btn-default btn-xs" data-action="again">${__("Try Again")}</button></p>`);
		body.find("[data-action]").on("click", () => load(frm, body));
	}
}

function draw(frm, body, state) {
	const active = state.holds.filter((hold) => hold.status === "Active");
	const past = state.holds.filter((hold) => hold.status !== "Active");
	if (!state.lines.length && !state.holds.length) return body.empty();
	body.html(`
		${active.length ? list(active, (hold) => active_row(hold, state)) : note(state)}
		${active.length ? lacking(state) : ""}
		${state.rivals.length ? `<h6>${__("Held for Others")}</h6>${list(state.rivals, (rival) => rival_row(rival, state))}` : ""}
		${past.length ? `<details class="crm-hold-past"><summary>${__("Earlier Holds")}</summary>${list(past, past_row)}</details>` : ""}
		${state.can_hold && !is_complete(state) ? `<p><button type="button" class="btn btn-default btn-sm" data-action="hold">${__("Hold Stock")}</button></p>` : ""}
		<span class="sr-only" role="status" aria-live="polite"></span>`);
	bind(frm, body, state);
}

const is_complete = (state) => state.lines.filter(counts).every((line) => line.held >= line.asked - 1e-6);
const counts = (line) => !line.is_alternative;
const list = (rows, row) => `<ul class="crm-holds">${rows.map(row).join("")}</ul>`;

function note(state) {
	return `<p class="crm-offer-note">${
		state.can_hold ? __("Nothing is held for this offer; others may take the stock.") : __("Nothing is held for this offer.")
	}</p>`;
}

function lacking(state) {
	const rows = state.lines.filter(counts).filter((line) => line.held < line.asked - 1e-6);
	return rows
		.map(
			(line) =>
				`<p class="crm-offer-note crm-hold-lacking">${mark("warning")} ${__("Row {0}: {1} of {2} are held.", [
					number(line.number),
					number(line.held, 3),
					number(line.asked, 3),
				])}</p>`
		)
		.join("");
}

const what = (hold) =>
	`<span><b>${quantity(hold.qty, hold.stock_uom)}</b> ${name(hold.item_name || hold.item_code)} <small>${name(hold.warehouse)}</small></span>`;

function active_row(hold, state) {
	const buttons = state.can_change
		? `${button("extend", hold.name, __("Extend Hold"))} ${button("release", hold.name, __("Release Stock"))}`
		: "";
	return `<li>${what(hold)}
		<span>${mark("clock")} ${__("until {0}", [moment(hold.expires_at)])} <small>${time_left(hold.expires_at, state.now)}</small></span>
		<span class="crm-hold-actions">${buttons}</span></li>`;
}

function rival_row(rival, state) {
	return `<li>${what(rival)}
		<span>${name(rival.customer_name)} <small>${__("until {0}", [moment(rival.expires_at)])}</small></span>
		<span class="crm-hold-actions">${rival.weaker ? button("take_over", rival.name, __("Take Over")) : ""}</span></li>`;
}

function past_row(hold) {
	const order = hold.sales_order
		? ` <a href="${frappe.utils.get_form_link("Sales Order", hold.sales_order)}">${name(hold.sales_order)}</a>`
		: "";
	return `<li>${what(hold)}<span>${__(hold.status)}${order}</span><span></span></li>`;
}

const button = (action, key, label) =>
	`<button type="button" class="btn btn-default btn-xs" data-action="${action}" data-key="${escape(key)}">${label}</button>`;

function bind(frm, body, state) {
	const found = (rows, element) => rows.find((row) => row.name === element.dataset.key);
	const actions = {
		hold: () => choose(frm, body, state),
		extend: (element) => extend(found(state.holds, element)).then(() => load(frm, body)),
		release: (element) => release(found(state.holds, element)).then(() => load(frm, body)),
		take_over: (element) => take_over(found(state.rivals, element), frm.doc.name).then(() => load(frm, body)),
	};
	body.find("[data-action]").on("click", (event) => actions[event.currentTarget.dataset.action](event.currentTarget));
}

// One line is held at once; of several the representative chooses.
function choose(frm, body, state) {
	const lines = by_row(state.lines.filter((line) => line.held < line.asked - 1e-6));
	if (lines.length === 1 && !lines[0].is_alternative) return hold(frm, body, { [lines[0].row]: null });
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Hold Stock"),
		fields: lines.map((line) => ({
			fieldtype: "Check",
			fieldname: line.row,
			label: __("Row {0}: {1}", [line.number, line.items.join(", ")]),
			default: line.is_alternative ? 0 : 1,
		})),
		primary_action_label: __("Hold"),
		primary_action: (values) => {
			const chosen = lines.filter((line) => values[line.row]);
			if (!chosen.length) return frappe.show_alert({ message: __("Choose at least one row."), indicator: "orange" });
			dialog.hide();
			hold(frm, body, Object.fromEntries(chosen.map((line) => [line.row, null])));
		},
	});
	dialog.show();
}

// The parts of a bundle belong to one row.
function by_row(lines) {
	const rows = new Map();
	for (const line of lines) {
		if (!rows.has(line.row)) rows.set(line.row, { ...line, items: [] });
		rows.get(line.row).items.push(line.item_code);
	}
	return [...rows.values()];
}

async function hold(frm, body, lines) {
	const button = body.find('[data-action="hold"]').prop("disabled", true);
	try {
		const state = await tell("hold", { quotation: frm.doc.name, lines });
		draw(frm, body, state);
		const words = state.sentences.length ? state.sentences.join(" ") : __("The stock is held.");
		body.find('[role="status"]').text(words);
		frappe.show_alert({ message: escape(words), indicator: state.sentences.length ? "orange" : "green" }, 7);
	} finally {
		button.prop("disabled", false);
	}
}
