// How the trail says things: stages, dates, amounts and states, in the user's language, digits and calendar.

const is_persian = () => (frappe.boot.lang || "").startsWith("fa");

export const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

export function stage_label(stage) {
	return {
		Campaign: __("Campaign"),
		Spend: __("Spend"),
		Lead: __("Lead"),
		Opportunity: __("Opportunity"),
		Quotation: __("Quotation"),
		Order: __("Order"),
		Contract: __("Contract"),
		Complaint: __("Complaint"),
		Service: __("Service"),
		"Parts and Time": __("Parts and Time"),
		Delivery: __("Delivery"),
		Invoice: __("Invoice"),
		Payment: __("Payment"),
		Return: __("Return"),
	}[stage];
}

export function local_digits(text) {
	return is_persian() ? String(text).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(text);
}

export function date_text(date) {
	if (!date) return "";
	if (!is_persian()) return frappe.datetime.str_to_user(date);
	const calendar = { year: "numeric", month: "2-digit", day: "2-digit", timeZone: "UTC" };
	return new Intl.DateTimeFormat("fa-IR-u-ca-persian", calendar).format(new Date(`${date}T00:00:00Z`));
}

export function amount_text(amount, currency) {
	if (amount === null || amount === undefined) return "";
	return local_digits(format_currency(amount, currency || undefined));
}

export const amounts_text = (amounts) =>
	amounts.map(({ amount, currency }) => amount_text(amount, currency)).join(" · ");

// A drawn sign and a word, so that no state hangs on a colour alone.
const SIGNS = {
	open: '<circle cx="8" cy="8" r="6.5"/><path d="M8 4.5V8l2.5 1.5"/>',
	paid: '<path d="M3 8.5l3.5 3.5L13 4.5"/>',
	cancelled: '<circle cx="8" cy="8" r="6.5"/><path d="M3.5 3.5l9 9"/>',
	deleted: '<path d="M4 4l8 8M12 4l-8 8"/>',
	draft: '<path d="M3 13l1-3 7-7 2 2-7 7z"/>',
	picture: '<circle cx="3.5" cy="8" r="2"/><circle cx="12.5" cy="3.5" r="2"/><circle cx="12.5" cy="12.5" r="2"/><path d="M5.5 8l5-3.6M5.5 8l5 3.6"/>',
};

export function sign(name) {
	return `<svg class="trail-sign" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${SIGNS[name]}</svg>`;
}

/** {sign, text, tone} of a document: cancelled, deleted, draft, paid or outstanding; null where there is nothing to say. */
export function state_of(document) {
	if (document.deleted) return { sign: "deleted", text: __("Deleted"), tone: "muted" };
	if (document.cancelled) {
		const text = document.replaced_by
			? __("Cancelled, replaced by {0}", [document.replaced_by])
			: __("Cancelled");
		return { sign: "cancelled", text, tone: "muted" };
	}
	if (document.outstanding === null) return null;
	if (document.docstatus === 0) return { sign: "draft", text: __("Draft"), tone: "muted" };
	return money_state([{ amount: document.outstanding, currency: document.currency }]);
}

/** What is open of some invoices or credit notes, by currency. */
export function money_state(outstanding) {
	const open = outstanding.filter(({ amount }) => amount);
	if (!open.length) return { sign: "paid", text: __("Paid"), tone: "paid" };
	if (open.every(({ amount }) => amount < 0)) {
		const credit = open.map(({ amount, currency }) => ({ amount: -amount, currency }));
		return { sign: "open", text: __("Credit {0}", [amounts_text(credit)]), tone: "open" };
	}
	return { sign: "open", text: __("Outstanding {0}", [amounts_text(open)]), tone: "open" };
}

export function state_html(state) {
	return state
		? `<span class="trail-state trail-${state.tone}">${sign(state.sign)}<span>${escape(state.text)}</span></span>`
		: "";
}

export const name_of = (document) => `${__(document.doctype)} ${document.name}`;

/** Opens one document as a form, several of one doctype as a list; several doctypes open the first one's list. */
export function open_documents(documents) {
	const [{ doctype, name }] = documents;
	const names = documents.filter((each) => each.doctype === doctype).map((each) => each.name);
	if (names.length === 1) frappe.set_route("Form", doctype, name);
	else frappe.set_route("List", doctype, "List", { name: ["in", names] });
}
