/* Digits, dates and sentences as the reader writes them; moments as the site's clock shows them. */

export const words = JSON.parse(document.getElementById("words").textContent);
export const isPersian = document.documentElement.lang.startsWith("fa");
const LOCALE = isPersian ? "fa-IR-u-ca-persian" : document.documentElement.lang || "en";
let zone = "UTC";

/** The site's time zone, as the server told it. */
export function setZone(name) {
	if (name) zone = name;
}

/** words[key] with {0}, {1} … filled in. */
export const say = (key, ...values) =>
	values.reduce((text, value, place) => text.replaceAll(`{${place}}`, value), words[key]);

export const toLatin = (text) =>
	String(text)
		.replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
		.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
		.replaceAll("٫", ".")
		.replaceAll("٬", "");

/** A number typed in any digits, with point or comma; null for nothing, NaN for what is no number. */
export function readNumber(text) {
	const typed = toLatin(text).trim().replace(",", ".");
	return typed === "" ? null : Number(typed);
}

export const number = (value) =>
	value === null || value === undefined
		? ""
		: new Intl.NumberFormat(isPersian ? "fa-IR" : "en", { maximumFractionDigits: 6, useGrouping: false }).format(value);

// Moments of the site have no zone ("2026-11-22 09:30:00"): shown as if the phone's clock were the site's.
const parts = (text) => /^(\d{4})-(\d\d)-(\d\d)[ T]?(\d\d)?:?(\d\d)?/.exec(text).slice(1).map((part) => Number(part ?? 0));

function asUtc(text) {
	const [year, month, day, hour, minute] = parts(text);
	return new Date(Date.UTC(year, month - 1, day, hour, minute));
}

const shown = (options) => new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", ...options });
const DAY = shown({ weekday: "short", day: "numeric", month: "long" });
const FULL_DAY = shown({ year: "numeric", month: "2-digit", day: "2-digit" });
const CLOCK = new Intl.DateTimeFormat(isPersian ? "fa-IR" : "en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit" });

export const day = (text) => (text ? DAY.format(asUtc(text)) : "");
export const fullDay = (text) => (text ? FULL_DAY.format(asUtc(text)) : "");
export const clock = (text) => (text ? CLOCK.format(asUtc(text)) : "");

/** "09:30–10:30", with the day where it is another than today. */
export function span(start, end) {
	if (!start) return words.no_time;
	const times = end ? say("range", clock(start), clock(end)) : clock(start);
	return start.slice(0, 10) === today() ? times : `${day(start)} ${times}`;
}

/** An instant (milliseconds or ISO with zone) on the site's clock: "2026-11-22 09:30". */
export function onSiteClock(instant) {
	const fields = Object.fromEntries(
		new Intl.DateTimeFormat("en-GB-u-ca-gregory-nu-latn", {
			timeZone: zone,
			year: "numeric",
			month: "2-digit",
			day: "2-digit",
			hour: "2-digit",
			minute: "2-digit",
			hourCycle: "h23",
		})
			.formatToParts(new Date(instant))
			.map(({ type, value }) => [type, value])
	);
	return `${fields.year}-${fields.month}-${fields.day} ${fields.hour}:${fields.minute}`;
}

/** What the site's clock shows for a time row: typed ones as they are, noted instants turned. */
export const shownMoment = (text) => (text?.endsWith("Z") ? onSiteClock(text) : text?.slice(0, 16));

export const today = () => onSiteClock(Date.now()).slice(0, 10);

/** The day so many days before today, "2026-11-22". */
export function daysAgo(count) {
	const at = asUtc(today());
	at.setUTCDate(at.getUTCDate() - count);
	return at.toISOString().slice(0, 10);
}

export const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
