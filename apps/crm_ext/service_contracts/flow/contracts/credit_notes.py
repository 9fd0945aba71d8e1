"""Return invoices that give back a part of what a contract was billed, and the record of what they gave back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.shared.periods import Period


@dataclass(frozen=True)
class Part:
    """What is given back of one row of an invoice. amount: positive, net, in the currency of the invoice.

    stands_alone: without using up the row's quantity, which ERPNext takes back once only. account, description: in place
    of those of the row.
    """

    invoice_row: str
    amount: Decimal
    stands_alone: bool
    account: str | None = None
    description: str | None = None


def write(
    contract: Document,
    invoice: str,
    parts: Sequence[Part],
    why: str,
    record: Callable[[Document], None],
    posting_date: date | None = None,
) -> Document:
    """A credit note, submitted where the contract's invoices are; its rows stand in the order of the parts.

    record: writes down what it gives back, before it is submitted. posting_date: None: today.
    """
    note = erpnext_port.partial_credit_note(
        invoice,
        [(part.invoice_row, part.amount, part.stands_alone) for part in parts],
        posting_date or getdate(),
    )
    note.update({"service_contract": contract.name, "remarks": why})
    for row, part in zip(note.items, parts, strict=True):
        row.service_contract = contract.name
        row.income_account = part.account or row.income_account
        row.description = part.description or row.description
    # Whoever may change the contract credits what it does not give, with or without a right to invoices.
    note.flags.ignore_permissions = True
    with _without_messages():
        note.insert()
        record(note)
        if contract.submit_invoices:
            note.submit()
    frappe.msgprint(
        _("Credit note {0} of {1} was made for invoice {2}.").format(
            frappe.utils.get_link_to_form("Sales Invoice", note.name),
            frappe.format(abs(note.grand_total), {"fieldtype": "Currency", "options": "currency"}, note),
            invoice,
        ),
        alert=True,
    )
    return note


def record(
    contract: Document,
    note: str,
    *,
    what: str,
    key: str,
    contract_line: str,
    line_number: int,
    span: Period,
    amount: Decimal,
    **values: object,
) -> None:
    """A Billed Period of what was given back; its key is unique in the database."""
    frappe.get_doc(
        {
            "doctype": "Billed Period",
            "service_contract": contract.name,
            "contract_line": contract_line,
            "line_number": line_number,
            "period_start": span.start,
            "period_end": span.end,
            "what": what,
            "amount": -float(amount),
            "currency": contract.currency,
            "sales_invoice": note,
            "billing_key": key,
            **values,
        }
        # A record that nobody writes by hand, made with the credit note.
    ).insert(ignore_permissions=True)


class _without_messages:
    """ERPNext remarks on rows of a return that name no row of the invoice; here that is meant."""

    def __enter__(self) -> None:
        self._before = frappe.flags.mute_messages
        frappe.flags.mute_messages = True

    def __exit__(self, *_raised: object) -> None:
        frappe.flags.mute_messages = self._before
