// Moments and quantities of holds in the reader's words.

import { date, days, number } from "../sales_process/words";

const MINUTE = 60 * 1000;

const reads_persian = () => (frappe.boot.lang || "").startsWith("fa");

const parsed = (moment) => frappe.datetime.str_to_obj(String(moment).slice(0, 19));

/** How long a hold has left: 'ends in 3 hours'. now: the server's clock when the page was loaded. */
export function time_left(expires_at, now) {
	const minutes = Math.floor((parsed(expires_at) - parsed(now)) / MINUTE);
	if (minutes <= 0) return __("over");
	if (minutes < 60) return minutes === 1 ? __("1 minute left") : __("{0} minutes left", [number(minutes)]);
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return hours === 1 ? __("1 hour left") : __("{0} hours left", [number(hours)]);
	return __("{0} left", [days(Math.floor(hours / 24))]);
}

export function moment(value) {
	const time = parsed(value);
	const hour = new Intl.DateTimeFormat(reads_persian() ? "fa-IR" : undefined, { timeStyle: "short" }).format(time);
	return __("{0}, {1}", [date(String(value)), hour]);
}

export const quantity = (qty, unit) => __("{0} {1}", [number(qty, 3), __(unit || "")]);
