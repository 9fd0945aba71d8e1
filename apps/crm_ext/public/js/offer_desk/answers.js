// The section "Answers of the Customer" of a quotation: who answered what, and links for people without a login.

import { escape, money, name } from "../sales_process/words";
import { moment } from "./hold_words";
import { part, section } from "./panel";

const METHOD = "crm_ext.api.quotation_portal.";
const ask = async (method, args) => (await frappe.call({ method: METHOD + method, args, type: "GET" })).message;
const tell = (method, args) => frappe.xcall(METHOD + method, args);

part(["Quotation"], (frm) => {
	const body = section(frm, "answers", __("Answers of the Customer"), 70);
	if (frm.is_new() || frm.doc.docstatus === 0) return body.empty();
	if (frm.doc.docstatus === 1) {
		frm.add_custom_button(__("Link for the Customer"), () => link_dialog(frm, body));
	}
	load(frm, body);
});

async function load(frm, body) {
	const asked = frm.doc.name;
	try {
		const state = await ask("answers", { quotation: asked });
		if (frm.doc.name === asked) draw(frm, body, state);
	} catch {
		body.html(`<p class="crm-offer-note">${__("The answers could not be loaded.")}
			<button type="button" class="btn btn-default btn-xs" data-action="again">${__("Try Again")}</button></p>`);
		body.find("[data-action]").on("click", () => load(frm, body));
	}
}

function draw(frm, body, { responses, links }) {
	if (!responses.length && !links.length) return body.empty();
	const undone = responses.some((row) => !row.is_withdrawn && !row.sales_order && ["Accepted", "Refused"].includes(row.answer));
	body.html(`
		${responses.length ? `<ul class="crm-answers">${responses.map(answer).join("")}</ul>` : ""}
		${undone ? `<p><button type="button" class="btn btn-default btn-xs" data-action="take_back">${__("Let the Customer Answer Anew")}</button></p>` : ""}
		${links.length ? `<h6>${__("Links Sent")}</h6><ul class="crm-answers">${links.map(link).join("")}</ul>` : ""}`);
	const act = (action, run) =>
		body.find(`[data-action="${action}"]`).on("click", async (event) => {
			const button = $(event.currentTarget).prop("disabled", true);
			try {
				await run(button.attr("data-name"));
			} finally {
				button.prop("disabled", false);
			}
		});
	act("place", async (response) => {
		const order = await tell("place_order", { response });
		if (order) frappe.set_route("Form", "Sales Order", order);
		else frm.reload_doc();
	});
	act("take_back", async () => {
		await tell("take_back", { quotation: frm.doc.name });
		frm.reload_doc();
	});
	act("revoke", async (revoked) => {
		await tell("revoke_link", { link: revoked });
		load(frm, body);
	});
}

function answer(row) {
	const order = row.sales_order
		? frappe.utils.get_form_link("Sales Order", row.sales_order, true)
		: row.answer === "Accepted" && !row.is_withdrawn
			? `<button type="button" class="btn btn-primary btn-xs" data-action="place" data-name="${escape(row.name)}">${__("Make the Order")}</button>`
			: "";
	return `<li>
		<b>${__(row.answer)}</b>${row.is_withdrawn ? ` (${__("taken back")})` : ""}
		${name(row.person_name || "")} <small>${moment(row.answered_at)} ${name(row.ip_address || "")}</small>
		${row.total ? money(row.total, row.currency, 2) : ""} ${order}
		${row.lost_reason ? `<div>${escape(__(row.lost_reason))}</div>` : ""}
		${row.message ? `<div>${escape(row.message)}</div>` : ""}
		${row.order_problem ? `<div class="crm-offer-note">${escape(row.order_problem)}</div>` : ""}
		${row.signature ? `<img class="crm-answer-signature" src="${escape(row.signature)}" alt="${escape(__("Signature of {0}", [row.person_name]))}">` : ""}
	</li>`;
}

function link(row) {
	const state = row.is_revoked
		? __("revoked")
		: `${__("until {0}", [moment(row.expires_at)])} <button type="button" class="btn btn-default btn-xs" data-action="revoke" data-name="${escape(row.name)}">${__("Revoke")}</button>`;
	const opened = row.times_opened ? __("last opened {0}", [moment(row.last_used_at)]) : __("not opened yet");
	return `<li>${name(row.sent_to)} <small>${state} ${opened}</small></li>`;
}

function link_dialog(frm, body) {
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Link for the Customer"),
		fields: [
			{
				fieldtype: "Data",
				options: "Email",
				fieldname: "email",
				label: __("E-mail"),
				reqd: 1,
				default: frm.doc.contact_email,
				description: __("Whoever has the link can read, accept and refuse this quotation without a login."),
			},
			{ fieldtype: "Check", fieldname: "is_mailed", label: __("Send it by e-mail"), default: 1 },
		],
		primary_action_label: __("Make the Link"),
		primary_action: async ({ email, is_mailed }) => {
			dialog.disable_primary_action();
			try {
				const made = await tell("send_link", { quotation: frm.doc.name, email, is_mailed: Boolean(is_mailed) });
				dialog.hide();
				show_address(made.address);
				load(frm, body);
			} finally {
				dialog.enable_primary_action();
			}
		},
	});
	dialog.show();
}

function show_address(address) {
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("The Link"),
		fields: [
			{
				fieldtype: "Small Text",
				fieldname: "address",
				label: __("Shown this once"),
				read_only: 1,
				default: address,
			},
		],
		primary_action_label: __("Copy"),
		primary_action: () => {
			frappe.utils.copy_to_clipboard(address);
			dialog.hide();
		},
	});
	dialog.show();
}
