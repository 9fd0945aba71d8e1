"""Credit notes for what was billed of days on which there is no service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from crm_ext import erpnext_port
from crm_ext.crm_ext_core.queries.settlements import settled_by
from crm_ext.service_contracts.flow.contracts import credit_notes
from crm_ext.service_contracts.flow.contracts.credit_notes import Part
from crm_ext.service_contracts.flow.contracts.reading import priced_lines
from crm_ext.service_contracts.flow.contracts.sentences import throw
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules.credits import Billed, Credit, credit_due, notes_too_many
from crm_ext.service_contracts.rules.pricing import PricedLine
from crm_ext.shared.money import to_decimal
from crm_ext.shared.periods import Period
from crm_ext.shared.results import refuse

Lines = Mapping[str, PricedLine]


def settle(contract: Document, why: str) -> list[dict]:
    """Credit notes follow the days of service: what was paid beyond them is credited, by one note for each invoice; notes
    over days that are served after all are cancelled first, or deleted where they are drafts.

    Reckoned from what the rows and suspensions say now, and from what was billed and credited until now: doing it again
    changes nothing. Returns what was done as changes of a version. The caller holds the contract's lock. Invoices that are
    drafts stand in the way and are named.
    """
    lines = priced_lines(contract)
    digits = frappe.get_precision("Sales Invoice Item", "amount", currency=contract.currency) or 2
    billed = _billed(contract, lines)
    notes = {note for one in billed for note in notes_too_many(one, lines[one.contract_line], digits)}
    touched = [one for one in billed if any(credit.note in notes for credit in one.credits)]
    if notes:
        _take_back(notes)
        billed = _billed(contract, lines)
    due = _due(billed, lines, digits)
    made = [_credit_note(contract, invoice, parts, lines, why) for invoice, parts in due.items()]
    touched += [one for parts in due.values() for one, _amount in parts]
    _follow_deferral(touched, lines)
    done = (("credit_cancelled", sorted(notes)), ("credited", made))
    return [{"what": what, "invoices": invoices} for what, invoices in done if invoices]


def _billed(contract: Document, lines: Lines) -> list[Billed]:
    credits = queries.credits(contract.name)
    return [
        Billed(
            key=row.billing_key,
            contract_line=row.contract_line,
            span=Period(row.period_start, row.period_end),
            amount=to_decimal(row.amount),
            invoice=row.sales_invoice,
            invoice_row=row.sales_invoice_item,
            is_draft=row.invoice_status == 0,
            credits=tuple(
                Credit(credit.note, to_decimal(credit.amount), credit.number)
                for credit in credits.get((row.contract_line, row.period_start), ())
            ),
            days_off_known=tuple(
                Period(getdate(off.from_date), getdate(off.to_date))
                for off in contract.suspensions
                if off.resumed_at and get_datetime(off.resumed_at) <= row.billed_at
            ),
        )
        for row in queries.billed_periods(contract.name)
        if row.contract_line in lines
    ]


def _take_back(notes: Collection[str]) -> None:
    """The periods that the notes credited go back with them, as those of every invoice."""
    for name in sorted(notes, reverse=True):
        note = frappe.get_doc("Sales Invoice", name)
        # Whoever may change the contract takes back its credit notes, with or without a right to invoices.
        note.flags.ignore_permissions = True
        if note.docstatus == 1:
            if payments := settled_by("Sales Invoice", name):
                throw(refuse("credit_paid_out", note=name, payments=_(", ").join(payments)))
            note.cancel()
        else:
            note.delete(ignore_permissions=True)  # A draft that was never posted; see above.


def _due(billed: Sequence[Billed], lines: Lines, digits: int) -> dict[str, list[tuple[Billed, Decimal]]]:
    """What is to be credited of each invoice."""
    due: dict[str, list[tuple[Billed, Decimal]]] = defaultdict(list)
    for one in billed:
        amount = credit_due(one, lines[one.contract_line], digits)
        if amount and one.is_draft:
            throw(refuse("draft_invoice", invoice=one.invoice))
        if amount:
            due[one.invoice].append((one, amount))
    return due


def _credit_note(
    contract: Document, invoice: str, due: Sequence[tuple[Billed, Decimal]], lines: Lines, why: str
) -> str:
    credited = queries.rows_with_returns([billed.invoice_row for billed, _amount in due])
    parts = [Part(billed.invoice_row, amount, billed.invoice_row in credited) for billed, amount in due]
    note = credit_notes.write(
        contract, invoice, parts, why, lambda note: _record(contract, note.name, due, lines)
    )
    return note.name


def _follow_deferral(touched: Sequence[Billed], lines: Lines) -> None:
    """Revenue is deferred no longer than there is service, and as long again where that goes on after all."""
    deferred = queries.deferred_rows({billed.invoice for billed in touched})
    for billed in touched:
        if billed.invoice_row in deferred:
            end = lines[billed.contract_line].end
            ends_early = end is not None and end < billed.span.end
            erpnext_port.stop_deferral(billed.invoice_row, end if ends_early else None)


def _record(contract: Document, note: str, due: Sequence[tuple[Billed, Decimal]], lines: Lines) -> None:
    for billed, amount in due:
        credit_notes.record(
            contract,
            note,
            what="Credit",
            key=f"{billed.key}|Credit|{billed.next_number}",
            contract_line=billed.contract_line,
            line_number=lines[billed.contract_line].line_number,
            span=billed.span,
            amount=amount,
        )
