// A plan before it is applied: figures before and after, what moves, what is left and why.

import { DAY, moment_text, parse, span } from "./times";
import { customer_of, escape, length, listed, mark, name, number } from "./words";

const MINUTES = 60 * 1000;

export class Proposal {
	constructor(answer, model) {
		this.answer = answer;
		this.model = model;
		this.visits = answer.visits.map((visit) => ({ ...visit, start: parse(visit.start), end: parse(visit.end) }));
		this.dropped = answer.left.filter((left) => left.was_planned).map((left) => left.name);
		this.changed = new Set([...answer.visits.filter((visit) => visit.is_changed).map((visit) => visit.name), ...this.dropped]);
		this.shows_after = true;
		this.after = model.with_visits(this.visits, this.dropped);
	}

	get shown() {
		return this.shows_after ? this.after : this.model;
	}

	get is_empty() {
		return !this.changed.size;
	}

	html() {
		const changed = this.visits.filter((visit) => visit.is_changed);
		return `<section class="crm-dispatch-proposal" aria-labelledby="crm-dispatch-proposal-title">
			<header>
				<h3 id="crm-dispatch-proposal-title" tabindex="-1">${this.title()}</h3>
				<div class="btn-group" role="group" aria-label="${__("What the board shows")}">
					${this.toggle("before", __("Before"), !this.shows_after)}${this.toggle("after", __("After"), this.shows_after)}
				</div>
				<button type="button" class="btn btn-default btn-sm" data-action="discard">${__("Discard")}</button>
				<button type="button" class="btn btn-primary btn-sm" data-action="apply" ${this.is_empty ? "disabled" : ""}>${__("Apply")}</button>
			</header>
			<div class="crm-dispatch-proposal-body">
				${this.figures()}
				<div class="crm-dispatch-proposal-lists" tabindex="0" role="group" aria-label="${__("What changes")}">
					${list(__("Moves"), changed, (visit) => this.visit_html(visit))}
					${list(__("Left Unassigned"), this.answer.left, (left) => this.left_html(left))}
				</div>
			</div>
		</section>`;
	}

	title() {
		if (this.is_empty) return __("The plan is as good as it gets: nothing moves.");
		if (this.changed.size === 1) return __("Proposal: one job moves");
		return __("Proposal: {0} jobs move", [number(this.changed.size)]);
	}

	toggle(which, label, is_on) {
		return `<button type="button" class="btn btn-sm btn-default${is_on ? " active" : ""}" data-action="show-${which}"
			aria-pressed="${is_on}">${label}</button>`;
	}

	figures() {
		const { before, after } = this.answer;
		const minutes = (value) => length(value * MINUTES);
		const rows = [
			[__("Jobs planned"), number(before.planned), number(after.planned)],
			[__("Jobs left"), number(before.left), number(after.left)],
			[__("Travel"), minutes(before.travel_minutes), minutes(after.travel_minutes)],
			[__("Lateness"), minutes(before.late_minutes), minutes(after.late_minutes)],
			[__("Promises broken"), number(before.broken_windows), number(after.broken_windows)],
		];
		const body = rows.map(([label, was, is]) => `<tr><th scope="row">${label}</th><td>${was}</td><td>${is}</td></tr>`).join("");
		return `<table class="crm-dispatch-figures"><thead><tr><td></td><th scope="col">${__("Before")}</th><th scope="col">${__("After")}</th></tr></thead>
			<tbody>${body}</tbody></table>`;
	}

	visit_html(visit) {
		const job = this.model.job(visit.name) || { name: visit.name, customer_name: visit.name };
		const one_day = this.model.days === 1;
		const when = (start, end) => (one_day && start >= this.model.from && start < this.model.from + DAY ? span(start, end) : moment_text(start));
		const place = (technician, start, end) => listed([name(technician), when(start, end)]);
		const there = place(visit.technician, visit.start, visit.end);
		const text =
			job.technician && job.start
				? __("from {0} to {1}", [place(job.technician, job.start, job.end), there])
				: __("to {0}", [there]);
		const why = visit.reason ? `<small>${escape(visit.reason)}</small>` : "";
		return `${mark("move")}<span><b>${name(customer_of(job))}</b> ${text} ${why}</span>`;
	}

	left_html(left) {
		const job = this.model.job(left.name);
		const was = left.was_planned ? __("was planned;") : "";
		return `${mark("warning")}<span><b>${job ? name(customer_of(job)) : name(left.name)}</b> ${was} <small>${escape(left.reason)}</small></span>`;
	}
}

function list(title, rows, html) {
	if (!rows.length) return "";
	return `<details open><summary>${title} (${number(rows.length)})</summary>
		<ul>${rows.map((row) => `<li>${html(row)}</li>`).join("")}</ul></details>`;
}

