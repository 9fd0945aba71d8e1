// The section "Suggestions": what else the customer may want beside the lines, to add or to put aside.

import { date, escape, name } from "../sales_process/words";
import { part, section } from "./panel";

const FORMS = ["Quotation", "Sales Order"];
const PAUSE = 600;
const REASON = {
	Complement: (because) => __("Often bought with {0}", [because]),
	"Better Model": (because) => __("A better model than {0}", [because]),
	Consumable: (because) => __("Consumable for {0}", [because]),
	"Spare Part": (because) => __("Spare part for {0}", [because]),
};

part(FORMS, (frm) => {
	frm.crm_ext_suggestions_asked = null;
	load(frm);
});

for (const doctype of FORMS) {
	frappe.ui.form.on(`${doctype} Item`, { item_code: (frm) => load_soon(frm) });
	frappe.ui.form.on(doctype, {
		items_remove: (frm) => load_soon(frm),
		company: (frm) => load_soon(frm),
		party_name: (frm) => load_soon(frm),
		customer: (frm) => load_soon(frm),
	});
}

function load_soon(frm) {
	clearTimeout(frm.crm_ext_suggestions_timer);
	frm.crm_ext_suggestions_timer = setTimeout(() => load(frm), PAUSE);
}

function offer(frm) {
	const { doc } = frm;
	const customer = doc.doctype === "Sales Order" ? doc.customer : doc.quotation_to === "Customer" && doc.party_name;
	return { doctype: doc.doctype, name: doc.name, company: doc.company, customer: customer || "" };
}

async function load(frm) {
	const body = section(frm, "suggestions", __("Suggestions"), 50);
	const items = [...new Set((frm.doc.items || []).map((row) => row.item_code).filter(Boolean))];
	const asking = { ...offer(frm), items };
	if (frm.doc.docstatus !== 0 || !asking.company || !(items.length || asking.customer)) return void body.empty();
	const fingerprint = JSON.stringify(asking);
	if (fingerprint === frm.crm_ext_suggestions_asked) return;
	frm.crm_ext_suggestions_asked = fingerprint;
	try {
		const found = await frappe.xcall("crm_ext.api.suggestions.suggest", asking);
		if (frm.crm_ext_suggestions_asked === fingerprint) draw(frm, body, found);
	} catch {
		// Nothing depends on suggestions: the offer is made without them.
		body.empty();
	}
}

function draw(frm, body, found) {
	body.empty();
	if (!found.length) return;
	const list = $(`<ul class="crm-suggestions"></ul>`).appendTo(body);
	for (const suggestion of found) list.append(card(frm, list, suggestion));
}

function card(frm, list, suggestion) {
	const made = $(`<li><div><strong>${name(suggestion.item_name)}</strong>
		<small>${REASON[suggestion.kind](`<bdi>${escape(suggestion.because)}</bdi>`)}</small>
		<small>${__("Can leave on {0}", [date(suggestion.day)])}</small></div><div></div></li>`);
	const leave = () => {
		made.remove();
		if (list.is(":empty")) list.parent().empty();
	};
	const say = (outcome) =>
		frappe.xcall("crm_ext.api.suggestions.answer", { ...offer(frm), item_code: suggestion.item_code, outcome });
	made.children("div:last-child").append(
		button(__("Add"), __("Add {0}", [suggestion.item_name]), async () => {
			leave();
			await add(frm, suggestion.item_code);
			await say("Taken");
		}),
		button(__("Not Now"), __("Not now: {0}", [suggestion.item_name]), async () => {
			leave();
			await say("Refused");
		})
	);
	return made;
}

/** A row with the item, filled in and priced by ERPNext as if it had been typed. */
async function add(frm, item_code) {
	const empty = (frm.doc.items || []).find((row) => !row.item_code);
	const row = empty || frm.add_child("items");
	await frappe.model.set_value(row.doctype, row.name, "item_code", item_code);
	frm.refresh_field("items");
}

function button(label, description, action) {
	return $(`<button type="button" class="btn btn-default btn-xs"></button>`)
		.text(label)
		.attr("aria-label", description)
		.on("click", action);
}
