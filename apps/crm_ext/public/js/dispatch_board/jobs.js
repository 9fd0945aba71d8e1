// One job as it stands on the board, in day and week alike.

import { troubles } from "./checks";
import { day_of, span, span_text } from "./times";
import { customer_of, escape, length, listed, mark, priority_text, STATUS_MARKS, status_text } from "./words";
import { is_finished, is_under_way, length_of } from "./model";

/** HTML as the plain words that a screen reader says. */
export function plain(html) {
	const holder = document.createElement("span");
	holder.innerHTML = html;
	return holder.textContent.replace(/\s+/g, " ").trim();
}

/** A job as a button; `style` places it, `moved` says that a proposal would change it. */
export function job_html(model, job, { style = "", moved = false } = {}) {
	const wrong = troubles(model, job);
	const classes = [
		"crm-dispatch-job",
		is_finished(job) && "crm-dispatch-finished",
		is_under_way(job) && "crm-dispatch-under-way",
		wrong.length && "crm-dispatch-troubled",
		moved && "crm-dispatch-moved",
	].filter(Boolean);
	const words = description(job, wrong, moved);
	return `<div class="${classes.join(" ")}" role="button" tabindex="-1" data-name="${escape(job.name)}"
		aria-haspopup="dialog" aria-label="${escape(words)}" title="${escape(words)}" style="${style}">
		<span class="crm-dispatch-job-head">${marks(job, wrong, moved)}<b dir="auto">${escape(customer_of(job))}</b></span>
		<span class="crm-dispatch-job-foot"><span>${span(job.start, job.end)}</span><span dir="auto">${escape(job.title)}</span></span>
	</div>`;
}

function marks(job, wrong, moved) {
	const shown = [
		wrong.length && "warning",
		moved && "move",
		STATUS_MARKS[job.status] !== "clock" && STATUS_MARKS[job.status],
		job.is_fixed && "lock",
		["Urgent", "High"].includes(job.priority) && "flag",
	];
	return shown.filter(Boolean).map(mark).join("");
}

/** Everything about a job in one line, for tooltips and screen readers. */
export function description(job, wrong, moved = false) {
	const day = job.start && day_of(job.start);
	return listed([
		customer_of(job),
		job.title,
		job.start ? span(job.start, job.end) : length(length_of(job)),
		status_text(job.status),
		["Urgent", "High"].includes(job.priority) && __("priority {0}", [priority_text(job.priority)]),
		job.window_start && __("promised {0}", [span_text(job.window_start, job.window_end || job.window_start, day)]),
		job.is_fixed && __("does not move"),
		moved && __("moves in the proposal"),
		...wrong.map((one) => plain(one.text)),
	]);
}
