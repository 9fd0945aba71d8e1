"""Credit notes for what was billed of days on which there is no service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from crm_ext import erpnext_port
from crm_ext.service_contracts.flow.contracts.reading import priced_lines
from crm_ext.service_contracts.flow.contracts.sentences import throw
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules.credits import Billed, credit_due
from crm_ext.shared.money import to_decimal
from crm_ext.shared.periods import Period
from crm_ext.shared.results import refuse


def credit_unserved(contract: Document, why: str) -> list[str]:
    """Credit notes, one for each invoice, for all that was billed of the contract's rows beyond their days of service.

    Reckoned from what the rows and suspensions say now, less what was credited before: doing it again credits nothing
    more. The caller holds the contract's lock. Invoices that are drafts stand in the way and are named.
    """
    lines = priced_lines(contract)
    digits = frappe.get_precision("Sales Invoice Item", "amount", currency=contract.currency) or 2
    due: dict[str, list[tuple[Billed, Decimal]]] = defaultdict(list)
    for row in queries.billed_periods(contract.name):
        if row.contract_line not in lines or row.invoice_status == 2:
            continue
        billed = _billed(contract, row)
        amount = credit_due(billed, lines[row.contract_line], digits)
        if amount and row.invoice_status == 0:
            throw(refuse("draft_invoice", invoice=row.sales_invoice))
        if amount:
            due[billed.invoice].append((billed, amount))
    return [_credit_note(contract, invoice, parts, lines, why) for invoice, parts in due.items()]


def take_back(contract: str, invoices: Sequence[str]) -> None:
    """Cancel credit notes of a contract; what they credited is billed again."""
    for name in invoices:
        note = frappe.get_doc("Sales Invoice", name)
        # Whoever may change the contract takes back its credit notes, with or without a right to invoices.
        note.flags.ignore_permissions = True
        if note.docstatus == 1:
            note.cancel()
        frappe.db.delete(
            "Billed Period", {"service_contract": contract, "sales_invoice": name, "what": "Credit"}
        )
        if note.docstatus == 0:
            note.delete(ignore_permissions=True)  # A draft that was never posted; see above.


def _billed(contract: Document, row: dict) -> Billed:
    return Billed(
        key=row.billing_key,
        contract_line=row.contract_line,
        span=Period(row.period_start, row.period_end),
        amount=to_decimal(row.amount),
        credited=to_decimal(row.credited),
        invoice=row.sales_invoice,
        invoice_row=row.sales_invoice_item,
        days_off_known=tuple(
            Period(getdate(off.from_date), getdate(off.to_date))
            for off in contract.suspensions
            if off.resumed_at and get_datetime(off.resumed_at) <= row.billed_at
        ),
    )


def _credit_note(
    contract: Document, invoice: str, parts: Sequence[tuple[Billed, Decimal]], lines: dict, why: str
) -> str:
    rows = queries.invoice_rows([invoice])
    credited = queries.rows_with_returns([billed.invoice_row for billed, _amount in parts])
    note = erpnext_port.partial_credit_note(
        invoice,
        [(billed.invoice_row, amount, billed.invoice_row in credited) for billed, amount in parts],
        getdate(),
    )
    note.update({"service_contract": contract.name, "remarks": why})
    for row in note.items:
        row.service_contract = contract.name
    # Whoever may change the contract credits what it does not give any more, with or without a right to invoices.
    note.flags.ignore_permissions = True
    with _without_messages():
        note.insert()
        _record(contract, note.name, parts)
        if contract.submit_invoices:
            note.submit()
    for billed, _amount in parts:
        line = lines[billed.contract_line]
        if rows[billed.invoice_row].enable_deferred_revenue and line.end and line.end < billed.span.end:
            erpnext_port.stop_deferral(billed.invoice_row, line.end)
    frappe.msgprint(
        _("Credit note {0} of {1} was made for invoice {2}.").format(
            frappe.utils.get_link_to_form("Sales Invoice", note.name),
            frappe.format(abs(note.grand_total), {"fieldtype": "Currency", "options": "currency"}, note),
            invoice,
        ),
        alert=True,
    )
    return note.name


def _record(contract: Document, note: str, parts: Sequence[tuple[Billed, Decimal]]) -> None:
    for billed, amount in parts:
        before = frappe.db.count(
            "Billed Period",
            {"contract_line": billed.contract_line, "period_start": billed.span.start, "what": "Credit"},
        )
        frappe.get_doc(
            {
                "doctype": "Billed Period",
                "service_contract": contract.name,
                "contract_line": billed.contract_line,
                "line_number": next(
                    row.line_number for row in contract.lines if row.name == billed.contract_line
                ),
                "period_start": billed.span.start,
                "period_end": billed.span.end,
                "what": "Credit",
                "amount": -float(amount),
                "currency": contract.currency,
                "sales_invoice": note,
                "billing_key": f"{billed.key}|Credit|{before + 1}",
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
