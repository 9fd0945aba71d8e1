// A job's card: what it is about and what can be done with it, beside the job.

import { troubles } from "./checks";
import { is_movable, length_of } from "./model";
import { moment_text, span_text } from "./times";
import { customer_of, escape, length, listed, mark, name, number, priority_text, status_text } from "./words";

const GAP = 8; // Pixels between job and card, and to the window's edge.

export class Card {
	/** deeds: {name: (job) => …} for the buttons "move", "unassign", "fix", "unfix". */
	constructor(deeds) {
		this.deeds = deeds;
		this.on_outside = (event) => !this.element?.contains(event.target) && this.close(false);
		this.on_key = (event) => this.key(event);
	}

	open(model, job, anchor, may_plan) {
		this.close(false);
		this.job = job;
		this.anchor = anchor;
		this.element = document.createElement("div");
		this.element.className = "crm-dispatch-card";
		this.element.setAttribute("role", "dialog");
		this.element.setAttribute("aria-label", listed([customer_of(job), job.title]));
		this.element.tabIndex = -1;
		this.element.innerHTML = card_html(model, job, may_plan);
		document.body.append(this.element);
		this.place();
		this.element.addEventListener("click", (event) => this.click(event));
		this.element.addEventListener("keydown", this.on_key);
		setTimeout(() => document.addEventListener("pointerdown", this.on_outside), 0);
		this.element.focus();
	}

	place() {
		const box = this.anchor.getBoundingClientRect();
		const own = this.element.getBoundingClientRect();
		const below = box.bottom + GAP + own.height <= innerHeight;
		const top = below ? box.bottom + GAP : Math.max(box.top - own.height - GAP, GAP);
		const left = Math.min(Math.max(box.left, GAP), innerWidth - own.width - GAP);
		Object.assign(this.element.style, { top: `${top}px`, left: `${left}px` });
	}

	key(event) {
		if (event.key === "Escape") {
			event.stopPropagation();
			return this.close();
		}
		if (event.key !== "Tab") return;
		const stops = [...this.element.querySelectorAll("a, button")];
		const at = stops.indexOf(document.activeElement);
		const next = stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length] || stops[0];
		event.preventDefault();
		next.focus();
	}

	click(event) {
		const deed = event.target.closest("[data-deed]")?.dataset.deed;
		if (!deed && !event.target.closest("a")) return;
		const { job } = this;
		this.close(deed === "close");
		this.deeds[deed]?.(job);
	}

	close(with_focus = true) {
		if (!this.element) return;
		document.removeEventListener("pointerdown", this.on_outside);
		this.element.remove();
		this.element = null;
		if (with_focus) this.anchor.focus();
	}
}

function card_html(model, job, may_plan) {
	const wrong = troubles(model, job);
	return `<header><h4>${name(customer_of(job))}</h4>
			<button type="button" class="btn btn-xs" data-deed="close" aria-label="${__("Close")}">${mark("cross")}</button></header>
		<p><b>${name(job.title)}</b></p>
		${wrong.length ? `<ul class="crm-dispatch-wrong">${wrong.map((one) => `<li>${mark("warning")}<span>${one.text}</span></li>`).join("")}</ul>` : ""}
		<dl>${facts(job)
			.filter(([, value]) => value)
			.map(([label, value]) => `<dt>${label}</dt><dd>${value}</dd>`)
			.join("")}</dl>
		<footer>${buttons(job, may_plan)}</footer>`;
}

function facts(job) {
	const when = job.start && span_text(job.start, job.end);
	return [
		[__("When"), when],
		[__("Technician"), job.technician && name(job.technician)],
		[__("Status"), status_text(job.status)],
		[__("Priority"), priority_text(job.priority)],
		[__("Length"), length(length_of(job))],
		[__("Travel"), job.travel_minutes ? length(job.travel_minutes * 60000) : ""],
		[__("Promised"), job.window_start && span_text(job.window_start, job.window_end || job.window_start)],
		[__("Due"), job.due_by && moment_text(job.due_by)],
		[__("Skill"), job.skill && name(job.skill)],
		[__("Place"), job.address && name(job.address)],
		[__("Phone"), job.contact_mobile && `<a href="tel:${encodeURIComponent(job.contact_mobile)}" dir="ltr">${escape(job.contact_mobile)}</a>`],
		[__("Equipment"), job.equipment && link("Equipment", job.equipment, job.equipment_name)],
		[__("Contract"), job.service_contract && link("Service Contract", job.service_contract)],
		[__("Parts"), job.parts.map((part) => `${number(part.qty, 3)} × ${name(part.item_name)}`).join("<br>")],
		[__("Notes"), job.description && name(job.description)],
		[__("Why Unassigned"), job.reason && escape(job.reason)],
	];
}

const link = (doctype, document, text) =>
	`<a href="${frappe.utils.get_form_link(doctype, document)}">${name(text || document)}</a>`;

function buttons(job, may_plan) {
	const open = `<a class="btn btn-default btn-sm" href="${frappe.utils.get_form_link("Service Order", job.name)}">${__("Open Service Order")}</a>`;
	if (!may_plan || !is_movable(job)) return open;
	const button = (deed, label) => `<button type="button" class="btn btn-default btn-sm" data-deed="${deed}">${label}</button>`;
	const placed = job.technician && job.start;
	return [
		button("move", placed ? __("Move…") : __("Assign…")),
		placed && (job.is_fixed ? button("unfix", __("Let Planning Move It")) : button("fix", __("Do Not Move"))),
		placed && button("unassign", __("Unassign")),
		open,
	]
		.filter(Boolean)
		.join(" ");
}
