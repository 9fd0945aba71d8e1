// One day: a row of time for every technician.

import { is_finished, lanes } from "./model";
import { job_html } from "./jobs";
import { clock, HOUR, MINUTE, span } from "./times";
import { escape, jobs_text, length, listed, mark, name } from "./words";

export function day_html(model, technicians, day, moved = new Set()) {
	const shown = model.shown_hours(day);
	const hours = (shown.end - shown.start) / HOUR;
	const rows = technicians.map((technician) => row(model, technician, day, shown, moved));
	return `<div class="crm-dispatch-grid crm-dispatch-day" style="--hours: ${hours}"
			data-start="${shown.start}" data-end="${shown.end}" data-day="${day}">
		<div class="crm-dispatch-head" aria-hidden="true"><div class="crm-dispatch-corner">${__("Technician")}</div>
			<div class="crm-dispatch-scale">${scale(shown)}</div></div>
		<div class="crm-dispatch-rows">${lines(shown)}${rows.join("")}</div>
	</div>`;
}

export const place = (moment, shown) => (100 * (moment - shown.start)) / (shown.end - shown.start);

const across = (start, end, shown) => {
	const from = Math.max(start, shown.start);
	const until = Math.min(end, shown.end);
	return `inset-inline-start: ${place(from, shown).toFixed(3)}%; inline-size: ${Math.max(
		place(until, shown) - place(from, shown),
		0
	).toFixed(3)}%`;
};

function full_hours(shown) {
	return Array.from({ length: (shown.end - shown.start) / HOUR }, (_, hour) => shown.start + hour * HOUR);
}

const scale = (shown) =>
	full_hours(shown)
		.map((hour) => `<span style="inset-inline-start: ${place(hour, shown).toFixed(3)}%">${clock(hour)}</span>`)
		.join("");

const lines = (shown) =>
	`<div class="crm-dispatch-lines" aria-hidden="true">${full_hours(shown)
		.map((hour) => `<i style="inset-inline-start: ${place(hour, shown).toFixed(3)}%"></i>`)
		.join("")}<i class="crm-dispatch-now" hidden><b>${__("Now")}</b></i></div>`;

/** Put the line of now where it belongs; it is hidden on other days. */
export function place_now(root, model) {
	const grid = root.querySelector(".crm-dispatch-day");
	const line = root.querySelector(".crm-dispatch-now");
	if (!grid || !line) return;
	const shown = { start: Number(grid.dataset.start), end: Number(grid.dataset.end) };
	const now = model.now();
	line.hidden = now < shown.start || now > shown.end;
	line.style.insetInlineStart = `${place(now, shown)}%`;
}

function row(model, technician, day, shown, moved) {
	const jobs = model.jobs_on(technician.name, day);
	const hours = model.hours_on(technician, day);
	const { placed, count } = lanes(jobs);
	const summary = hours_text(technician, hours);
	const blocks = placed.map(([job, lane]) => block(model, job, lane, free_before(job, jobs), shown, moved));
	return `<div class="crm-dispatch-row" role="group" style="--lanes: ${count}"
			aria-label="${escape(listed([technician.name, summary, jobs_text(jobs.length)]))}">
		<div class="crm-dispatch-name">${technician_head(technician, summary, jobs.length)}</div>
		<div class="crm-dispatch-track" data-technician="${escape(technician.name)}" data-day="${day}">
			${hours.map((one) => `<i class="crm-dispatch-open" style="${across(one.start, one.end, shown)}"></i>`).join("")}
			${blocks.join("")}
		</div>
	</div>`;
}

export function hours_text(technician, hours) {
	if (technician.status !== "Active") return __("not active");
	if (hours.length) return listed(hours.map((one) => span(one.start, one.end)));
	return __("does not work");
}

export function technician_head(technician, summary, count) {
	return `<span class="crm-dispatch-who">${name(technician.name)}</span>
		<small>${technician.status === "Active" ? "" : mark("warning")}<span>${escape(summary)}</span> <span>${jobs_text(count)}</span></small>`;
}

/** Since when nothing else is done before a job. */
const free_before = (job, jobs) => Math.max(...jobs.map((other) => (other.end <= job.start ? other.end : 0)), 0);

function block(model, job, lane, free_from, shown, moved) {
	const at_lane = `--lane: ${lane}`;
	const is_moved = moved.has(job.name);
	return (
		travel(job, free_from, shown, at_lane) +
		promise(job, shown, at_lane) +
		job_html(model, job, { style: `${across(job.start, job.end, shown)}; ${at_lane}`, moved: is_moved })
	);
}

function travel(job, free_from, shown, at_lane) {
	if (!job.travel_minutes || job.start <= shown.start || is_finished(job)) return "";
	const duration = job.travel_minutes * MINUTE;
	return `<i class="crm-dispatch-travel" style="${across(Math.max(job.start - duration, free_from), job.start, shown)}; ${at_lane}"
		title="${escape(__("Travel: {0}", [length(duration)]))}">${mark("travel")}<span>${length(duration)}</span></i>`;
}

function promise(job, shown, at_lane) {
	const { window_start, window_end } = job;
	if (!window_start || !window_end || window_end <= shown.start || window_start >= shown.end) return "";
	return `<i class="crm-dispatch-window" style="${across(window_start, window_end, shown)}; ${at_lane}"
		data-of="${escape(job.name)}" title="${escape(__("Promised: {0}", [span(window_start, window_end)]))}"></i>`;
}

/** The moment of a place on a track: `x` in pixels of the window. */
export function moment_at(track, x) {
	const grid = track.closest(".crm-dispatch-day");
	const box = track.getBoundingClientRect();
	const share = frappe.utils.is_rtl() ? (box.right - x) / box.width : (x - box.left) / box.width;
	const start = Number(grid.dataset.start);
	const end = Number(grid.dataset.end);
	return start + share * (end - start);
}

/** Pixels of a length of time on a track. */
export function pixels(track, milliseconds) {
	const grid = track.closest(".crm-dispatch-day");
	return (track.getBoundingClientRect().width * milliseconds) / (Number(grid.dataset.end) - Number(grid.dataset.start));
}

