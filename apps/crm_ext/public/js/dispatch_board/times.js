// Moments of the board: the site's wall clock as milliseconds, so that no time zone of a browser comes between.

export const MINUTE = 60 * 1000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
// Jobs are put onto quarters of an hour.
export const STEP = 15 * MINUTE;

const FIELDS = /^(\d+)-(\d+)-(\d+)(?:[ T](\d+):(\d+)(?::(\d+))?)?/;

export function parse(text) {
	if (!text) return null;
	const [, year, month, day, hour = 0, minute = 0, second = 0] = FIELDS.exec(text);
	return Date.UTC(year, month - 1, day, hour, minute, second);
}

const iso = (moment) => new Date(moment).toISOString();
export const write = (moment) => iso(moment).slice(0, 19).replace("T", " ");
export const day_of = (moment) => iso(moment).slice(0, 10);
export const start_of_day = (moment) => Math.floor(moment / DAY) * DAY;
export const add_days = (day, count) => day_of(parse(day) + count * DAY);
export const snapped = (moment) => Math.round(moment / STEP) * STEP;

export const reads_persian = () => (frappe.boot.lang || "").startsWith("fa");

const formatter = (options) =>
	new Intl.DateTimeFormat(reads_persian() ? "fa-IR-u-ca-persian" : (frappe.boot.lang || "en").replace("_", "-"), {
		timeZone: "UTC",
		...options,
	});
const formatters = {};
function formatted(kind, options, moment) {
	formatters[kind] ??= formatter(options);
	return formatters[kind].format(moment);
}

export const clock = (moment) =>
	formatted("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, moment);
export const long_day = (moment) =>
	day_text("long", { weekday: "long", day: "numeric", month: "long", year: "numeric" }, moment);
export const short_day = (moment) => day_text("short", { weekday: "short", day: "numeric", month: "short" }, moment);
export const span = (start, end) => __("{0}–{1}", [clock(start), clock(end)]);

/** Browsers put the parts of a Persian date in the order of English ones: «دوشنبه ۲ آذر ۱۴۰۵» is how it is written. */
function day_text(kind, options, moment) {
	if (!reads_persian()) return formatted(kind, options, moment);
	formatters[kind] ??= formatter(options);
	const parts = Object.fromEntries(formatters[kind].formatToParts(moment).map(({ type, value }) => [type, value]));
	return [parts.weekday, parts.day, parts.month, parts.year].filter(Boolean).join(" ");
}
export const moment_text = (moment) => __("{0}, {1}", [short_day(moment), clock(moment)]);

/** A window or another span in words; the day is said where it is not the day on show. */
export function span_text(start, end, day) {
	const on_day = day && day_of(start) === day && day_of(end) === day;
	if (on_day) return span(start, end);
	if (day_of(start) === day_of(end)) return __("{0}, {1}", [short_day(start), span(start, end)]);
	return __("{0} to {1}", [moment_text(start), moment_text(end)]);
}

/** The first day of the week that a day lies in: by the site's setting, Saturday for readers of Persian. */
export function week_of(day) {
	const names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
	const setting = reads_persian() ? "Saturday" : frappe.boot.sysdefaults.first_day_of_the_week || "Monday";
	const weekday = new Date(parse(day)).getUTCDay();
	return add_days(day, -((weekday - names.indexOf(setting) + 7) % 7));
}
