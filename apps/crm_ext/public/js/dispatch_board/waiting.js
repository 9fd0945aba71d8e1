// The jobs that nobody has yet: searched, filtered, sorted.

import { length_of } from "./model";
import { DAY, moment_text, span_text, start_of_day } from "./times";
import { description } from "./jobs";
import { customer_of, escape, length, listed, mark, name, number, PRIORITIES, priority_text } from "./words";

const DUE = () => [
	["", __("Any time")],
	["late", __("Overdue")],
	["today", __("Due today")],
	["week", __("Due within a week")],
];
const SORTS = () => [
	["due", __("By due date")],
	["urgency", __("By urgency")],
	["customer", __("By customer")],
];
const LAST = Number.MAX_SAFE_INTEGER;

export const due_of = (job) => job.window_end || job.due_by || LAST;
const urgency = (job) => PRIORITIES.indexOf(job.priority);

const ORDERS = {
	due: (one, other) => due_of(one) - due_of(other) || urgency(one) - urgency(other),
	urgency: (one, other) => urgency(one) - urgency(other) || due_of(one) - due_of(other),
	customer: (one, other) => customer_of(one).localeCompare(customer_of(other)) || due_of(one) - due_of(other),
};

export function chosen_jobs(model, filters) {
	const words = (filters.search || "").toLocaleLowerCase().split(/\s+/).filter(Boolean);
	const now = model.now();
	const ends = { late: now, today: start_of_day(now) + DAY, week: start_of_day(now) + 7 * DAY };
	return model.waiting
		.filter((job) => !filters.waiting_skill || job.skill === filters.waiting_skill)
		.filter((job) => !filters.priority || job.priority === filters.priority)
		.filter((job) => !filters.customer || job.customer === filters.customer)
		.filter((job) => !filters.due || due_of(job) < ends[filters.due])
		.filter((job) => words.every((word) => searched(job).includes(word)))
		.sort(ORDERS[filters.sort] || ORDERS.due);
}

const searched = (job) =>
	[job.name, job.title, job.customer, job.customer_name, job.equipment_name, job.address, job.skill]
		.join(" ")
		.toLocaleLowerCase();

/** The list's frame: its filters stay while its rows are drawn anew. */
export function waiting_frame(model, filters, is_folded) {
	const skills = [...new Set(model.waiting.map((job) => job.skill).filter(Boolean))].sort();
	const customers = new Map(model.waiting.map((job) => [job.customer, customer_of(job)]));
	return `<h3 id="crm-dispatch-waiting-title">${__("Unassigned Jobs")} <span class="crm-dispatch-count">${number(
		model.waiting.length
	)}${model.has_more_waiting ? "+" : ""}</span>
		<button type="button" class="btn btn-default btn-xs crm-dispatch-fold" data-action="fold" aria-expanded="${!is_folded}"
			aria-describedby="crm-dispatch-waiting-title">${is_folded ? __("Show") : __("Hide")}</button></h3>
		<div class="crm-dispatch-filters" role="search" aria-label="${__("Filter the unassigned jobs")}">
			<input type="search" class="form-control input-sm" data-filter="search" value="${escape(filters.search || "")}"
				placeholder="${__("Search")}" aria-label="${__("Search the unassigned jobs")}">
			${select("waiting_skill", __("Skill"), [["", __("Any skill")], ...skills.map((skill) => [skill, skill])], filters)}
			${select("priority", __("Priority"), [["", __("Any priority")], ...PRIORITIES.map((one) => [one, priority_text(one)])], filters)}
			${select("customer", __("Customer"), [["", __("Any customer")], ...customers], filters)}
			${select("due", __("Due"), DUE(), filters)}
			${select("sort", __("Sort By"), SORTS(), filters)}
		</div>
		<div class="crm-dispatch-list" data-drop="waiting"></div>`;
}

function select(key, label, options, filters) {
	const chosen = options
		.map(
			([value, text]) =>
				`<option value="${escape(value)}" ${value === (filters[key] || "") ? "selected" : ""}>${escape(text)}</option>`
		)
		.join("");
	return `<select class="form-control input-sm" data-filter="${key}" aria-label="${escape(label)}">${chosen}</select>`;
}

export function waiting_rows(model, jobs) {
	if (!jobs.length) {
		const text = model.waiting.length
			? __("No unassigned job matches these filters.")
			: __("Every job has a technician and a time.");
		return `<p class="crm-dispatch-note">${text}</p>`;
	}
	const more = model.has_more_waiting
		? `<p class="crm-dispatch-note">${__("There are more. Assign some of these first.")}</p>`
		: "";
	return `<div role="group" aria-labelledby="crm-dispatch-waiting-title">${jobs
		.map((job) => row(job, model))
		.join("")}</div>${more}`;
}

function row(job, model) {
	const late = due_of(job) < model.now();
	const facts = [
		["Urgent", "High"].includes(job.priority) && `${mark("flag")}${priority_text(job.priority)}`,
		job.skill && `${mark("wrench")}${name(job.skill)}`,
		`${mark("clock")}${length(length_of(job))}`,
	];
	return `<div class="crm-dispatch-job crm-dispatch-waiting-job${late ? " crm-dispatch-troubled" : ""}" role="button"
			tabindex="-1" aria-haspopup="dialog" data-name="${escape(job.name)}"
			aria-label="${escape(listed([description(job, []), due_text(job, late), job.reason]))}">
		<span class="crm-dispatch-job-head"><b dir="auto">${escape(customer_of(job))}</b></span>
		<span>${name(job.title)}</span>
		<span class="crm-dispatch-facts">${facts.filter(Boolean).map((fact) => `<span>${fact}</span>`).join("")}</span>
		${due_text(job, late) ? `<span class="crm-dispatch-fact">${late ? mark("warning") : mark("advice")}${due_text(job, late)}</span>` : ""}
		${job.reason ? `<span class="crm-dispatch-fact">${mark("advice")}<span>${escape(job.reason)}</span></span>` : ""}
	</div>`;
}

function due_text(job, late) {
	if (job.left_over_start) return __("was planned for {0} and is not done", [moment_text(job.left_over_start)]);
	if (job.window_start)
		return __("promised {0}", [span_text(job.window_start, job.window_end || job.window_start)]);
	if (!job.due_by) return "";
	return late ? __("overdue since {0}", [moment_text(job.due_by)]) : __("due {0}", [moment_text(job.due_by)]);
}
