// The Persian calendar of the browser (ICU): days as ISO text in the model, as year, month and day for people.

import { latin_digits, persian_digits } from "./digits";

const DAY = 86_400_000;
const A_SATURDAY = "2000-01-01";
const NOWRUZ = { years: 621, month: 2, day: 21 };
// A year above this was typed in the Gregorian calendar.
const LAST_PERSIAN_YEAR = 1699;
const reader = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", {
	timeZone: "UTC",
	year: "numeric",
	month: "numeric",
	day: "numeric",
});

const iso = (moment) => new Date(moment).toISOString().slice(0, 10);
const moment_of = (day) => Date.parse(`${day}T00:00:00Z`);

/** {year, month, day} of the Persian calendar for an ISO day. */
export function to_persian(day) {
	const parts = Object.fromEntries(reader.formatToParts(moment_of(day)).map(({ type, value }) => [type, Number(value)]));
	return { year: parts.year, month: parts.month, day: parts.day };
}

/** The ISO day of a day of the Persian calendar; null where there is none, as the 31st of Mehr. */
export function to_iso(year, month, day) {
	if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return null;
	const before = month <= 6 ? (month - 1) * 31 : 186 + (month - 7) * 30;
	const about = Date.UTC(year + NOWRUZ.years, NOWRUZ.month, NOWRUZ.day) + (before + day - 1) * DAY;
	// The year begins on 20, 21 or 22 March.
	for (const shift of [0, -1, 1, -2, 2]) {
		const found = to_persian(iso(about + shift * DAY));
		if (found.year === year && found.month === month && found.day === day) return iso(about + shift * DAY);
	}
	return null;
}

export const add_days = (day, count) => iso(moment_of(day) + count * DAY);

/** The same day of another month, or that month's last day. */
export function add_months(day, count) {
	const from = to_persian(day);
	const months = from.year * 12 + from.month - 1 + count;
	const [year, month] = [Math.floor(months / 12), (months % 12) + 1];
	return to_iso(year, month, Math.min(from.day, days_in_month(year, month)));
}

export const days_in_month = (year, month) => [31, 30, 29].find((day) => to_iso(year, month, day));

/** 0 for Saturday, on which the week begins, to 6 for Friday. */
export const weekday = (day) => (new Date(moment_of(day)).getUTCDay() + 1) % 7;

/** An ISO day as people read it: "۱۴۰۵/۰۹/۰۱"; empty for what is no day. */
export function written(day) {
	if (Number.isNaN(moment_of(day))) return "";
	const { year, month, day: of_month } = to_persian(day);
	return persian_digits([year, ...[month, of_month].map((part) => String(part).padStart(2, "0"))].join("/"));
}

/** A moment of the model as people read it, in their time zone; empty for what is none. */
export function written_moment(value) {
	const shown = moment(frappe.datetime.convert_to_user_tz(value)).locale("en");
	if (!shown.isValid()) return "";
	return `${written(shown.format("YYYY-MM-DD"))} ${persian_digits(shown.format(frappe.datetime.get_user_time_fmt()))}`;
}

/** The ISO day that was typed: "۱۴۰۵/۹/۱", "1405-09-01", "۱-۹-۱۴۰۵", "14050901" or a Gregorian date as the site writes it; else null. */
export function read(text) {
	const typed = latin_digits(text).trim();
	const persian = read_persian(typed);
	if (persian !== undefined) return persian;
	const gregorian = moment(typed, [site_format(), "YYYY-MM-DD"], true);
	return gregorian.isValid() ? gregorian.locale("en").format("YYYY-MM-DD") : null;
}

/** What was typed, with a Persian day as the Gregorian one that the desk's own code reads; empty where there is no such day. */
export function gregorian(text) {
	const [, day, time = ""] = latin_digits(text).trim().match(/^(.*?)(\s+\d+:.*)?$/s);
	const persian = read_persian(day);
	if (persian === null) return "";
	return (persian ? moment(persian).locale("en").format(site_format()) : day) + time;
}

const site_format = () => frappe.datetime.get_user_date_fmt().toUpperCase();

/** The ISO day of one with a Persian year; null where the calendar has none, undefined for other text. */
function read_persian(typed) {
	const parts = year_first(typed) || year_last(typed);
	return parts && parts[0] <= LAST_PERSIAN_YEAR ? to_iso(...parts) : undefined;
}

function year_first(typed) {
	const parts = typed.match(/^(\d{4})(\d\d)(\d\d)$/) || typed.match(/^(\d{4})[/.\s-](\d{1,2})[/.\s-](\d{1,2})$/);
	return parts?.slice(1).map(Number);
}

function year_last(typed) {
	const parts = typed.match(/^(\d{1,2})[/.\s-](\d{1,2})[/.\s-](\d{4})$/);
	if (!parts) return undefined;
	const [first, second, year] = parts.slice(1).map(Number);
	return site_format().startsWith("MM") ? [year, first, second] : [year, second, first];
}

const name = (options) => new Intl.DateTimeFormat("fa-IR-u-ca-persian", { timeZone: "UTC", ...options });
const month_name = name({ month: "long" });
const day_name = name({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** "آذر ۱۴۰۵" */
export const month_title = (day) => `${month_name.format(moment_of(day))} ${persian_digits(String(to_persian(day).year))}`;

/** "یکشنبه ۱ آذر ۱۴۰۵", as the browser orders it. */
export const day_title = (day) => day_name.format(moment_of(day));

/** From Saturday to Friday. */
export function weekday_names() {
	const long = name({ weekday: "long" });
	return Array.from({ length: 7 }, (_, index) => long.format(moment_of(add_days(A_SATURDAY, index))));
}
