// What a trail adds up to, as sums that a reader can follow; and all its documents as a table.

import { amount_text, date_text, escape, name_of, open_documents, stage_label, state_html, state_of } from "./words.js";

/** The bar of totals: by currency, and in the companies' currencies where they say something more. */
export function draw_totals(trail) {
	const { by_currency, by_company } = trail.totals;
	const bar = $(`<section class="trail-totals" aria-label="${escape(__("Totals"))}"></section>`);
	for (const sums of by_currency) bar.append(equations(sums, sums.currency, trail));
	const plain = by_company.length === 1 && by_currency.every(({ currency }) => currency === by_company[0].currency);
	if (!plain) for (const sums of by_company) bar.append(equations(sums, sums.company, null));
	if (!trail.complete) bar.append(`<p class="trail-note">${__("These are totals of the documents shown.")}</p>`);
	return bar;
}

function equations(sums, heading, trail) {
	const text = (amount) => amount_text(amount, sums.currency);
	const rows = $('<div class="trail-sums"></div>').append($("<h3></h3>").text(heading));
	if (sums.ordered) {
		const invoiced = sums.ordered - sums.to_invoice;
		const parts = [
			[__("Ordered in all"), text(sums.ordered)],
			["=", __("invoiced or closed"), text(invoiced)],
			["+", __("to invoice"), text(sums.to_invoice)],
		];
		rows.append(equation(parts), equation([[__("To deliver"), text(sums.to_deliver)]]));
	}
	if (sums.delivered) rows.append(equation([[__("Delivered in all"), text(sums.delivered)]]));
	if (sums.advances) rows.append(equation([[__("Paid in advance"), text(sums.advances)]]));
	if (sums.invoiced || sums.returned) {
		const parts = [[__("Invoiced in all"), text(sums.invoiced)]];
		if (sums.returned) parts.push(["−", __("returned"), text(sums.returned)]);
		parts.push(["−", __("paid"), text(sums.paid)]);
		if (sums.settled_otherwise) parts.push(["−", __("settled otherwise"), text(sums.settled_otherwise)]);
		const line = equation(parts);
		line.append('<span class="trail-operator">=</span>', outstanding(sums, text(sums.outstanding), trail));
		rows.append(line);
	}
	return rows;
}

function equation(parts) {
	const line = $('<p class="trail-equation"></p>');
	for (const part of parts) {
		const [operator, label, value] = part.length === 3 ? part : ["", ...part];
		if (operator) line.append(`<span class="trail-operator">${operator}</span>`);
		line.append(`<span class="trail-term">${escape(label)} <bdi>${escape(value)}</bdi></span>`);
	}
	return line;
}

function outstanding(sums, text, trail) {
	const open = (trail?.documents || []).filter(
		(each) => each.outstanding && each.docstatus === 1 && each.currency === sums.currency
	);
	const label = `${escape(__("outstanding"))} <bdi>${escape(text)}</bdi>`;
	if (!open.length) return $(`<strong class="trail-term">${label}</strong>`);
	return $(`<button type="button" class="trail-term trail-link">${label}</button>`)
		.attr("title", __("Open the invoices"))
		.on("click", () => open_documents(open));
}

/** The same documents as a table, for screen readers, for copying and for print. */
export function draw_table(trail) {
	const came_from = trail.documents.map(() => []);
	for (const edge of trail.edges) came_from[edge.to].push(source(trail.documents[edge.from], edge));
	const rows = trail.documents.map((document, index) => {
		const link = document.deleted
			? escape(document.name)
			: `<a href="${frappe.utils.get_form_link(document.doctype, document.name)}">${escape(document.name)}</a>`;
		const cells = [
			escape(date_text(document.date)),
			escape(__(document.status || "")),
			`<bdi>${escape(amount_text(document.amount, document.currency))}</bdi>`,
			state_html(state_of(document)),
			escape(came_from[index].join("; ")),
		];
		return `<tr><td>${escape(stage_label(document.stage))}</td>
			<th scope="row">${escape(__(document.doctype))} ${link}</th><td>${escape(document.title)}</td>
			${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
	});
	const headings = [
		__("Stage"), __("Document"), __("Title"), __("Date"), __("Status"), __("Amount"), __("Payment state"), __("Came from"),
	];
	return $(`<div class="trail-table"><table class="table table-bordered">
			<caption>${escape(__("Documents of the trail"))}</caption>
			<thead><tr>${headings.map((heading) => `<th scope="col">${escape(heading)}</th>`).join("")}</tr></thead>
			<tbody>${rows.join("")}</tbody>
		</table></div>`);
}

function source(parent, edge) {
	const remarks = [];
	if (edge.kind === "return") remarks.push(__("return"));
	if (edge.kind === "amendment") remarks.push(__("amended"));
	if (edge.through_hidden) remarks.push(__("by steps you may not see"));
	if (edge.amount) remarks.push(amount_text(edge.amount, parent.currency));
	return remarks.length ? `${name_of(parent)} (${remarks.join(", ")})` : name_of(parent);
}
