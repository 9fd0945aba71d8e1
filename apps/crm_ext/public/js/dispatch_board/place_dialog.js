// Technician, day and time chosen in a small dialog, with what speaks against them said at once.

import { check } from "./checks";
import { ask } from "./moves";
import { add_days, clock, DAY, day_of, parse, short_day, STEP, write } from "./times";
import { customer_of, escape, mark } from "./words";

const DAYS_AHEAD = 28;
const CHECK_DELAY = 300; // Milliseconds that a choice stands before the server is asked.

/** put(job, technician, start, is_fixed): called when the user has chosen. */
export function choose_place(model, technicians, job, day, put) {
	const first = model.technician(job.technician) || technicians.find((one) => !job.skill || one.skills.includes(job.skill)) || technicians[0];
	const start = job.start ?? model.first_gap(job, first, day, model.now());
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: __("Place of {0}", [customer_of(job)]),
		fields: [
			{
				fieldtype: "Select",
				fieldname: "technician",
				label: __("Technician"),
				options: technicians.map((one) => ({ value: one.name, label: one.name })),
				default: first.name,
				reqd: 1,
				change: judge,
			},
			{ fieldtype: "Select", fieldname: "day", label: __("Day"), options: day_options(model, start), default: day_of(start), reqd: 1, change: judge },
			{ fieldtype: "Select", fieldname: "time", label: __("Time"), options: time_options(start), default: String(start % DAY), reqd: 1, change: judge },
			{ fieldtype: "Check", fieldname: "is_fixed", label: __("Do Not Move"), description: __("Planning leaves technician and time as they are."), default: job.is_fixed },
			{ fieldtype: "HTML", fieldname: "judgement" },
		],
		primary_action_label: job.start ? __("Move") : __("Assign"),
		primary_action: (values) => {
			dialog.hide();
			put(job, values.technician, parse(values.day) + Number(values.time), Boolean(values.is_fixed));
		},
	});
	// What the board knows is said at once, the server's word a moment later.
	const ask_server = frappe.utils.debounce(async (technician, start, values) => {
		const args = { service_order: job.name, technician, start: write(start) };
		const told = await ask("check", args);
		if (JSON.stringify(dialog.get_values(true)) === values) say(told.map((text) => escape(text)));
	}, CHECK_DELAY);
	function judge() {
		const values = dialog.get_values(true);
		if (!values?.technician || !values.day || !values.time) return;
		const start = parse(values.day) + Number(values.time);
		say(check(model, job, model.technician(values.technician), start).map((one) => one.text));
		ask_server(values.technician, start, JSON.stringify(values));
	}
	function say(wrong) {
		const list = wrong.map((text) => `<li>${mark("warning")}<span>${text}</span></li>`).join("");
		const html = list ? `<ul class="crm-dispatch-wrong">${list}</ul>` : `<p>${mark("tick")} ${__("Nothing speaks against it.")}</p>`;
		dialog.fields_dict.judgement.$wrapper.attr("aria-live", "polite").html(html);
	}
	dialog.show();
	judge();
	return dialog;
}

function day_options(model, start) {
	const days = new Set([day_of(start)]);
	const first = [model.first_day, day_of(model.now())].sort()[0];
	for (let count = 0; count < DAYS_AHEAD; count++) days.add(add_days(first, count));
	return [...days].sort().map((day) => ({ value: day, label: short_day(parse(day)) }));
}

function time_options(start) {
	const times = new Set([start % DAY]);
	for (let time = 0; time < DAY; time += STEP) times.add(time);
	return [...times].sort((one, other) => one - other).map((time) => ({ value: String(time), label: clock(time) }));
}

