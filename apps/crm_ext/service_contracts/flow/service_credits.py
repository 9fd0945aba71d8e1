"""Service credits: what customers get back for complaints that were answered or solved later than promised.

Given by return invoices against what was billed of the line's period, on the company's account for penalties. A Billed
Period of the kind Service Credit says which miss of which complaint was credited, under a key that is unique in the
database; it goes with its credit note when that is cancelled or deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_ext.crm_ext_core.flow.spelling import moment
from crm_ext.field_service.flow import complaint_policy
from crm_ext.field_service.rules.service_levels import RESPONSE, Clock
from crm_ext.service_contracts.flow.contracts import credit_notes, reading
from crm_ext.service_contracts.flow.contracts.credit_notes import Part
from crm_ext.service_contracts.flow.contracts.saving import lock_in_any_state
from crm_ext.service_contracts.flow.contracts.sentences import sentence, throw
from crm_ext.service_contracts.queries import service_credits as queries
from crm_ext.service_contracts.rules import service_credits as rules
from crm_ext.service_contracts.rules.pricing import PricedLine
from crm_ext.service_contracts.rules.service_credits import Claim, Complaint, Miss, Paid, Terms
from crm_ext.shared.money import to_decimal
from crm_ext.shared.periods import Period
from crm_ext.shared.results import Refusal, refuse

_CLOSED, _RESOLVED = "Closed", "Resolved"

Credit = tuple[Claim, Decimal]


def preview(contract: Document) -> list[dict]:
    """Every missed time of a contract's complaints, the latest first, with what it gives back; nothing is saved.

    Each: issue, subject, missed, due_by, came (None: it still has not), line_number, amount (contract currency; None where
    nothing is given), invoice (the credit note, once given), reason (why nothing is given, or why what was given is to be
    taken back; else None), state: "Given", "To Give", "Waiting", "Nothing" or "Take Back".
    """
    if not _gives_credits(contract):
        return []
    claims, given = _claims(contract, as_it_stands=False)
    waiting = [claim for claim in claims if claim.miss.key not in given]
    amounts = iter(_amounts(contract, waiting, given))
    found = [
        _given(claim, given.pop(claim.miss.key)) if claim.miss.key in given else _due(claim, next(amounts))
        for claim in claims
    ]
    found += [_no_longer_missed(row) for row in given.values()]
    names = queries.subjects({row["issue"] for row in found})
    return [{**row, "subject": names[row["issue"]]} for row in reversed(found)]


def give(name: str, posting_date: date | None = None) -> list[str]:
    """Credit notes of today or another day, one for each invoice, for all that is due of a contract and was not given
    yet; their names.

    In the caller's transaction. Asking again gives nothing more; who comes second waits for the first.
    """
    contract = lock_in_any_state(name)
    if contract.docstatus != 1:
        throw(refuse("not_in_force", status=contract.status))
    if not _gives_credits(contract):
        return []
    claims, given = _claims(contract, as_it_stands=True)
    waiting = [claim for claim in claims if claim.miss.key not in given]
    due: dict[str, list[Credit]] = defaultdict(list)
    for claim, amount in zip(waiting, _amounts(contract, waiting, given), strict=True):
        if not isinstance(amount, Refusal):
            due[claim.paid.invoice].append((claim, amount))
    return [_credit_note(contract, invoice, credits, posting_date) for invoice, credits in due.items()]


def guard_complaint(issue: str) -> None:
    """A complaint that was credited is kept as long as its credit note stands."""
    if note := queries.credit_note_of(issue):
        throw(refuse("complaint_credited", issue=issue, note=note))


def contracts_to_credit() -> list[str]:
    """Contracts with complaints that are over and missed times for which nothing was given yet."""
    return queries.contracts_with_misses(_final_statuses())


def _gives_credits(contract: Document) -> bool:
    return any(row.service_credit for row in contract.lines)


def _final_statuses() -> tuple[str, ...]:
    """Where customers are asked, a complaint is over when it is closed; else when it is resolved."""
    return (_CLOSED,) if complaint_policy.must_be_confirmed() else (_CLOSED, _RESOLVED)


def _claims(contract: Document, *, as_it_stands: bool) -> tuple[list[Claim], dict[str, dict]]:
    """Every missed time in the order of the due times, and by their keys the records of those that were given."""
    now, final = now_datetime(), _final_statuses()
    billed = queries.billed(contract.name, as_it_stands=as_it_stands)
    lines = reading.priced_lines(contract)
    rows = {row.name: row for row in contract.lines}
    found = []
    for issue in queries.late_complaints(contract.name, now):
        served = rows.get(issue.contract_line)
        if served is None:
            continue
        complaint = _complaint(issue, final)
        versions = [line for line in lines.values() if line.line_number == served.line_number]
        line = rules.version_on(versions, complaint.opened_on)
        terms = reading.credit_terms(rows[line.name] if line else served)
        misses = rules.misses(complaint, terms, now) if terms else []
        found += [_claim(complaint, miss, line, served, terms, billed) for miss in misses]
    found.sort(key=lambda claim: (claim.miss.due_by, claim.miss.key))
    return found, {row.billing_key: row for row in billed if row.what == rules.WHAT}


def _amounts(
    contract: Document, claims: Sequence[Claim], given: Mapping[str, dict]
) -> list[Decimal | Refusal]:
    before: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
    for row in given.values():
        before[row.line_number, row.period_start] -= to_decimal(row.amount)
    digits = frappe.get_precision("Sales Invoice Item", "amount", currency=contract.currency) or 2
    return rules.amounts(claims, before, digits)


def _complaint(issue: dict, final: Collection[str]) -> Complaint:
    return Complaint(
        issue=issue.name,
        opened_on=issue.opening_date,
        is_closed=issue.status in final,
        is_waived=bool((issue.no_credit_reason or "").strip()),
        clock=Clock(
            first_responded_on=issue.first_responded_on,
            waiting_since=issue.on_hold_since,
            waited=float(issue.total_hold_time or 0),
            resolved_on=issue.sla_resolution_date,
        ),
        response_by=issue.response_by,
        resolution_by=issue.sla_resolution_by,
        agreement=issue.service_level_agreement,
    )


def _claim(
    complaint: Complaint,
    miss: Miss,
    line: PricedLine | None,
    served: Document,
    terms: Terms,
    billed: Sequence[dict],
) -> Claim:
    period = rules.period_of_line(line, complaint.opened_on) if line else None
    return Claim(
        miss=miss,
        contract_line=line.name if line else served.name,
        line_number=served.line_number,
        terms=terms,
        period=period,
        paid=_paid(billed, served.line_number, period, complaint.opened_on) if period else None,
        obstacle=rules.obstacle(complaint, miss, line),
    )


def _paid(billed: Sequence[dict], line_number: int, period: Period, day: date) -> Paid | None:
    """What stands billed of a line's period, through all its versions; None where no fee and no usage of it does."""
    rows = [row for row in billed if row.line_number == line_number and row.period_start in period]
    charged = [row for row in rows if row.what in ("Period", "Usage")]
    if not charged:
        return None
    invoiced = [row for row in charged if row.sales_invoice]
    # The invoice of the day itself, where a change within the period had another one made.
    source = next((row for row in invoiced if row.period_start <= day <= row.period_end), None)
    source = source or (invoiced[-1] if invoiced else None)
    return Paid(
        amount=sum((to_decimal(row.amount) for row in rows if row.what != rules.WHAT), Decimal(0)),
        invoice=source.sales_invoice if source else None,
        invoice_row=source.sales_invoice_item if source else None,
        draft=next((row.sales_invoice for row in invoiced if row.invoice_status == 0), None),
    )


