// Lists, grids, reports and read-only fields show Persian days and digits.

import { written } from "./calendar";
import { in_text, persian_digits, persian_number } from "./digits";

const NUMBERS = ["Int", "Float", "Currency", "Percent"];

/** Puts the formatters in the places from which the desk takes them for each type of field. */
export function register() {
	const { formatters } = frappe.form;
	formatters.Date = (value) => (value ? written_safely(String(value).slice(0, 10)) : "");
	formatters.DateRange = (value) =>
		Array.isArray(value) ? __("{0} to {1}", value.map(written_safely)) : value || "";
	formatters.Datetime = (value) => {
		if (!value) return "";
		const shown = moment(frappe.datetime.convert_to_user_tz(value));
		if (!shown.isValid()) return "";
		const time = shown.locale("en").format(frappe.datetime.get_user_time_fmt());
		return `${written(shown.format("YYYY-MM-DD"))} ${persian_digits(time)}`;
	};
	for (const type of NUMBERS) {
		const plain = formatters[type];
		formatters[type] = (...asked) => in_text(String(plain(...asked) ?? ""), persian_number);
	}
}

const written_safely = (day) => (moment(day, "YYYY-MM-DD", true).isValid() ? written(day) : "");
