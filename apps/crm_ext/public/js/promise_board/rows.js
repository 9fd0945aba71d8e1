// The rows of the warehouse's page as HTML.

import { moment, quantity, time_left } from "../offer_desk/hold_words";
import { date, days, escape, mark, name } from "../sales_process/words";

export function day_heading(day, today) {
	const distance = frappe.datetime.get_day_diff(day, today);
	if (distance === 0) return __("Today, {0}", [date(day)]);
	if (distance === 1) return __("Tomorrow, {0}", [date(day)]);
	return distance < 0 ? __("{0}, {1} ago", [date(day), days(-distance)]) : date(day);
}

export const row_html = (row, index, board) => `
	<li class="crm-promise-row${row.danger ? " crm-promise-endangered" : ""}" data-index="${index}" tabindex="${index ? -1 : 0}">
		<div class="crm-promise-what"><b>${quantity(row.qty, row.stock_uom)}</b> ${name(row.item_name)}
			<small>${row.item_name === row.item_code ? "" : name(row.item_code)} ${name(row.warehouse)}</small></div>
		<div class="crm-promise-who">${name(row.customer_name)} <small>${document_of(row)}</small></div>
		<div class="crm-promise-how">${row.kind === "hold" ? state_of_hold(row, board) : state_of_promise(row, board.today)}</div>
		<div class="crm-promise-actions">${(row.kind === "hold" ? actions_of_hold : actions_of_promise)(row)}</div>
	</li>`;

function document_of(row) {
	if (row.kind === "promise") return link("Sales Order", row.sales_order);
	return row.may_change ? link("Quotation", row.quotation) : name(row.quotation);
}

const link = (doctype, document) =>
	`<a href="${frappe.utils.get_form_link(doctype, document)}"><bdi>${escape(document)}</bdi></a>`;

const supply_of = (row) =>
	row.supply_name
		? `${__(row.supply_doctype)} ${link(row.supply_doctype, row.supply_name)}`
		: escape(__(row.supply_doctype));

function state_of_promise(row, today) {
	const words = {
		short: () => __("{0} lacking, and nothing that would cover it is coming", [quantity(row.missing, row.stock_uom)]),
		supply_undated: () => __("waits for {0}, which has no date", [supply_of(row)]),
		supply_overdue: () => __("waits for {0}, due {1} and not here", [supply_of(row), date(row.supply_day)]),
		late: () =>
			__("comes on {0} with {1}, {2} late", [
				date(row.ready_on),
				supply_of(row),
				days(frappe.datetime.get_day_diff(row.ready_on, row.promised)),
			]),
		not_sent: () => __("in stock and not sent, {0} late", [days(frappe.datetime.get_day_diff(today, row.promised))]),
	};
	if (row.danger) return `${mark("warning")} <span>${words[row.danger]()}</span>`;
	if (row.supply_doctype)
		return `${mark("clock")} <span>${__("comes on {0} with {1}", [date(row.ready_on), supply_of(row)])}</span>`;
	return `${mark("tick")} <span>${__("in stock")}</span>`;
}

function state_of_hold(row, board) {
	const until = `${__("until {0}", [moment(row.expires_at)])} <small>${time_left(row.expires_at, board.now)}</small>`;
	if (row.danger === "uncovered")
		return `${mark("warning")} <span>${__("the stock is not there any more")}<br>${until}</span>`;
	return `${mark(row.danger ? "warning" : "clock")} <span>${until}</span>`;
}

function actions_of_promise(row) {
	return [
		row.elsewhere && button("transfer", __("Fetch from {0}", [escape(row.elsewhere)])),
		["short", "late", "supply_undated", "supply_overdue"].includes(row.danger) && button("request", __("Request Material")),
		row.danger && button("tell", __("Tell the Customer")),
	]
		.filter(Boolean)
		.join(" ");
}

const actions_of_hold = (row) =>
	row.may_change ? `${button("extend", __("Extend Hold"))} ${button("release", __("Release Stock"))}` : "";

const button = (action, label) =>
	`<button type="button" class="btn btn-default btn-xs" data-action="${action}">${label}</button>`;
