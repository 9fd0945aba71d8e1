// What happened during the day, before the rest of it is planned again.

import { length_of } from "./model";
import { clock, DAY, HOUR, MINUTE, parse, snapped, STEP, write } from "./times";
import { customer_of, length } from "./words";

const DELAYS = [15, 30, 45, 60, 90, 120, 180];
const LAST = DAY - STEP;

/** plan(happened): called with the arguments of the server's re-planning. */
export function ask_what_happened(model, day, plan) {
	const jobs = model.jobs.filter((job) => job.status !== "Completed" && job.status !== "Work Done");
	const now = Math.min(Math.max(snapped(model.now()), parse(day) + 6 * HOUR), parse(day) + LAST);
	const when = (fieldname, label, moment) => ({
		fieldtype: "Select",
		fieldname,
		label,
		options: times(parse(day)),
		default: String(moment),
		depends_on: "eval:doc.what == 'away'",
	});
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Re-plan the Day"),
		fields: [
			{
				fieldtype: "Select",
				fieldname: "what",
				label: __("What Happened"),
				options: [
					{ value: "nothing", label: __("New jobs came in, or jobs are late") },
					{ value: "away", label: __("A technician is away") },
					{ value: "longer", label: __("A job takes longer") },
				],
				default: "nothing",
			},
			{
				fieldtype: "Select",
				fieldname: "away",
				label: __("Technician"),
				options: model.technicians.filter((one) => one.status === "Active").map((one) => ({ value: one.name, label: one.name })),
				depends_on: "eval:doc.what == 'away'",
				mandatory_depends_on: "eval:doc.what == 'away'",
			},
			when("away_from", __("Away from"), now),
			when("away_until", __("Away until"), parse(day) + LAST),
			{
				fieldtype: "Select",
				fieldname: "longer",
				label: __("Job"),
				options: jobs.map((job) => ({ value: job.name, label: job_text(job) })),
				depends_on: "eval:doc.what == 'longer'",
				mandatory_depends_on: "eval:doc.what == 'longer'",
			},
			{
				fieldtype: "Select",
				fieldname: "minutes_longer",
				label: __("How Much Longer"),
				options: DELAYS.map((minutes) => ({ value: String(minutes), label: length(minutes * MINUTE) })),
				default: "30",
				depends_on: "eval:doc.what == 'longer'",
			},
		],
		primary_action_label: __("Plan Jobs"),
		primary_action: (values) => {
			dialog.hide();
			plan(arguments_of(values));
		},
	});
	dialog.show();
}

function arguments_of({ what, away, away_from, away_until, longer, minutes_longer }) {
	if (what === "away")
		return { away, away_from: write(Number(away_from)), away_until: write(Number(away_until)) };
	if (what === "longer") return { longer, minutes_longer: Number(minutes_longer) };
	return {};
}

const times = (start) =>
	Array.from({ length: DAY / STEP }, (_, place) => start + place * STEP).map((moment) => ({
		value: String(moment),
		label: clock(moment),
	}));

const job_text = (job) =>
	__("{0}, {1}, {2} ({3})", [job.technician, clock(job.start), customer_of(job), length(length_of(job))]);
