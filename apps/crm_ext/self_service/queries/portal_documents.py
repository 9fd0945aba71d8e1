"""A customer's orders and invoices as lists and as pages. Never more than is shown, in a fixed number of queries."""

from __future__ import annotations

from datetime import date

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Coalesce, Count, Sum

from crm_ext.shared.text import literally

LIST_LENGTH = 20
_ORDERS_DONE = ("Closed", "Completed")


def invoices(
    customer: str,
    company: str,
    state: str,
    words: str,
    start: date | None,
    end: date | None,
    page: int,
) -> list[dict]:
    """One row more than LIST_LENGTH where there is a next page, newest first.

    state: 'open', 'overdue', 'paid' or anything else for all. words: part of the invoice's or the customer's own
    order number. page: from 0.
    """
    table = frappe.qb.DocType("Sales Invoice")
    query = _of(table, customer, company).select(
        table.name,
        table.posting_date,
        table.due_date,
        table.po_no,
        table.currency,
        Case().when(table.rounded_total != 0, table.rounded_total).else_(table.grand_total).as_("total"),
        Case()
        .when(table.base_rounded_total != 0, table.base_rounded_total)
        .else_(table.base_grand_total)
        .as_("base_total"),
        table.outstanding_amount,
        table.party_account_currency,
        table.is_return,
    )
    if state in ("open", "overdue"):
        query = query.where(table.outstanding_amount > 0)
    if state == "overdue":
        query = query.where(table.due_date < frappe.utils.nowdate())
    if state == "paid":
        query = query.where((table.outstanding_amount <= 0) & (table.is_return == 0))
    return _page(query, table, table.posting_date, words, start, end, page)


def invoice_counts(customer: str, company: str) -> dict:
    """{every, open, overdue, paid} of one customer in one company."""
    table = frappe.qb.DocType("Sales Invoice")
    is_open = table.outstanding_amount > 0
    is_late = is_open & (table.due_date < frappe.utils.nowdate())
    return (
        _of(table, customer, company)
        .select(
            Count("*").as_("every"),
            _number(is_open).as_("open"),
            _number(is_late).as_("overdue"),
            _number((table.outstanding_amount <= 0) & (table.is_return == 0)).as_("paid"),
        )
        .run(as_dict=True)[0]
    )


def orders(
    customer: str,
    company: str,
    state: str,
    words: str,
    start: date | None,
    end: date | None,
    page: int,
) -> list[dict]:
    """As `invoices`; state: 'open', 'late', 'done' or anything else for all."""
    table = frappe.qb.DocType("Sales Order")
    query = _of(table, customer, company).select(
        table.name,
        table.transaction_date,
        table.delivery_date,
        table.po_no,
        table.currency,
        Case().when(table.rounded_total != 0, table.rounded_total).else_(table.grand_total).as_("total"),
        table.status,
        table.per_delivered,
        table.per_billed,
    )
    if state == "open":
        query = query.where(table.status.notin(_ORDERS_DONE))
    elif state == "late":
        query = query.where(_is_late(table))
    elif state == "done":
        query = query.where(table.status.isin(_ORDERS_DONE))
    return _page(query, table, table.transaction_date, words, start, end, page)


def order_counts(customer: str, company: str) -> dict:
    """{every, open, late, done} of one customer in one company."""
    table = frappe.qb.DocType("Sales Order")
    return (
        _of(table, customer, company)
        .select(
            Count("*").as_("every"),
            _number(table.status.notin(_ORDERS_DONE)).as_("open"),
            _number(_is_late(table)).as_("late"),
            _number(table.status.isin(_ORDERS_DONE)).as_("done"),
        )
        .run(as_dict=True)[0]
    )


def invoice(name: str) -> dict:
    """The head of an invoice."""
    return frappe.db.get_value(
        "Sales Invoice",
        name,
        [
            "name",
            "customer",
            "company",
            "posting_date",
            "due_date",
            "po_no",
            "po_date",
            "currency",
            "conversion_rate",
            "net_total",
            "grand_total",
            "rounded_total",
            "rounding_adjustment",
            "base_grand_total",
            "base_rounded_total",
            "discount_amount",
            "outstanding_amount",
            "party_account_currency",
            "is_return",
            "return_against",
            "is_pos",
            "terms",
            "status",
        ],
        as_dict=True,
    )


def invoice_lines(name: str) -> list[dict]:
    return frappe.get_all(
        "Sales Invoice Item",
        filters={"parent": name, "parenttype": "Sales Invoice"},
        fields=[
            "name",
            "idx",
            "item_code",
            "item_name",
            "qty",
            "uom",
            "rate",
            "amount",
            "sales_order",
            "delivery_note",
        ],
        order_by="idx",
    )


