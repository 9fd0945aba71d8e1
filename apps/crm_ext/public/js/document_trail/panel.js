// The trail in brief on a form: a chip for each stage, read only once the form stands and the section is open.

import { ask } from "./ask.js";
import {
	amounts_text,
	escape,
	local_digits,
	money_state,
	open_documents,
	sign,
	stage_label,
	state_html,
} from "./words.js";

export function show_panel(frm) {
	if (frm.is_new() || frm.crm_ext_trail_section?.isConnected) return;
	const { doctype, docname } = frm;
	const body = frm.dashboard.add_section("", __("Trail"), "crm-ext-trail custom");
	frm.crm_ext_trail_section = body.get(0);
	frm.dashboard.show();
	frm.page.add_menu_item(__("Document Trail"), () => frappe.set_route("document-trail", doctype, docname));
	// Forms with tabs keep the section behind one of them, and any section can be folded.
	body.append('<div class="trail-body"></div>');
	const seen = ([{ isIntersecting }]) => isIntersecting && load_once(body.children(), doctype, docname);
	new IntersectionObserver(seen).observe(body.parent().get(0));
	body.prev(".section-head").on("click keydown", () => setTimeout(() => seen([{ isIntersecting: true }])));
}

async function load_once(body, doctype, name) {
	if (body.data("asked") || body.parent().hasClass("hide")) return;
	body.data("asked", true);
	body.html(`<p class="trail-note" role="status">${__("Reading the trail …")}</p>`);
	try {
		draw(body, await ask("crm_ext.api.trail.get_trail_summary", { doctype, name }));
	} catch (failure) {
		body.html(`<p class="trail-note" role="alert">${escape(failure.message)}</p>`);
		body.append(button(__("Try again"), () => body.data("asked", false) && load_once(body, doctype, name)));
	}
}

function draw(body, trail) {
	const { doctype, name } = trail.start;
	body.empty();
	const chips = $(`<ul class="trail-chips" aria-label="${escape(__("Stages of the trail"))}"></ul>`).appendTo(body);
	for (const stage of trail.summary) chips.append($("<li>").append(chip(stage)));
	if (trail.summary.length === 1 && trail.summary[0].documents.length === 1) {
		body.append(`<p class="trail-note">${__("Nothing came before this document, and nothing has come of it yet.")}</p>`);
	}
	if (!trail.complete) {
		body.append(`<p class="trail-note">${__("There is more than is counted here. The picture says what and where.")}</p>`);
	}
	for (const customer of trail.customers.filter((each) => each.campaign)) {
		const words = __("{0} first came by the campaign {1}.", [customer.title, customer.campaign]);
		body.append(`<p class="trail-note">${escape(words)}</p>`);
	}
	const open = button(__("Open picture"), () => frappe.set_route("document-trail", doctype, name));
	body.append(open.prepend(sign("picture")));
}

function chip(stage) {
	const state = stage.outstanding.length ? money_state(stage.outstanding) : null;
	const label = `${stage_label(stage.stage)} ${local_digits(stage.documents.length)}`;
	return $(`<button type="button" class="trail-chip">
			<span class="trail-chip-stage">${escape(label)}</span>
			<span class="trail-chip-amount">${escape(amounts_text(stage.amounts))}</span>
			${state_html(state)}
		</button>`)
		.attr("title", stage.documents.map(({ name }) => name).slice(0, 20).join(", "))
		.on("click", () => open_documents(stage.documents));
}

function button(label, action) {
	return $('<button type="button" class="btn btn-default btn-xs"></button>').text(label).on("click", action);
}
