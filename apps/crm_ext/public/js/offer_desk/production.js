// The section "Production": what making the lines takes, what is missing for it, and the BOM and Work Order made of them.

import { date, days, escape, money, name, number } from "../sales_process/words";
import { part, section } from "./panel";

const ADDRESS = "crm_ext.api.production";
const ENDED = ["Lost", "Closed", "Completed", "Cancelled"];

part(["Quotation", "Sales Order"], async (frm) => {
	const body = section(frm, "production", __("Production"), 50);
	const { doc } = frm;
	if (frm.is_new() || doc.docstatus === 2 || ENDED.includes(doc.status)) {
		body.empty();
		return;
	}
	const lines = await frappe
		.xcall(`${ADDRESS}.estimate`, { doctype: doc.doctype, name: doc.name })
		.catch(() => null);
	if (frm.doc.name !== doc.name) return;
	if (!lines) body.html(`<p class="text-muted">${escape(__("What production takes could not be computed. Load the form again."))}</p>`);
	else if (lines.length) draw(frm, body, lines);
	else body.empty();
});

function draw(frm, body, lines) {
	const rows = new Map(frm.doc.items.map((row) => [row.name, row]));
	const shown = lines.filter((line) => rows.has(line.key));
	body.html(`<ul class="crm-production">${shown.map((line) => drawn(frm, line, rows.get(line.key))).join("")}</ul>`);
	body.off("click").on("click", "button[data-row]", (event) => make(frm, event.currentTarget));
}

function drawn(frm, line, row) {
	return `<li><div><span class="crm-promise-number">${number(row.idx)}</span> ${name(row.item_name || row.item_code)}</div>
		<div>${escape(facts(frm, line))}</div>
		<div class="crm-production-missing">${missing(line)}</div>
		<div>${button(frm, line)}</div></li>`;
}

function facts(frm, line) {
	const currency = frappe.get_doc(":Company", frm.doc.company).default_currency;
	const texts = [
		line.ready_on ? __("Ready {0}", [date(line.ready_on)]) : __("No date: a material has none"),
		__("{0} of work, {1} hours", [days(line.days), number(line.minutes / 60, 1)]),
	];
	if (line.material_cost !== null) texts.push(__("Material {0}", [money(line.material_cost, currency)]));
	if (line.operating_cost !== null) texts.push(__("Operations {0}", [money(line.operating_cost, currency)]));
	return texts.join(" · ");
}

function missing(line) {
	return line.missing
		.map((part) => {
			const short = number(part.qty - part.in_stock, 3);
			const when = part.day ? date(part.day) : __("no date");
			return `<div>${escape(__("Missing: {0} of {1}, by {2}", [short, part.item_code, when]))}</div>`;
		})
		.join("");
}

function button(frm, line) {
	const offer = frm.doc.doctype === "Quotation";
	if (!offer && frm.doc.docstatus !== 1) return "";
	if (!frappe.model.can_create(offer ? "BOM" : "Work Order")) return "";
	const label = offer ? __("BOM for This Line") : __("Work Order");
	return `<button type="button" class="btn btn-default btn-xs" data-row="${escape(line.key)}">${escape(label)}</button>`;
}

async function make(frm, pressed) {
	pressed.disabled = true;
	const offer = frm.doc.doctype === "Quotation";
	const [method, source, made] = offer
		? ["make_bom", "quotation", "BOM"]
		: ["make_work_order", "sales_order", "Work Order"];
	try {
		const name = await frappe.xcall(`${ADDRESS}.${method}`, { [source]: frm.doc.name, row: pressed.dataset.row });
		frappe.set_route("Form", made, name);
	} finally {
		pressed.disabled = false;
	}
}