def invoice_taxes(name: str) -> list[dict]:
    return frappe.get_all(
        "Sales Taxes and Charges",
        filters={
            "parent": name,
            "parenttype": "Sales Invoice",
            "tax_amount_after_discount_amount": ("!=", 0),
        },
        fields=["description", "tax_amount_after_discount_amount as amount"],
        order_by="idx",
    )


def invoice_schedule(name: str) -> list[dict]:
    """What is due when, where more than one day was agreed."""
    rows = frappe.get_all(
        "Payment Schedule",
        filters={"parent": name, "parenttype": "Sales Invoice"},
        fields=["due_date", "payment_amount", "outstanding", "description"],
        order_by="idx",
    )
    return rows if len(rows) > 1 else []


def invoice_deliveries(name: str) -> list[str]:
    """Delivery notes made from the invoice; those that it was made from stand on its lines."""
    row, note = frappe.qb.DocType("Delivery Note Item"), frappe.qb.DocType("Delivery Note")
    return (
        frappe.qb.from_(row)
        .join(note)
        .on(note.name == row.parent)
        .select(note.name)
        .distinct()
        .where((row.against_sales_invoice == name) & (note.docstatus == 1))
        .orderby(note.name)
        .run(pluck=True)
    )


def met_by(name: str) -> list[dict]:
    """What met the invoice, oldest first: {doctype, name, posting_date, amount, reference_no}.

    In the currency of the receivable account; negative sums are money that was paid back.
    """
    ledger, payment = frappe.qb.DocType("Payment Ledger Entry"), frappe.qb.DocType("Payment Entry")
    return (
        frappe.qb.from_(ledger)
        .left_join(payment)
        .on((ledger.voucher_type == "Payment Entry") & (payment.name == ledger.voucher_no))
        .select(
            ledger.voucher_type.as_("doctype"),
            ledger.voucher_no.as_("name"),
            ledger.posting_date,
            Sum(-ledger.amount_in_account_currency).as_("amount"),
            payment.reference_no,
        )
        .where(
            (ledger.against_voucher_type == "Sales Invoice")
            & (ledger.against_voucher_no == name)
            & (ledger.delinked == 0)
            & (ledger.voucher_no != name)
        )
        .groupby(ledger.voucher_type, ledger.voucher_no, ledger.posting_date, payment.reference_no)
        .having(Sum(ledger.amount_in_account_currency) != 0)
        .orderby(ledger.posting_date)
        .orderby(ledger.voucher_no)
        .run(as_dict=True)
    )


def payments_under_way(customer: str, company: str) -> list[dict]:
    """Portal payments that are begun, reported or about to be booked, newest first."""
    return frappe.get_all(
        "Portal Payment",
        filters={
            "customer": customer,
            "company": company,
            "status": ("in", ("Waiting", "Reported", "Matched")),
        },
        fields=["name", "status", "amount", "currency", "creation", "method"],
        order_by="creation desc",
        limit=20,
    )


def promise_of(name: str) -> dict | None:
    """The open promise that an invoice is under."""
    parent = frappe.db.get_value("Promise to Pay Invoice", {"open_key": name}, "parent")
    return (
        frappe.db.get_value(
            "Promise to Pay", parent, ["name", "promised_date", "amount", "currency", "note"], as_dict=True
        )
        if parent
        else None
    )


def _of(table, customer: str, company: str):
    return frappe.qb.from_(table).where(
        (table.customer == customer) & (table.company == company) & (table.docstatus == 1)
    )


def _page(query, table, day, words: str, start: date | None, end: date | None, page: int) -> list[dict]:
    if words:
        pattern = f"%{literally(words)}%"
        query = query.where(table.name.like(pattern) | Coalesce(table.po_no, "").like(pattern))
    if start:
        query = query.where(day >= start)
    if end:
        query = query.where(day <= end)
    return (
        query.orderby(day, order=frappe.qb.desc)
        .orderby(table.creation, order=frappe.qb.desc)
        .limit(LIST_LENGTH + 1)
        .offset(page * LIST_LENGTH)
        .run(as_dict=True)
    )


def _is_late(table):
    return (
        table.status.notin((*_ORDERS_DONE, "To Bill", "On Hold"))
        & (table.per_delivered < 100)
        & (table.delivery_date < frappe.utils.nowdate())
    )


def _number(condition):
    return Coalesce(Sum(Case().when(condition, 1).else_(0)), 0)