# What was given


def _credit_note(
    contract: Document, invoice: str, credits: Sequence[Credit], posting_date: date | None
) -> str:
    account = complaint_policy.account_of(contract.company, "penalty_account")
    if not account:
        throw(refuse("penalty_account_missing", company=contract.company))
    parts = [
        Part(claim.paid.invoice_row, amount, stands_alone=True, account=account, description=_words(claim))
        for claim, amount in credits
    ]
    why = _("Service credit: {0}").format(
        _(", ").join(sorted({claim.miss.issue for claim, _amount in credits}))
    )
    return credit_notes.write(
        contract, invoice, parts, why, lambda note: _record(contract, note, credits), posting_date
    ).name


def _record(contract: Document, note: Document, credits: Sequence[Credit]) -> None:
    for row, (claim, amount) in zip(note.items, credits, strict=True):
        credit_notes.record(
            contract,
            note.name,
            what=rules.WHAT,
            key=claim.miss.key,
            contract_line=claim.contract_line,
            line_number=claim.line_number,
            span=claim.period,
            amount=amount,
            sales_invoice_item=row.name,
            issue=claim.miss.issue,
            missed=claim.miss.promise,
        )


def _words(claim: Claim) -> str:
    miss = claim.miss
    said = (
        _("Service credit for complaint {0}: answered on {1} instead of {2}")
        if miss.promise == RESPONSE
        else _("Service credit for complaint {0}: solved on {1} instead of {2}")
    )
    return said.format(miss.issue, moment(miss.came), moment(miss.due_by))


# What is shown


def _due(claim: Claim, amount: Decimal | Refusal) -> dict:
    if isinstance(amount, Refusal):
        state = "Waiting" if amount.code in rules.PASSING else "Nothing"
        return {**_shown(claim), "state": state, "reason": sentence(amount)}
    return {**_shown(claim), "state": "To Give", "amount": float(amount)}


def _given(claim: Claim, row: dict) -> dict:
    shown = {**_shown(claim), "state": "Given", "amount": -row.amount, "invoice": row.sales_invoice}
    # Opened again, a complaint has missed its time all the same.
    if claim.obstacle is None or claim.obstacle.code == "credit_complaint_open":
        return shown
    return {**shown, "state": "Take Back", "reason": _take_back(sentence(claim.obstacle), row)}


def _no_longer_missed(row: dict) -> dict:
    return {
        "issue": row.issue,
        "missed": row.missed,
        "due_by": None,
        "came": None,
        "line_number": row.line_number,
        "amount": -row.amount,
        "invoice": row.sales_invoice,
        "state": "Take Back",
        "reason": _take_back(_("The complaint has not missed this time after all."), row),
    }


def _take_back(why: str, row: dict) -> str:
    return _("{0} Cancel credit note {1}.").format(why, row.sales_invoice)


def _shown(claim: Claim) -> dict:
    return {
        "issue": claim.miss.issue,
        "missed": claim.miss.promise,
        "due_by": claim.miss.due_by,
        "came": claim.miss.came,
        "line_number": claim.line_number,
        "amount": None,
        "invoice": None,
        "reason": None,
    }
