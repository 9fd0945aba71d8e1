// Draws a trail that the server laid out: lines as SVG, cards as HTML above them, columns headed by their stage.

import { amount_text, date_text, escape, local_digits, name_of, stage_label, state_html, state_of } from "./words.js";

/** The picture as an element. `menu_of(document)` gives the entries of a card's menu: [{label, action}]. */
export function draw_picture(trail, menu_of) {
	const stage = $(`<div class="trail-stage" style="inline-size:${trail.width}px;block-size:${trail.height}px"></div>`);
	stage.append(lines(trail), headings(trail));
	// Cards come in the order of the layout, which is the order in which the keyboard reaches them.
	for (const document of trail.documents) stage.append(card(document, trail, menu_of(document)));
	return stage;
}

function headings(trail) {
	return trail.stages.map((stage) => {
		const members = trail.documents.filter((document) => document.stage === stage);
		const text = `${stage_label(stage)} (${local_digits(members.length)})`;
		return $(`<div class="trail-heading" aria-hidden="true"></div>`)
			.text(text)
			.css({ "inset-inline-start": `${members[0].x}px`, "inline-size": `${trail.card.width}px` });
	});
}

function card(document, trail, menu) {
	const start = document.doctype === trail.start.doctype && document.name === trail.start.name;
	const classes = ["trail-card", start && "trail-start", document.is_return && "trail-return"];
	if (document.cancelled || document.deleted) classes.push("trail-void");
	const box = $(`<div class="${classes.filter(Boolean).join(" ")}"></div>`).css({
		"inset-inline-start": `${document.x}px`,
		"inset-block-start": `${document.y}px`,
		"inline-size": `${trail.card.width}px`,
		"block-size": `${trail.card.height}px`,
	});
	const facts = [date_text(document.date), amount_text(document.amount, document.currency)].filter(Boolean);
	const status = document.status && !document.cancelled ? __(document.status) : "";
	const inside = `
		<span class="trail-card-kind">${escape(__(document.doctype))}<span class="trail-card-status">${escape(status)}</span></span>
		<span class="trail-card-name">${escape(document.name)}</span>
		<span class="trail-card-title">${escape(document.title === document.name ? "" : document.title)}</span>
		<span class="trail-card-facts">${facts.map((fact) => `<bdi>${escape(fact)}</bdi>`).join(" · ")}</span>
		${state_html(state_of(document))}`;
	const open = document.deleted
		? $('<div class="trail-card-open" tabindex="0"></div>')
		: $('<a class="trail-card-open"></a>').attr("href", frappe.utils.get_form_link(document.doctype, document.name));
	if (start) open.attr("aria-current", "true");
	box.append(open.html(inside));
	if (menu.length) box.append(menu_button(document, menu));
	return box;
}

function menu_button(document, entries) {
	const menu = $(`<div class="dropdown trail-card-menu">
			<button type="button" class="btn btn-xs" data-toggle="dropdown" aria-haspopup="true" aria-expanded="false">
				<span aria-hidden="true">⋯</span>
			</button>
			<div class="dropdown-menu dropdown-menu-right" role="menu"></div>
		</div>`);
	menu.find("button").attr("aria-label", __("More on {0}", [name_of(document)]));
	for (const { label, action } of entries) {
		$('<button type="button" class="dropdown-item" role="menuitem"></button>')
			.text(label)
			.on("click", action)
			.appendTo(menu.find(".dropdown-menu"));
	}
	return menu;
}

function lines(trail) {
	const curves = trail.edges.map((edge) => {
		const [from, to] = [trail.documents[edge.from], trail.documents[edge.to]];
		const classes = `trail-line trail-line-${edge.kind}${edge.through_hidden ? " trail-line-hidden" : ""}`;
		return `<path class="${classes}" d="${curve(from, to, trail.card)}" marker-end="url(#trail-arrow)"/>`;
	});
	return $(`<svg class="trail-lines" width="${trail.width}" height="${trail.height}" aria-hidden="true" focusable="false">
			<defs>
				<marker id="trail-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
					<path d="M0 0L8 4L0 8z"/>
				</marker>
			</defs>
			${curves.join("")}
		</svg>`);
}

/** Forward lines leave at the end of a card and enter at the start of another; within a column they go round the side. */
function curve(from, to, { width, height }) {
	const [y1, y2] = [from.y + height / 2, to.y + height / 2];
	if (to.x > from.x) {
		const [x1, x2] = [from.x + width, to.x - 2];
		const bend = Math.max(28, (x2 - x1) / 2);
		return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
	}
	const [x1, x2] = [from.x + width, to.x + width + 2];
	const side = Math.max(x1, x2) + 34;
	return `M${x1} ${y1 + 10}C${side} ${y1 + 10} ${side} ${y2 - 10} ${x2} ${y2 - 10}`;
}
