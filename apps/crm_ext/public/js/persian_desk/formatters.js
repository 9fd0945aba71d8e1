// Lists, grids, reports and read-only fields show Persian days and digits.

import { written, written_moment } from "./calendar";
import { in_text, persian_digits, persian_number } from "./digits";

const NUMBERS = ["Int", "Float", "Currency", "Percent"];

/** Puts the formatters in the places from which the desk takes them for each type of field. */
export function register() {
	const { formatters } = frappe.form;
	formatters.Date = (value) => (value ? written(String(value).slice(0, 10)) : "");
	formatters.DateRange = (value) => (Array.isArray(value) ? __("{0} to {1}", value.map(written)) : value || "");
	formatters.Datetime = (value) => (value ? written_moment(value) : "");
	const { Time } = formatters;
	formatters.Time = (...asked) => persian_digits(Time(...asked));
	for (const type of NUMBERS) {
		const plain = formatters[type];
		formatters[type] = (value, field, options, doc) => {
			const format = get_number_format(type === "Currency" && frappe.meta.get_field_currency(field, doc));
			return in_text(String(plain(value, field, options, doc) ?? ""), (text) => persian_number(text, format));
		};
	}
}
