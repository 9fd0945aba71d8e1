// The revisions of an offer: what each changed and why, two of them side by side, and the reasons before submitting.

import { date, escape, money, name, number } from "../sales_process/words";
import { part, section } from "./panel";

const CENTS = 2;
const ADDRESS = "crm_ext.api.revisions";
const KINDS = { Added: () => __("Added"), Removed: () => __("Removed"), Changed: () => __("Changed"), "": () => __("Same") };
const PARTS = { Line: () => __("Lines"), Option: () => __("Options for the Customer"), Offer: () => __("The Offer as a Whole") };

part(["Quotation"], async (frm) => {
	const body = section(frm, "revisions", __("Revisions"), 60);
	const { doc } = frm;
	if (frm.is_new() || (!doc.amended_from && doc.docstatus !== 2)) {
		body.empty();
		return;
	}
	const revisions = await frappe.xcall(`${ADDRESS}.chain`, { quotation: doc.name });
	if (frm.doc.name !== doc.name) return;
	if (revisions.length < 2) body.empty();
	else draw(frm, body, revisions);
});

function draw(frm, body, revisions) {
	body.html(`<ol class="crm-revisions">${revisions.map((row) => revision(frm, row)).join("")}</ol>
		<div class="crm-revision-actions"></div>`);
	const actions = body.find(".crm-revision-actions");
	const button = (label, action) =>
		$(`<button type="button" class="btn btn-default btn-sm"></button>`).text(label).on("click", action).appendTo(actions);
	button(__("Compare"), () => compare(revisions, frm.doc.name));
	const own = revisions.find((row) => row.name === frm.doc.name);
	if (frm.doc.docstatus === 0 && own.changes.length && !frm.is_dirty()) {
		button(__("Give Reasons"), () => ask_reasons(frm, own.changes));
	}
}

function revision(frm, row) {
	const here = row.name === frm.doc.name ? ` aria-current="true"` : "";
	const open = row.changes.filter((change) => !change.reason).length;
	const changes = row.changes.length
		? `<span>${escape(__("{0} changes, {1} without a reason", [number(row.changes.length), number(open)]))}</span>`
		: "";
	const states = [__("Draft"), __(row.status), __("Cancelled")];
	return `<li${here}><a href="${frappe.utils.get_form_link("Quotation", row.name)}">${name(row.name)}</a>
		<span>${escape(states[row.docstatus])}</span><span>${escape(date(row.transaction_date))}</span>
		<span>${escape(money(row.grand_total, row.currency, CENTS))}</span>${changes}</li>`;
}

// Side by side

function compare(revisions, current) {
	const names = revisions.map((row) => row.name);
	const at = Math.max(names.indexOf(current), 1);
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Compare Revisions"),
		size: "extra-large",
		fields: [
			{ fieldtype: "Select", fieldname: "first", label: __("From"), options: names, default: names[at - 1], change: show },
			{ fieldtype: "Column Break" },
			{ fieldtype: "Select", fieldname: "second", label: __("To"), options: names, default: names[at], change: show },
			{ fieldtype: "Section Break" },
			{ fieldtype: "HTML", fieldname: "sides" },
		],
	});
	async function show() {
		const { first, second } = dialog.get_values(true);
		if (!first || !second) return;
		const wrapper = dialog.fields_dict.sides.$wrapper.attr("aria-busy", "true");
		const seen = await frappe.xcall(`${ADDRESS}.compare`, { first, second });
		wrapper.removeAttr("aria-busy").html(table(seen));
	}
	dialog.show();
	show();
}

function table({ first, second, rows, difference }) {
	const currency = second.currency;
	const head = (side) => `<th scope="col">${name(side.name)}<br><small>${escape(date(side.transaction_date))}</small></th>`;
	const parts = [...new Set(rows.map((row) => row.part))];
	return `<div class="crm-comparison"><table class="table">
		<thead><tr><th scope="col">${escape(__("Change"))}</th><th scope="col">${escape(__("What"))}</th>${head(first)}${head(second)}
			<th scope="col">${escape(__("Difference"))}</th><th scope="col">${escape(__("Reason"))}</th></tr></thead>
		${parts.map((part) => body_of(part, rows.filter((row) => row.part === part), first, second)).join("")}
		<tfoot><tr><th scope="row" colspan="2">${escape(__("Grand Total"))}</th>
			<td>${escape(money(first.grand_total, first.currency, CENTS))}</td><td>${escape(money(second.grand_total, currency, CENTS))}</td>
			<td>${difference === null ? "" : signed(difference, currency)}</td><td></td></tr></tfoot>
	</table></div>`;
}

const body_of = (part, rows, first, second) => `<tbody>
	<tr><th colspan="6" scope="rowgroup">${escape(PARTS[part]())}</th></tr>
	${rows.map((row) => line(row, first, second)).join("")}</tbody>`;

const line = (row, first, second) => `<tr data-kind="${escape(row.kind)}">
	<td>${escape(KINDS[row.kind]())}</td><td>${name(row.subject)}</td>
	<td class="crm-comparison-text">${side(row.before, first.currency)}</td>
	<td class="crm-comparison-text">${side(row.after, second.currency)}</td>
	<td>${row.difference ? signed(row.difference, second.currency) : ""}</td>
	<td>${row.reasons.map(reason).join("")}</td></tr>`;

function side(values, currency) {
	if (!values) return "";
	if ("text" in values) return name(values.text);
	const facts = [`${number(values.qty, 3)} ${__(values.uom || "")} × ${money(values.rate, currency, CENTS)}`];
	if (values.discount_percentage) facts.push(__("{0} % off", [number(values.discount_percentage, CENTS)]));
	if (values.is_alternative) facts.push(__("Alternative"));
	return `${escape(facts.join(" · "))}<br><small>${name(values.description)}</small>`;
}

const reason = (given) => `<div>${escape(given.reason)}
	<small class="text-muted">${escape(frappe.user.full_name(given.changed_by))}</small></div>`;

const signed = (value, currency) => `<bdi dir="ltr">${value > 0 ? "+" : ""}${escape(money(value, currency, CENTS))}</bdi>`;

// Reasons before the amendment is submitted

frappe.ui.form.on("Quotation", {
	async before_submit(frm) {
		if (!frm.doc.amended_from) return;
		const revisions = await frappe.xcall(`${ADDRESS}.chain`, { quotation: frm.doc.name });
		const own = revisions.find((row) => row.name === frm.doc.name);
		const open = own?.changes.filter((change) => !change.reason) || [];
		if (open.length) await ask_reasons(frm, open);
	},
});

/** Resolves when reasons were given or left open; the server says whether they may be left open. */
function ask_reasons(frm, changes) {
	return new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			animate: false,
			title: __("Why Was This Changed?"),
			fields: changes.map((change) => ({
				fieldtype: "Data",
				fieldname: change.name,
				label: `${KINDS[change.kind]()}: ${change.subject}`,
				description: escape([change.before_value, change.after_value].map((side) => side || "–").join(" → ")),
				default: change.reason,
			})),
			primary_action_label: __("Keep Reasons"),
			async primary_action(values) {
				await frappe.xcall(`${ADDRESS}.give_reasons`, { quotation: frm.doc.name, reasons: values });
				dialog.hide();
			},
		});
		dialog.onhide = () => {
			crm_ext.offer_desk.refresh(frm);
			resolve();
		};
		dialog.show();
	});
}
