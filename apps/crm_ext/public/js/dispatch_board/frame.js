// The board's frame as HTML: the bar above it, notes where there is nothing to show.

import { add_days, day_of, long_day, parse, short_day, week_of } from "./times";
import { escape, mark } from "./words";

const DAYS_BACK = 14;
const DAYS_AHEAD = 42;
export const VIEWS = ["day", "week", "map"];
const VIEW_WORDS = () => ({ day: __("Day"), week: __("Week"), map: __("Map") });

export const frame_html = () => `
	<div class="crm-dispatch-bar"></div>
	<div class="crm-dispatch-proposal-place"></div>
	<div class="crm-dispatch-message"><span role="status" aria-live="polite"></span>
		<button type="button" class="btn btn-default btn-xs" data-action="undo" hidden>${__("Undo")}</button></div>
	<div class="crm-dispatch-body">
		<section class="crm-dispatch-waiting" aria-labelledby="crm-dispatch-waiting-title"></section>
		<div class="crm-dispatch-main"></div>
	</div>
	<p class="crm-dispatch-legend">
		<span>${mark("warning")} ${__("something speaks against it")}</span>
		<span>${mark("lock")} ${__("does not move")}</span>
		<span>${mark("flag")} ${__("urgent or high priority")}</span>
		<span>${mark("wrench")} ${__("under way")}</span>
		<span>${mark("tick")} ${__("done")}</span>
		<span><i class="crm-dispatch-window"></i> ${__("promised window")}</span>
		<span><i class="crm-dispatch-travel">${mark("travel")}</i> ${__("travel")}</span>
		<span><i class="crm-dispatch-shut"></i> ${__("outside working hours")}</span>
	</p>
	<p class="crm-dispatch-keys">${__(
		"Keys: arrows walk from job to job, Enter opens the card, Space picks a job up, M chooses technician and time, F fixes it, Delete takes it off, Ctrl+Z undoes."
	)}</p>`;

export function bar_html({ view, day, days, today, may_plan, is_busy }) {
	const step = view === "week" ? 7 : 1;
	const button = (action, content, label, more = "") =>
		`<button type="button" class="btn btn-default btn-sm" data-action="${action}" ${label ? `aria-label="${label}" title="${label}"` : ""} ${more}>${content}</button>`;
	const views = VIEWS.map((one) =>
		button(`view-${one}`, VIEW_WORDS()[one], "", `aria-pressed="${one === view}"`)
	);
	const replan = button(
		"replan",
		__("Re-plan…"),
		"",
		`title="${escape(__("Something happened: change as little as needed."))}" ${is_busy ? "disabled" : ""}`
	);
	const plan = may_plan
		? `<div class="crm-dispatch-plan">${view === "week" ? "" : replan}
			<button type="button" class="btn btn-primary btn-sm" data-action="plan" ${is_busy ? "disabled" : ""}
				title="${escape(__("Assign and order all jobs that may move."))}">${is_busy ? __("Planning…") : __("Plan Jobs")}</button></div>`
		: "";
	return `<div class="crm-dispatch-days">
			${button("back", mark("earlier"), step === 7 ? __("Week before") : __("Day before"), `data-step="${-step}"`)}
			${button("today", __("Today"), "")}
			${button("forth", mark("later"), step === 7 ? __("Week after") : __("Day after"), `data-step="${step}"`)}
			<select class="form-control input-sm" data-action="jump" aria-label="${__("Day to show")}">${jumps(day, today, view)}</select>
		</div>
		<h2>${days === 1 ? long_day(parse(day)) : __("{0} to {1}", [short_day(parse(day)), short_day(parse(add_days(day, days - 1)))])}</h2>
		<div class="btn-group crm-dispatch-views" role="group" aria-label="${__("View")}">${views.join("")}</div>
		${plan}`;
}

function jumps(day, today, view) {
	const days = new Set([day]);
	for (let count = -DAYS_BACK; count <= DAYS_AHEAD; count++) {
		const one = add_days(today, count);
		days.add(view === "week" ? week_of(one) : one);
	}
	return [...days]
		.sort()
		.map((one) => `<option value="${one}" ${one === day ? "selected" : ""}>${jump_text(one, today, view)}</option>`)
		.join("");
}

function jump_text(day, today, view) {
	const text = short_day(parse(day));
	if (view === "week") return __("Week of {0}", [text]);
	return day === today ? __("Today, {0}", [text]) : text;
}

export const note_html = (text, action = "", label = "") => `<div class="crm-dispatch-note" role="status"><p>${text}</p>
	${action ? `<button type="button" class="btn btn-primary btn-sm" data-action="${action}">${label}</button>` : ""}</div>`;

export const skeleton_html = () =>
	`<div class="crm-dispatch-skeleton" role="status"><span class="sr-only">${__("Loading the board…")}</span><i></i><i></i><i></i><i></i></div>`;

export const first_shown = (view, day) => (view === "week" ? week_of(day) : day);

/** Day and view of an address; what it does not say is today's day. */
export function read_route(route, today) {
	const [, view, day] = route;
	return {
		view: VIEWS.includes(view) ? view : "day",
		day: /^\d{4}-\d{2}-\d{2}$/.test(day || "") && parse(day) && day_of(parse(day)) === day ? day : today,
	};
}
