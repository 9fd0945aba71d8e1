"""Papers that a customer takes along: an invoice in ERPNext's print format, the statement as PDF or table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import add_months, escape_html, getdate
from frappe.utils.jinja_globals import is_rtl
from frappe.utils.pdf import get_pdf
from frappe.utils.xlsxutils import make_xlsx

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.self_service.flow import pages
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.statement import Statement, statement
from crm_ext.self_service.rules.statement import BUCKET_ENDS
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.results import Refusal
from crm_ext.shared.table_files import inert

_FIRST_PERIOD_MONTHS = 3
_PRINT = "templates/self_service/statement_print.html"


def invoice_pdf(name: str) -> bytes:
    """By the print format and letter head that the desk would use. The caller has checked whose invoice it is."""
    invoice = frappe.get_doc("Sales Invoice", name)
    # The customer has no rights on doctypes; the guard of the door has checked that the invoice is theirs.
    invoice.flags.ignore_permissions = True
    frappe.flags.ignore_print_permissions = True
    return frappe.get_print("Sales Invoice", name, doc=invoice, as_pdf=True)


def period(start: str | None, end: str | None) -> tuple[date, date]:
    """The days typed, in either calendar; the last three months where nothing is, or nothing that is a day."""
    last = _day(end) or getdate()
    first = _day(start) or getdate(add_months(last, -_FIRST_PERIOD_MONTHS))
    return (first, last) if first <= last else (last, first)


def statement_file(
    here: Acting, kind: str, start: str | None, end: str | None, currency: str | None
) -> tuple[str, bytes]:
    """File name and content of the acting customer's statement."""
    account = statement(here.customer, here.company, currency, *period(start, end))
    name = f"{_('Statement')} {account.start} {account.end} {account.currency}".replace(" ", "-")
    if kind == "csv":
        file = io.StringIO()
        csv.writer(file, lineterminator="\r\n").writerows(_table(account))
        # The mark at the head tells spreadsheet programs that the file is UTF-8.
        return f"{name}.csv", f"\ufeff{file.getvalue()}".encode()
    if kind == "xlsx":
        return f"{name}.xlsx", make_xlsx(list(_table(account)), _("Statement")).getvalue()
    return f"{name}.pdf", statement_pdf(here, account)


def statement_pdf(here: Acting, account: Statement) -> bytes:
    html = frappe.render_template(_PRINT, print_context(here, account))
    return get_pdf(html)


def print_context(here: Acting, account: Statement) -> dict:
    return {
        "here": here,
        "account": account,
        "words": document_words,
        "direction": "rtl" if is_rtl() else "ltr",
        "language": frappe.local.lang,
        "bucket_labels": bucket_labels(),
        "esc": escape_html,
        **pages.formats(),
    }


def bucket_labels() -> list[str]:
    """Of the amounts not due and of each bucket, in the order of `Ageing`."""
    labels, first = [_("Not due yet")], 0
    for end in BUCKET_ENDS:
        labels.append(_("{0} to {1} days").format(spelling.number(first), spelling.number(end)))
        first = end + 1
    return [*labels, _("More than {0} days").format(spelling.number(BUCKET_ENDS[-1]))]


def document_words(doctype: str, is_return: int | None = 0, amount: Decimal | None = None) -> str:
    """What a customer calls a document of the ledger."""
    if doctype == "Sales Invoice":
        return _("Credit note") if is_return else _("Invoice")
    if doctype == "Payment Entry":
        return _("Refund") if amount is not None and amount > 0 else _("Payment")
    return _("Booking") if doctype == "Journal Entry" else _(doctype)


def _table(account: Statement) -> Iterator[list[str | float]]:
    """The statement's lines; amounts as numbers, in the account's and the company's currency."""
    yield [
        _("Date"),
        _("Document"),
        _("Number"),
        _("Reference"),
        _("Amount ({0})").format(account.currency),
        _("Balance ({0})").format(account.currency),
        _("Amount ({0})").format(account.company_currency),
        _("Balance ({0})").format(account.company_currency),
    ]
    opening = [_("Opening balance"), "", "", "", float(account.opening), "", float(account.company_opening)]
    yield [str(account.start), *opening]
    for line in account.lines:
        moved = line.movement
        details = account.details.get(moved.name) or {}
        yield [
            str(moved.day),
            document_words(moved.doctype, details.get("is_return"), moved.amount),
            inert(moved.name),
            inert(details.get("po_no") or details.get("reference_no") or ""),
            float(moved.amount),
            float(line.balance),
            float(moved.company_amount),
            float(line.company_balance),
        ]


def _day(typed: str | None) -> date | None:
    day = parse_date(typed) if typed else None
    return None if isinstance(day, Refusal) else day
