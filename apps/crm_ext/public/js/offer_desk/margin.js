// The section "Margin": where the offer stands against its floors, what a further discount costs, and the approval.

import { escape, mark, name, number } from "../sales_process/words";
import { part, section } from "./panel";

const FORMS = ["Quotation", "Sales Order"];
const STATUS = {
	above: () => [__("Above the least margin"), "tick", "sure"],
	below: () => [__("Below the least margin"), "warning", "danger"],
	open: () => [__("No least margin set"), "advice", "open"],
	unknown: () => [__("Cost not known"), "advice", "open"],
};

part(FORMS, (frm) => load(frm));

for (const doctype of FORMS) {
	frappe.ui.form.on(doctype, { company: (frm) => draw_unsaved(frm) });
}

async function load(frm) {
	const body = section(frm, "margin", __("Margin"), 40);
	if (frm.is_new()) return draw_unsaved(frm);
	if (frm.doc.docstatus === 2) return void body.empty();
	const asked = `${frm.doc.name} ${frm.doc.modified}`;
	frm.crm_ext_margin_asked = asked;
	if (body.is(":empty")) body.html(note(__("Looking at the margin …"), "status"));
	try {
		const state = await frappe.xcall(
			"crm_ext.api.margin.state",
			{ doctype: frm.doctype, name: frm.doc.name },
			"GET"
		);
		if (frm.crm_ext_margin_asked === asked) draw(frm, body, state);
	} catch {
		body.html(note(__("The margin could not be read."), "alert"));
		button(__("Try again"), () => load(frm)).appendTo(body);
	}
}

function draw_unsaved(frm) {
	if (frm.is_new() && (frm.doc.items || []).some((row) => row.item_code)) {
		section(frm, "margin", __("Margin"), 40).html(note(__("Save to see the margin."), "status"));
	} else if (frm.is_new()) {
		section(frm, "margin", __("Margin"), 40).empty();
	}
}

function draw(frm, body, state) {
	body.empty();
	if (!state.lines.length) return;
	if (!state.sees_cost && !state.guarded) return;
	body.append(
		whole_html(state),
		state.sees_cost ? table_html(state) : lines_html(state),
		discount(state),
		approval(frm, state)
	);
}

/** The word for the whole document, with its margin for whoever may see it. */
function whole_html(state) {
	const figures = state.total?.percent == null ? "" : ` <strong>${percent(state.total.percent)}</strong> · ${money(state.total.margin, state)}`;
	return `<p class="crm-offer-note" role="status">${chip(state.status)}${figures}</p>`;
}

function chip(status) {
	const [label, sign, tone] = STATUS[status]();
	return `<span class="crm-margin-chip crm-margin-${tone}">${mark(sign)}<span>${label}</span></span>`;
}

function lines_html(state) {
	const lines = state.lines.filter((line) => line.status !== "above");
	if (!lines.length) return "";
	return `<ul class="crm-margin-lines">${lines
		.map((line) => `<li>${line_name(line)} ${chip(line.status)}</li>`)
		.join("")}</ul>`;
}

function table_html(state) {
	const columns = [
		["revenue", __("Net Price")],
		["cost", __("Cost")],
		["commission", __("Commission")],
		["freight", __("Freight")],
		["credit", __("Credit")],
		["given_away", __("Free Goods")],
		["margin", __("Margin")],
	].filter(([field]) => ["revenue", "cost", "margin"].includes(field) || state.lines.some((line) => line[field]));
	const head = columns.map(([, label]) => `<th scope="col">${label}</th>`).join("");
	const row = (line) => `<tr><th scope="row">${line_name(line)}</th>${columns
		.map(([field]) => `<td>${line[field] == null ? "–" : money(line[field], state)}</td>`)
		.join("")}<td>${line.percent == null ? "–" : percent(line.percent)}</td><td>${
		line.floor == null ? "–" : percent(line.floor)
	}</td><td>${chip(line.status)}</td></tr>`;
	return `<div class="crm-margin-table" role="region" tabindex="0" aria-label="${__("Margin")}"><table><caption class="sr-only">${__("Margin")}</caption><thead><tr>
		<th scope="col">${__("Line")}</th>${head}<th scope="col">%</th><th scope="col">${__("At Least")}</th>
		<th scope="col">${__("Status")}</th></tr></thead><tbody>${state.lines.map(row).join("")}</tbody></table></div>`;
}

