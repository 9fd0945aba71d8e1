"""Credit notes for what was billed of days on which there is no service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from crm_ext import erpnext_port
from crm_ext.service_contracts.flow.contracts import credit_notes
from crm_ext.service_contracts.flow.contracts.credit_notes import Part
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


def take_back(invoices: Sequence[str]) -> None:
    """Cancel or delete credit notes; the periods that they credited go back with them, as those of every invoice."""
    for name in invoices:
        note = frappe.get_doc("Sales Invoice", name)
        # Whoever may change the contract takes back its credit notes, with or without a right to invoices.
        note.flags.ignore_permissions = True
        if note.docstatus == 1:
            note.cancel()
        else:
            note.delete(ignore_permissions=True)  # A draft that was never posted; see above.


def _billed(contract: Document, row: dict) -> Billed:
    return Billed(
        key=row.billing_key,
        contract_line=row.contract_line,
        span=Period(row.period_start, row.period_end),
        amount=to_decimal(row.amount),
        credited=to_decimal(row.credited),
        credits=row.credits,
        invoice=row.sales_invoice,
        invoice_row=row.sales_invoice_item,
        days_off_known=tuple(
            Period(getdate(off.from_date), getdate(off.to_date))
            for off in contract.suspensions
            if off.resumed_at and get_datetime(off.resumed_at) <= row.billed_at
        ),
    )


def _credit_note(
    contract: Document, invoice: str, due: Sequence[tuple[Billed, Decimal]], lines: dict, why: str
) -> str:
    deferred = queries.deferred_rows([invoice])
    credited = queries.rows_with_returns([billed.invoice_row for billed, _amount in due])
    parts = [Part(billed.invoice_row, amount, billed.invoice_row in credited) for billed, amount in due]
    note = credit_notes.write(
        contract, invoice, parts, why, lambda note: _record(contract, note.name, due, lines)
    )
    for billed, _amount in due:
        line = lines[billed.contract_line]
        if billed.invoice_row in deferred and line.end and line.end < billed.span.end:
            erpnext_port.stop_deferral(billed.invoice_row, line.end)
    return note.name


def _record(contract: Document, note: str, due: Sequence[tuple[Billed, Decimal]], lines: dict) -> None:
    for billed, amount in due:
        credit_notes.record(
            contract,
            note,
            what="Credit",
            key=f"{billed.key}|Credit|{billed.credits + 1}",
            contract_line=billed.contract_line,
            line_number=lines[billed.contract_line].line_number,
            span=billed.span,
            amount=amount,
        )
