// Jobs and what is wrong with them in the reader's words; a mark beside every text, never colour alone.

import { escape, mark as common_mark, name, number } from "../sales_process/words";
import { HOUR, MINUTE, reads_persian } from "./times";

export { escape, name, number };

const MARKS = {
	lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
	travel: "M3 13h14v-3l-3-4H6l-3 4zM6 13v2M14 13v2",
	person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-3.5 3-5 6-5s6 1.5 6 5",
	move: "M4 10h12M12 6l4 4-4 4",
	wrench: "M12.5 3.5a4 4 0 0 0-4.6 5.3L3 13.7 6.3 17l4.9-4.9a4 4 0 0 0 5.3-4.6l-2.6 2.6-2.8-.7-.7-2.8z",
	earlier: "M12.5 4.5L7 10l5.5 5.5",
	later: "M7.5 4.5L13 10l-5.5 5.5",
	map: "M3 5l5-2 4 2 5-2v12l-5 2-4-2-5 2zM8 3v12M12 5v12",
};

export function mark(which) {
	if (!MARKS[which]) return common_mark(which);
	return `<svg class="crm-mark crm-mark-${which}" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="${MARKS[which]}"/></svg>`;
}

/** Parts of a sentence with the comma of the reader's language between them; empty ones are left out. */
export const listed = (parts) => parts.filter(Boolean).join(reads_persian() ? "، " : ", ");

/** A length of time: '25 min', '1 h 30 min'. */
export function length(milliseconds) {
	const minutes = Math.round(milliseconds / MINUTE);
	if (minutes < 60) return __("{0} min", [number(minutes)]);
	const rest = minutes % 60;
	const hours = Math.floor(minutes / 60);
	return rest ? __("{0} h {1} min", [number(hours), number(rest)]) : __("{0} h", [number(hours)]);
}

export const hours_text = (milliseconds) => number(milliseconds / HOUR, 1);

export const jobs_text = (count) => (count === 1 ? __("1 job") : __("{0} jobs", [number(count)]));

// Written out, so that the words are found by whoever translates them.
const STATUS_WORDS = () => ({
	Open: __("Open"),
	Planned: __("Planned"),
	"On the Way": __("On the Way"),
	"In Progress": __("In Progress"),
	"Work Done": __("Work Done"),
	Completed: __("Completed"),
});
const PRIORITY_WORDS = () => ({
	Low: __("Low"),
	Medium: __("Medium"),
	High: __("High"),
	Urgent: __("Urgent"),
});

export const PRIORITIES = ["Urgent", "High", "Medium", "Low"];
export const status_text = (status) => STATUS_WORDS()[status] || __(status);
export const priority_text = (priority) => PRIORITY_WORDS()[priority] || __(priority || "");

export const STATUS_MARKS = {
	Planned: "clock",
	"On the Way": "travel",
	"In Progress": "wrench",
	"Work Done": "tick",
	Completed: "tick",
};

export const customer_of = (job) => job.customer_name || job.customer;
