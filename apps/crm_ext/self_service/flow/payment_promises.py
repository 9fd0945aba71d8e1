"""Promises to pay: given in the portal or at the desk, kept or broken by what the ledger says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.self_service.flow import refusals
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.portal_payments import debt_of, key_of, load_debts
from crm_ext.self_service.flow.statement import currency_precision
from crm_ext.self_service.queries import receivables as queries
from crm_ext.self_service.rules.payment_promises import check, judge
from crm_ext.self_service.rules.portal_payments import parse_amount
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal


def give(
    here: Acting,
    invoices: Collection[str],
    promised_date: str | None,
    amount: str | None,
    note: str | None,
    key: str,
) -> Document:
    """A promise from the portal, once for each key. Raises ValidationError with a sentence where it cannot be given."""
    load_debts(here, list(invoices), for_update=True)
    request_key = key_of(here.customer, key)
    existing = frappe.db.get_value("Promise to Pay", {"request_key": request_key}, for_update=True)
    if existing:
        return frappe.get_doc("Promise to Pay", existing, for_update=True)
    typed = parse_amount(amount, currency_precision())
    if isinstance(typed, Refusal):
        refusals.throw(typed)
    promise = frappe.new_doc("Promise to Pay")
    promise.update(
        {
            "customer": here.customer,
            "promised_date": _day(promised_date),
            "amount": typed,
            "note": (note or "").strip()[:1000] or None,
            "origin": "Portal",
            "request_key": request_key,
        }
    )
    for invoice in sorted(invoices):
        promise.append("invoices", {"sales_invoice": invoice})
    # The customer has no rights on doctypes; the guard of the door and `load_debts` have checked what is theirs.
    return promise.insert(ignore_permissions=True)


def prepare(promise: Document) -> None:
    """Before a promise is inserted, wherever it comes from: what may be promised, and the invoices' figures."""
    invoices = sorted({row.sales_invoice for row in promise.invoices})
    rows = queries.debts(invoices, promise.customer, _every_company(), for_update=True)
    if len(rows) != len(promise.invoices):
        frappe.throw(
            _("Each invoice must be named once and belong to customer {0}.").format(promise.customer)
        )
    _require_unpromised(invoices)
    debts = {row.name: debt_of(row) for row in rows}
    currency = next((debt.currency for debt in debts.values()), None)
    amount = check(
        list(debts.values()),
        getdate(promise.promised_date) if promise.promised_date else None,
        to_decimal(promise.amount) if promise.amount else None,
        getdate(),
        most_days(),
    )
    if isinstance(amount, Refusal):
        refusals.throw(amount, currency)
    first = next(iter(debts.values()))
    promise.update(
        {
            "amount": amount,
            "company": first.company,
            "currency": currency,
            "status": "Open",
            "promised_by": frappe.session.user,
        }
    )
    for row in promise.invoices:
        debt = debts[row.sales_invoice]
        row.update({"due_date": debt.due, "outstanding": debt.outstanding, "open_key": debt.invoice})


def most_days() -> int:
    """How many days ahead a promise may reach."""
    return frappe.get_cached_doc("Self Service Settings").promise_days or 0


def withdraw(name: str) -> None:
    """An open promise that is not meant any more; reminders go on."""
    promise = frappe.get_doc("Promise to Pay", name, for_update=True)
    if promise.status != "Open":
        frappe.throw(_("Only an open promise can be withdrawn. This one is settled already."))
    _set_status(promise.name, "Withdrawn")


def judge_all() -> None:
    """Every night: which open promises were kept or broken, and which were kept by a payment that was taken back."""
    _judge(queries.promises_to_judge())


def judge_one(name: str) -> None:
    """On demand, for whoever does not want to wait for the night."""
    _judge(queries.promises_to_judge([name]))


def _judge(promises: Collection[Mapping]) -> None:
    names = [row.name for row in promises]
    paid, standing = queries.paid_on_promises(names), queries.standing_of_promises(names)
    for row in promises:
        met, left = to_decimal(paid.get(row.name)), to_decimal(standing.get(row.name))
        status = judge(getdate(row.promised_date), to_decimal(row.amount), left, met, getdate())
        if status != row.status or met != to_decimal(row.paid):
            _set_status(row.name, status, met)


def _set_status(name: str, status: str, paid: Decimal | None = None) -> None:
    """A promise that is settled makes room for the next one of its invoices; one that is open again takes what is free."""
    frappe.db.set_value(
        "Promise to Pay", name, {"status": status, **({} if paid is None else {"paid": paid})}
    )
    row = frappe.qb.DocType("Promise to Pay Invoice")
    frappe.qb.update(row).set(row.open_key, None).where(row.parent == name).run()
    if status == "Open":
        invoices = frappe.get_all(
            "Promise to Pay Invoice", {"parent": name}, pluck="sales_invoice", order_by="idx"
        )
        free = set(invoices) - set(queries.promised(invoices))
        if free:
            frappe.qb.update(row).set(row.open_key, row.sales_invoice).where(
                (row.parent == name) & row.sales_invoice.isin(tuple(free))
            ).run()


def _require_unpromised(invoices: Collection[str]) -> None:
    over = {row.promise for row in queries.promised(invoices).values() if row.promised_date < getdate()}
    _judge(queries.promises_to_judge(over) if over else ())
    for invoice, row in queries.promised(invoices).items():
        frappe.throw(
            _("Invoice {0} is promised already, for {1}. Please keep to that or withdraw it first.").format(
                invoice, spelling.day(row.promised_date)
            )
        )


def _every_company() -> list[str]:
    return frappe.get_all("Company", pluck="name", order_by="name")


def _day(typed: str | None) -> date | None:
    if not typed:
        return None
    day = parse_date(typed)
    if isinstance(day, Refusal):
        frappe.throw(_("{0} is no date. Please write it as year, month, day.").format(typed))
    return day
