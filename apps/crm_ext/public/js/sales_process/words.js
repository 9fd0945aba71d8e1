// Numbers, dates and marks as the reader's language writes them.

const reads_persian = () => (frappe.boot.lang || "").startsWith("fa");

export const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

// A name that may be written in the other direction than the text around it.
export const name = (text) => `<bdi>${escape(text)}</bdi>`;

export function number(value, digits = 0) {
	const rounded = Number(value || 0);
	const options = { maximumFractionDigits: digits };
	return reads_persian()
		? new Intl.NumberFormat("fa-IR", options).format(rounded)
		: new Intl.NumberFormat(undefined, options).format(rounded);
}

export const percent = (value) => __("{0} %", [number(value, 1)]);

export function money(value, currency, digits = 0) {
	if (!reads_persian()) return strip(format_currency(value, currency, digits));
	return __("{0} {1}", [number(value, digits), currency_symbol(currency)]);
}

export function date(value) {
	if (!value) return "";
	if (!reads_persian()) return frappe.datetime.str_to_user(value, false, true);
	const [year, month, day] = value.slice(0, 10).split("-").map(Number);
	return new Intl.DateTimeFormat("fa-IR-u-ca-persian", { dateStyle: "medium" }).format(
		new Date(year, month - 1, day)
	);
}

export const days = (count) => (count === 1 ? __("1 day") : __("{0} days", [number(count)]));

export function stay(hours) {
	return hours < 48 ? __("{0} hours", [number(hours, 1)]) : days(Math.round(hours / 24));
}

// A mark beside a text: never colour alone. Drawn here, so that no icon set of a version is relied on.
const MARKS = {
	tick: "M4 10.5l4 4 8-9",
	cross: "M5 5l10 10M15 5L5 15",
	advice: "M10 5v7M10 15v.5",
	clock: "M10 5v5l3.5 2M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0z",
	warning: "M10 3l8 14H2zM10 8v4M10 14.5v.5",
	flag: "M5 17V3h10l-3 4 3 4H5",
	more: "M10 4.5v.5M10 10v.5M10 15.5v.5",
};

export const mark = (name) =>
	`<svg class="crm-mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="${MARKS[name]}"/></svg>`;

const currency_symbol = (currency) => get_currency_symbol(currency) || currency;
const strip = (html) => $("<span>").html(html).text();
