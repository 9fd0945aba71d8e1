// What speaks against a place for a job, told at once while it hovers. The server's word is final.

import { is_finished, length_of } from "./model";
import { clock, MINUTE, moment_text, span_text, day_of } from "./times";
import { customer_of, length, listed, name } from "./words";

/** Sentences with their kind: [{code, text}], text as HTML. `job` need not stand there yet. */
export function check(model, job, technician, start) {
	const end = start + length_of(job);
	return [
		...about_person(job, technician),
		...about_hours(model, technician, start, end),
		...about_promise(job, start, end),
		...about_others(model, job, technician, start, end),
		...about_parts(job, technician),
	];
}

function about_person(job, technician) {
	const found = [];
	if (technician.status !== "Active") found.push({ code: "inactive", text: __("{0} is not active", [name(technician.name)]) });
	if (job.skill && !technician.skills.includes(job.skill))
		found.push({ code: "skill", text: __("lacks the skill {0}", [name(job.skill)]) });
	return found;
}

function about_hours(model, technician, start, end) {
	if (end <= model.from || start >= model.until) return [];
	const within = technician.hours.some((one) => one.start <= start && end <= one.end);
	return within ? [] : [{ code: "hours", text: __("outside working hours") }];
}

function about_promise(job, start, end) {
	const { window_start, window_end, due_by } = job;
	if (window_end && start > window_end)
		return [{ code: "late", text: __("{0} after the promised window", [length(start - window_end)]) }];
	if (window_start && start < window_start)
		return [{ code: "early", text: __("before the promised window, {0}", [span_text(window_start, window_end || window_start, day_of(start))]) }];
	if (due_by && end > due_by)
		return [{ code: "late", text: __("ends {0} after it is due, {1}", [length(end - due_by), moment_text(due_by)]) }];
	return [];
}

function about_others(model, job, technician, start, end) {
	const others = model.jobs_of(technician.name).filter((other) => other.name !== job.name);
	const overlapping = others.find((other) => other.start < end && other.end > start);
	if (overlapping)
		return [{ code: "overlap", text: __("overlaps with {0} at {1}", [name(customer_of(overlapping)), clock(overlapping.start)]) }];
	return [];
}

function about_parts(job, technician) {
	const missing = (job.parts || []).filter((part) => part.is_stock_item && (technician.van[part.item_code] || 0) < part.qty);
	if (!missing.length) return [];
	const names = listed(missing.map((part) => name(part.item_name)));
	return [{ code: "parts", text: __("not in the van: {0}", [names]) }];
}

/** What is wrong with a job where it stands. */
export function troubles(model, job) {
	const technician = model.technician(job.technician);
	if (!technician || is_finished(job)) return [];
	return [...check(model, job, technician, job.start), ...about_travel(model, job)];
}

function about_travel(model, job) {
	if (!job.travel_minutes) return [];
	const jobs = model.jobs_of(job.technician);
	const before = jobs[jobs.indexOf(job) - 1];
	if (!before || day_of(before.start) !== day_of(job.start) || before.end > job.start) return [];
	const free = job.start - before.end;
	const needed = job.travel_minutes * MINUTE;
	if (needed - free < MINUTE) return [];
	return [{ code: "travel", text: __("{0} of travel, but only {1} between the jobs", [length(needed), length(free)]) }];
}
