// Technician, day and time chosen in a small dialog, with what speaks against them said at once.

import { check } from "./checks";
import { add_days, clock, DAY, day_of, parse, short_day, STEP } from "./times";
import { customer_of, mark } from "./words";

const DAYS_AHEAD = 28;

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
	function judge() {
		const values = dialog.get_values(true);
		if (!values?.technician || !values.day || !values.time) return;
		const wrong = check(model, job, model.technician(values.technician), parse(values.day) + Number(values.time));
		const list = wrong.map((one) => `<li>${mark("warning")}<span>${one.text}</span></li>`).join("");
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

