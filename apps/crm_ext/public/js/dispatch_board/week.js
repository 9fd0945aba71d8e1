// Seven days: for every technician and day the jobs in their order and how full the day is.

import { hours_text, technician_head } from "./day";
import { job_html } from "./jobs";
import { DAY, day_of, MINUTE, parse, short_day } from "./times";
import { escape, hours_text as in_hours, jobs_text, listed, mark } from "./words";

export function week_html(model, technicians, moved = new Set()) {
	const days = model.days_shown();
	const today = day_of(model.now());
	const heads = days.map(
		(day) => `<div class="crm-dispatch-weekday" ${day === today ? 'aria-current="date"' : ""}>
			<button type="button" class="btn btn-link btn-sm" data-action="open-day" data-day="${day}"
				title="${escape(__("Show this day"))}">${short_day(parse(day))}${day === today ? ` (${__("Today")})` : ""}</button></div>`
	);
	const rows = technicians.map((technician) => row(model, technician, days, moved));
	return `<div class="crm-dispatch-grid crm-dispatch-week" style="--days: ${days.length}">
		<div class="crm-dispatch-head"><div class="crm-dispatch-corner">${__("Technician")}</div>${heads.join("")}</div>
		<div class="crm-dispatch-rows">${rows.join("")}</div>
	</div>`;
}

function row(model, technician, days, moved) {
	const jobs = model.jobs_of(technician.name);
	const summary = technician.status === "Active" ? listed(technician.skills) : __("not active");
	return `<div class="crm-dispatch-row" role="group"
			aria-label="${escape(listed([technician.name, summary, jobs_text(jobs.length)]))}">
		<div class="crm-dispatch-name">${technician_head(technician, summary, jobs.length)}</div>
		${days.map((day) => cell(model, technician, day, moved)).join("")}
	</div>`;
}

function cell(model, technician, day, moved) {
	const jobs = model.jobs_on(technician.name, day);
	const hours = model.hours_on(technician, day);
	return `<div class="crm-dispatch-cell${hours.length ? "" : " crm-dispatch-closed"}" role="group"
			aria-label="${escape(listed([technician.name, short_day(parse(day)), jobs_text(jobs.length)]))}"
			data-technician="${escape(technician.name)}" data-day="${day}">
		${fullness(technician, hours, jobs, day)}
		${jobs.map((job) => job_html(model, job, { moved: moved.has(job.name) })).join("")}
	</div>`;
}

function fullness(technician, hours, jobs, day) {
	if (!hours.length) return `<small class="crm-dispatch-full">${escape(hours_text(technician, hours))}</small>`;
	const start = parse(day);
	const open = hours.reduce((sum, one) => sum + Math.min(one.end, start + DAY) - Math.max(one.start, start), 0);
	const taken = jobs.reduce((sum, job) => sum + job.end - job.start + (job.travel_minutes || 0) * MINUTE, 0);
	return `<small class="crm-dispatch-full">${taken > open ? mark("warning") : ""}${__("{0} of {1} h", [in_hours(taken), in_hours(open)])}
		<meter min="0" max="${open}" value="${Math.min(taken, open)}" aria-hidden="true"></meter></small>`;
}
