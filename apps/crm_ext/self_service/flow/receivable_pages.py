"""What the portal's pages on orders, invoices and payments show: rows of the database in the customer's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import add_days, cint, getdate

from crm_ext.crm_ext_core.flow.spelling import day, money
from crm_ext.self_service.flow import disputes, documents, payment_promises, portal_payments
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.pages import route
from crm_ext.self_service.flow.statement import Statement, currency_precision, statement, under_way
from crm_ext.self_service.queries import portal_documents as queries
from crm_ext.self_service.queries import receivables
from crm_ext.self_service.rules.document_states import InvoiceFacts, invoice_state, order_state
from crm_ext.self_service.rules.statement import OpenItem
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.money import rounded, to_decimal
from crm_ext.shared.results import Refusal
from crm_ext.shared.text import _lt, to_latin_digits

# By state: the word, the colour that goes with it, and the next step with {0} for its day.
_INVOICE_WORDS = {
    "credit_note": (_lt("Credit note"), "plain", ""),
    "paid": (_lt("Paid"), "good", ""),
    "transfer_reported": (_lt("Transfer reported"), "warn", _lt("We are waiting for your money")),
    "disputed": (_lt("Under objection"), "warn", _lt("See what we answered")),
    "promised": (_lt("Promised"), "plain", _lt("Pay by {0}")),
    "overdue": (_lt("Overdue"), "bad", _lt("Was due on {0}")),
    "part_paid": (_lt("Partly paid"), "warn", _lt("Pay the rest by {0}")),
    "open": (_lt("Open"), "plain", _lt("Pay by {0}")),
}
_ORDER_WORDS = {
    "on_hold": (_lt("On hold"), "warn", _lt("Please ask us")),
    "closed": (_lt("Closed"), "plain", ""),
    "completed": (_lt("Completed"), "good", ""),
    "late": (_lt("Late"), "bad", _lt("Was to arrive on {0}")),
    "to_deliver": (_lt("Being prepared"), "plain", _lt("To arrive on {0}")),
    "to_pay": (_lt("Delivered"), "good", _lt("See the invoices")),
}
# Looked up when somebody reads them: word, colour, sentence.
_PAYMENT_WORDS = {
    "Waiting": lambda: (_("Not paid yet"), "warn", _("We are waiting for your payment.")),
    "Reported": lambda: (_("Transfer reported"), "plain", _("Thank you. We look for the money and book it.")),
    "Matched": lambda: (_("Money found"), "good", _("Your money has arrived and is being booked.")),
    "Paid": lambda: (_("Paid"), "good", _("Your payment is booked. Thank you.")),
    "Withdrawn": lambda: (
        _("Withdrawn"),
        "plain",
        _("This payment was taken back or replaced by a later one."),
    ),
}
_DISPUTE_WORDS = {
    "Open": lambda: _("We are looking into it"),
    "Replied": lambda: _("We have answered"),
    "On Hold": lambda: _("It waits for somebody"),
    "Resolved": lambda: _("Settled"),
    "Closed": lambda: _("Settled"),
}
_MOST_OPEN_ITEMS = 100
_MOST_LINES = 500
_LONGEST_SEARCH = 60


def fill_invoices(context: Any, here: Acting, given: Mapping[str, str]) -> None:
    """The list of invoices, its tabs with counts, what was asked for, and the neighbouring pages."""
    today = getdate()
    asked = _asked(given, ("open", "overdue", "paid"))
    counts = queries.invoice_counts(here.customer, here.company)
    rows = queries.invoices(here.customer, here.company, **asked)
    about = under_way([row.name for row in rows])
    context.rows = [_invoice_row(row, about, today) for row in rows[: queries.LIST_LENGTH]]
    context.tabs = (
        ("all", _("All"), counts.every),
        ("open", _("Open"), counts.open),
        ("overdue", _("Overdue"), counts.overdue),
        ("paid", _("Paid"), counts.paid),
    )
    _list_frame(context, "/portal/invoices", asked, len(rows))


def fill_orders(context: Any, here: Acting, given: Mapping[str, str]) -> None:
    """As `fill_invoices`, of orders."""
    today = getdate()
    asked = _asked(given, ("open", "late", "done"))
    counts = queries.order_counts(here.customer, here.company)
    rows = queries.orders(here.customer, here.company, **asked)
    context.rows = [_order_row(row, today) for row in rows[: queries.LIST_LENGTH]]
    context.tabs = (
        ("all", _("All"), counts.every),
        ("open", _("Under way"), counts.open),
        ("late", _("Late"), counts.late),
        ("done", _("Done"), counts.done),
    )
    _list_frame(context, "/portal/orders", asked, len(rows))


def fill_invoice(context: Any, here: Acting, name: str) -> None:
    """One invoice: its lines, what met it, where it came from, and what can be done about it."""
    invoice = queries.invoice(name)
    lines = queries.invoice_lines(name)
    about = under_way([name])
    total = invoice.rounded_total or invoice.grand_total
    base_total = invoice.base_rounded_total or invoice.base_grand_total
    row = _invoice_row(frappe._dict(invoice, total=total, base_total=base_total), about, getdate())
    context.invoice = invoice
    context.total = total
    context.row = row
    context.lines = lines
    context.taxes = queries.invoice_taxes(name)
    context.schedule = queries.invoice_schedule(name)
    context.met = [
        {**met, "words": documents.document_words(met.doctype, met.doctype == "Sales Invoice", -met.amount)}
        for met in queries.met_by(name)
    ]
    context.orders = sorted({line.sales_order for line in lines if line.sales_order})
    context.deliveries = sorted(
        {line.delivery_note for line in lines if line.delivery_note} | set(queries.invoice_deliveries(name))
    )
    context.reported = about["reported"].get(name)
    context.promise = queries.promise_of(name)
    context.latest_promise = add_days(getdate(), payment_promises.most_days())
    context.today = getdate()
    context.reasons = [(key, _(label)) for key, label in disputes.REASONS.items()]
    context.disputes = _disputes(name)
    context.open_dispute = about["disputed"].get(name)
    context.pdf = f"/api/method/crm_ext.api.portal_invoices.invoice_pdf?{urlencode({'name': name})}"


def fill_statement(context: Any, here: Acting, given: Mapping[str, str]) -> None:
    """The statement of a period with open items; a bucket of the ageing narrows the open items to itself."""
    account = statement(
        here.customer,
        here.company,
        given.get("currency"),
        *documents.period(given.get("from"), given.get("to")),
    )
    wanted = given.get("age")
    wanted = cint(wanted) if wanted in map(str, range(len(account.ageing.buckets) + 1)) else None
    items = [item for item in account.items if wanted is None or _age_index(account, item) == wanted]
    address = {"from": account.start, "to": account.end, "currency": account.currency}
    about = under_way(
        [item.voucher.name for item in items[:_MOST_OPEN_ITEMS] if item.voucher.doctype == "Sales Invoice"]
    )
    context.account = account
    context.lines = [_line(line, account) for line in account.lines[:_MOST_LINES]]
    context.lines_left_out = len(account.lines) > _MOST_LINES
    context.items = [_item(item, account, about) for item in items[:_MOST_OPEN_ITEMS]]
    context.items_left_out = len(items) > _MOST_OPEN_ITEMS
    context.wanted_age = wanted
    context.ages = [
        {
            "label": label,
            "amount": amount,
            "address": f"/portal/statement?{urlencode({**address, 'age': index})}#open",
        }
        for index, (label, amount) in enumerate(
            zip(documents.bucket_labels(), (account.ageing.not_due, *account.ageing.buckets), strict=True)
        )
    ]
    context.every_age = f"/portal/statement?{urlencode(address)}#open"
    context.currency_addresses = [
        (currency, f"/portal/statement?{urlencode({**address, 'currency': currency})}")
        for currency in account.currencies
    ]
    file_address = {"start": account.start, "end": account.end, "currency": account.currency}
    context.files = [
        (
            label,
            f"/api/method/crm_ext.api.portal_invoices.statement_file?{urlencode({'kind': kind, **file_address})}",
        )
        for kind, label in (("pdf", _("PDF")), ("xlsx", _("Excel")), ("csv", _("CSV")))
    ]
    context.payments = [_payment_row(row) for row in queries.payments_under_way(here.customer, here.company)]


def fill_choice(context: Any, here: Acting, invoices: Iterable[str]) -> None:
    """The page on which amounts and the way of paying are chosen."""
    names = list(dict.fromkeys(invoices))[:200]
    debts = portal_payments.load_debts(here, names) if names else []
    about = under_way([debt.invoice for debt in debts])
    context.debts = [
        {
            "invoice": debt.invoice,
            "due": debt.due,
            "outstanding": debt.outstanding,
            "typed": f"{rounded(debt.outstanding, currency_precision())}",
            "currency": debt.currency,
            "note": about["reported"].get(debt.invoice),
            "is_disputed": debt.invoice in about["disputed"],
        }
        for debt in debts
    ]
    context.hindrance = portal_payments.hindrance(debts)
    context.whole = money(sum(debt.outstanding for debt in debts), debts[0].currency) if debts else ""
    context.methods = portal_payments.methods(debts[0].company, debts[0].currency) if debts else []


def fill_payment(context: Any, name: str) -> None:
    """One payment: what it is for, where the money goes, what comes next."""
    payment = frappe.get_doc("Portal Payment", name)
    context.payment = payment
    context.words = _PAYMENT_WORDS[payment.status]()
    context.today = getdate()
    context.banks = (
        receivables.bank_accounts(payment.company, payment.currency)
        if payment.status == "Waiting" and payment.method == "Bank Transfer"
        else []
    )


def _asked(given: Mapping[str, str], states: tuple[str, ...]) -> dict[str, Any]:
    state = given.get("show")
    return {
        "state": state if state in states else "all",
        "words": to_latin_digits((given.get("search") or "").strip())[:_LONGEST_SEARCH],
        "start": _typed_day(given.get("from")),
        "end": _typed_day(given.get("to")),
        "page": min(max(cint(given.get("page")), 0), 10_000),
    }


def _list_frame(context: Any, address: str, asked: Mapping[str, Any], found: int) -> None:
    kept = {"search": asked["words"], "from": asked["start"], "to": asked["end"]}
    kept = {name: value for name, value in kept.items() if value}

    def to(state: str, page: int) -> str:
        return f"{address}?{urlencode({'show': state, **kept, **({'page': page} if page else {})})}"

    context.asked = asked
    context.is_narrowed = bool(kept)
    context.address = address
    context.tabs = [
        {"key": key, "label": label, "count": count, "address": to(key, 0)}
        for key, label, count in context.tabs
    ]
    page = asked["page"]
    context.before = to(asked["state"], page - 1) if page else None
    context.after = to(asked["state"], page + 1) if found > queries.LIST_LENGTH else None


def _invoice_row(row: Any, about: Mapping[str, Mapping], today: date) -> dict[str, Any]:
    due = getdate(row.due_date)
    own_total = row.total if row.party_account_currency == row.currency else row.base_total
    state = invoice_state(
        InvoiceFacts(
            outstanding=to_decimal(row.outstanding_amount),
            is_partly_met=row.outstanding_amount < own_total,
            is_return=bool(row.is_return),
            due=due,
            has_report=row.name in about["reported"],
            has_dispute=row.name in about["disputed"],
            has_promise=row.name in about["promised"],
        ),
        today,
    )
    word, kind, step = _INVOICE_WORDS[state]
    promised = about["promised"].get(row.name)
    return {
        "name": row.name,
        "address": route("portal", "invoices", row.name),
        "posted": row.posting_date,
        "due": None if row.is_return else due,
        "po_no": row.po_no,
        "total": row.total,
        "currency": row.currency,
        "outstanding": row.outstanding_amount,
        "outstanding_currency": row.party_account_currency,
        "word": _(word),
        "kind": kind,
        "step": _(step).format(day(promised.promised_date if promised else due)) if step else "",
        "is_payable": row.outstanding_amount > 0 and row.name not in about["reported"],
    }


def _order_row(row: Any, today: date) -> dict[str, Any]:
    delivery = getdate(row.delivery_date) if row.delivery_date else None
    state = order_state(row.status, to_decimal(row.per_delivered), delivery, today)
    word, kind, step = _ORDER_WORDS[state]
    return {
        "name": row.name,
        "address": route("portal", "orders", row.name),
        "day": row.transaction_date,
        "delivery": delivery,
        "po_no": row.po_no,
        "total": row.total,
        "currency": row.currency,
        "delivered": row.per_delivered,
        "billed": row.per_billed,
        "word": _(word),
        "kind": kind,
        "step": _(step).format(day(delivery)) if step else "",
    }


def _line(line: Any, account: Statement) -> dict[str, Any]:
    moved = line.movement
    details = account.details.get(moved.name) or {}
    return {
        "day": moved.day,
        "words": documents.document_words(moved.doctype, details.get("is_return"), moved.amount),
        "name": moved.name,
        "address": _document_address(moved.doctype, moved.name),
        "reference": details.get("po_no") or details.get("reference_no") or "",
        "amount": moved.amount,
        "balance": line.balance,
        "company_balance": line.company_balance,
    }


def _item(item: OpenItem, account: Statement, about: Mapping[str, Mapping]) -> dict[str, Any]:
    name, details = item.voucher.name, account.details.get(item.voucher.name) or {}
    promised = about["promised"].get(name)
    notes = []
    if name in about["reported"]:
        notes.append(_("Transfer reported"))
    if name in about["disputed"]:
        notes.append(_("Under objection"))
    if promised:
        notes.append(_("Promised for {0}").format(day(promised.promised_date)))
    return {
        "words": documents.document_words(item.voucher.doctype, details.get("is_return")),
        "name": name,
        "address": _document_address(item.voucher.doctype, name),
        "due": item.due,
        "is_late": account.bucket(item) is not None and item.due < account.end,
        "outstanding": item.outstanding,
        "company_outstanding": item.company_outstanding,
        "notes": notes,
        "is_payable": (
            item.voucher.doctype == "Sales Invoice" and item.outstanding > 0 and name not in about["reported"]
        ),
    }


def _payment_row(row: Any) -> dict[str, Any]:
    word, kind, _step = _PAYMENT_WORDS[row.status]()
    return {**row, "word": word, "kind": kind, "address": route("portal", "payments", row.name)}


def _disputes(invoice: str) -> list[dict[str, Any]]:
    found = receivables.disputes_of(invoice)
    letters: dict[str, list] = {}
    for letter in receivables.letters_of([row.name for row in found]):
        letters.setdefault(letter.reference_name, []).append(
            {
                "is_mine": letter.sent_or_received == "Received",
                "sender": letter.sender_full_name or letter.sender,
                "at": letter.communication_date,
                # The letters of the desk are written with formatting; here only their words are shown.
                "text": frappe.utils.strip_html(frappe.utils.html_utils.clean_html(letter.content or "")),
            }
        )
    return [
        {
            "name": row.name,
            "subject": row.subject,
            "day": row.opening_date,
            "is_open": bool(row.dispute_key),
            "word": _DISPUTE_WORDS[row.status](),
            "letters": letters.get(row.name, []),
        }
        for row in found
    ]


def _document_address(doctype: str, name: str) -> str | None:
    return route("portal", "invoices", name) if doctype == "Sales Invoice" else None


def _age_index(account: Statement, item: OpenItem) -> int:
    bucket = account.bucket(item)
    return 0 if bucket is None else bucket + 1


def _typed_day(typed: str | None) -> date | None:
    found = parse_date(typed) if typed else None
    return None if isinstance(found, Refusal) else found
