// What the desk reads past its fields: pasted rows, uploaded sheets, times, and the search rows of grids and reports.

import { gregorian } from "./calendar";
import { latin_digits, latin_number } from "./digits";

const NUMBERS = ["Int", "Float", "Currency", "Percent"];
const SEARCHES = ".dt-filter, .grid-row .search input";

/** Puts Persian text before the functions by which the desk reads numbers and days; any other they get as it is. */
export function register() {
	const { flt, cint } = window;
	const { user_to_str } = frappe.datetime;
	window.flt = (value, decimals, format, ...others) =>
		flt(is_foreign(value) ? latin_number(value, format) : value, decimals, format, ...others);
	window.cint = (value, ...others) => cint(is_foreign(value) ? latin_number(value) : value, ...others);
	frappe.datetime.user_to_str = (typed, only_time, ...others) => {
		const read = only_time ? latin_digits : gregorian;
		return user_to_str(typeof typed === "string" ? read(typed) : typed, only_time, ...others);
	};
	document.addEventListener("input", read_search, true);
}

const is_foreign = (value) => typeof value === "string" && /[^\x00-\x7f]/.test(value);

/** Before the desk reads it: it drops from the search of numbers what is no Latin digit. */
function read_search({ target }) {
	if (!target.matches?.(SEARCHES) || !NUMBERS.includes(searched_type(target))) return;
	const read = latin_number(target.value);
	if (read !== target.value) target.value = read;
}

function searched_type(input) {
	if (input.dataset.fieldtype) return input.dataset.fieldtype;
	const shown = [frappe.query_report, window.cur_list].map((view) => view?.datatable);
	const column = shown.find((table) => table?.header.contains(input))?.getColumn(input.dataset.colIndex);
	return column?.docfield?.fieldtype ?? column?.fieldtype;
}