function line_name(line) {
	return `${line.idx ? number(line.idx) : __("Option")}. ${name(line.item_name)}`;
}

/** A slider over what one more percent of discount takes away; nothing is changed by moving it. */
function discount(state) {
	if (!state.steps.length) return "";
	const made = $(`<div class="crm-margin-discount"><label><span></span>
		<input type="range" min="0" max="${state.steps.length - 1}" value="0"></label><output aria-live="polite"></output></div>`);
	made.find("label > span").text(__("What would a further discount cost?"));
	const show = (index) => {
		const step = state.steps[index];
		const words = [
			__("{0} more costs {1} of margin.", [percent(step.percent), money(step.margin_lost, state)]),
			state.earns_commission && step.commission_lost
				? __("Your commission falls by {0}.", [money(step.commission_lost, state)])
				: "",
			step.below ? `<strong>${__("This would be below the least margin.")}</strong>` : "",
		];
		const room = [
			state.headroom == null || state.status === "below"
				? ""
				: __("The least margin is reached at {0} of further discount.", [percent(state.headroom)]),
		];
		made.find("output").html([...(step.percent ? words : []), ...room].filter(Boolean).join(" "));
		made.find("input").attr("aria-valuetext", __("{0} %", [number(step.percent, 2)]));
	};
	made.find("input").on("input", (event) => show(Number(event.target.value)));
	show(0);
	return made;
}

function approval(frm, state) {
	const made = $(`<div class="crm-margin-approval"></div>`);
	const found = state.approval;
	if (found) made.append(note(approval_sentence(found, state), "status"));
	if (found?.may_decide) {
		made.append(
			button(__("Approve"), () => decide(frm, found, "Approved"), "btn-primary"),
			button(__("Reject"), () => decide(frm, found, "Rejected"))
		);
	} else if (state.can_ask && state.status === "below" && !state.covered && found?.status !== "Requested") {
		made.append(button(__("Ask for Approval"), () => ask(frm), "btn-primary"));
	} else if (state.can_ask && state.status === "below" && !state.covered) {
		made.append(button(__("Ask Again for the Offer as It Is Now"), () => ask(frm)));
	}
	return made;
}

function approval_sentence(found, state) {
	const asked = __("{0} asked for approval: {1}", [escape(found.requested_by), escape(found.reason)]);
	if (found.status === "Requested") return `${asked} ${__("Nobody has decided yet.")}`;
	const decided =
		found.status === "Approved"
			? __("{0} approved.", [escape(found.decided_by)])
			: __("{0} refused.", [escape(found.decided_by)]);
	const lapsed =
		found.status === "Approved" && state.status === "below" && !state.covered
			? __("The offer has become worse since; ask again.")
			: "";
	return [asked, decided, escape(found.decision_reason === found.reason ? "" : found.decision_reason), lapsed].join(" ");
}

/** Asks for a reason and then for the approval; also the button in the message that refuses a submission. */
export function ask({ doctype, doc, name: document_name }) {
	const target = { doctype, name: document_name || doc?.name };
	frappe.hide_msgprint(true);
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Why is the lower margin worth it?"), reqd: 1 },
		async ({ reason }) => {
			const found = await frappe.xcall("crm_ext.api.margin.ask", { ...target, reason });
			frappe.show_alert({
				message:
					found?.status === "Approved" ? __("Approved. You can submit it.") : __("Approval was asked for."),
				indicator: "green",
			});
			if (cur_frm?.doc.name === target.name) load(cur_frm);
		},
		__("Ask for Approval"),
		__("Ask for Approval")
	);
}

function decide(frm, found, verdict) {
	const send = async (reason) => {
		await frappe.xcall("crm_ext.api.margin.decide", { approval: found.name, verdict, reason });
		load(frm);
	};
	if (verdict === "Approved") return send("");
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		({ reason }) => send(reason),
		__("Reject"),
		__("Reject")
	);
}

function percent(value) {
	return `<bdi>${__("{0} %", [number(value, 2)])}</bdi>`;
}

function money(value, state) {
	return `<bdi>${number(value, 2)} ${escape(state.currency)}</bdi>`;
}

function note(text, role) {
	return `<p class="crm-offer-note" role="${role}">${text}</p>`;
}

function button(label, action, kind = "btn-default") {
	return $(`<button type="button" class="btn btn-xs ${kind}"></button>`).text(label).on("click", action);
}
