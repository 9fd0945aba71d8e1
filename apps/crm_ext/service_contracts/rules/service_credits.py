"""What a customer gets back for a complaint that was answered or solved later than a line of the contract promised.

A service credit is the field's word for it (ITIL: a refund against the charge of the period, agreed in the service level
agreement, with a cap). Every miss of a closed complaint is credited once, in the order in which the times went by, out
of what was paid for the line's period in which the complaint was opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from crm_ext.field_service.rules.service_levels import RESOLUTION, RESPONSE, Clock, Promise, missed
from crm_ext.service_contracts.rules.pricing import PricedLine, line_periods
from crm_ext.shared.money import rounded
from crm_ext.shared.periods import Period
from crm_ext.shared.results import Refusal, refuse

PERCENTAGE, FIXED = "Percentage of the Price", "Fixed Amount"
WHAT = "Service Credit"
# Refusals of what may be given all the same, later.
PASSING = ("credit_complaint_open", "credit_not_billed", "credit_invoice_draft")
# In percent.
WHOLE_PRICE = Decimal(100)


@dataclass(frozen=True)
class Terms:
    """What a row promises (agreement or hours) and gives back. kind: PERCENTAGE or FIXED.

    response, resolution: for each miss, percent of what was billed for the period or an amount in contract currency; cap:
    percent of what was billed, for all misses of a period together.
    """

    kind: str
    response: Decimal
    resolution: Decimal
    cap: Decimal = WHOLE_PRICE
    agreement: str | None = None
    response_hours: Decimal = Decimal(0)
    resolution_hours: Decimal = Decimal(0)

    def of(self, promise: Promise) -> Decimal:
        return self.response if promise == RESPONSE else self.resolution

    def promises(self, promise: Promise) -> bool:
        hours = self.response_hours if promise == RESPONSE else self.resolution_hours
        return bool(self.agreement or hours)


@dataclass(frozen=True)
class Complaint:
    """A complaint under a row of the contract with its clock. agreement: the one that ERPNext applied to it."""

    issue: str
    opened_on: date
    is_closed: bool
    is_waived: bool
    clock: Clock
    response_by: datetime | None
    resolution_by: datetime | None
    agreement: str | None = None


@dataclass(frozen=True)
class Miss:
    """A promised time that went by. came: when the answer or the solution came; None where it still has not."""

    issue: str
    promise: Promise
    due_by: datetime
    came: datetime | None

    @property
    def key(self) -> str:
        """What can be credited once only."""
        return f"{self.issue}|{self.promise}|{WHAT}"


@dataclass(frozen=True)
class Paid:
    """What was billed of a line for one of its periods (fee and usage), less credits for days without service.

    invoice, invoice_row: where it was billed, None where the period was free; draft: an invoice of it that is not submitted yet.
    """

    amount: Decimal
    invoice: str | None
    invoice_row: str | None
    draft: str | None = None


@dataclass(frozen=True)
class Claim:
    """A miss with the line it falls under. period: the whole one in which the complaint was opened.

    obstacle: why nothing is given back whatever the amount (period None: the line did not hold on that day); paid None:
    the period is not billed.
    """

    miss: Miss
    contract_line: str
    line_number: int
    terms: Terms
    period: Period | None
    paid: Paid | None = None
    obstacle: Refusal | None = None


def fault(terms: Terms, line: int) -> Refusal | None:
    """What is wrong with the credits of a line, or None.

    Refusals: 'credit_out_of_range', 'credit_without_amount', 'credit_without_promise' (line).
    """
    most = WHOLE_PRICE if terms.kind == PERCENTAGE else Decimal("Infinity")
    given = (terms.response, terms.resolution)
    if not all(0 <= amount <= most for amount in given) or not 0 <= terms.cap <= WHOLE_PRICE:
        return refuse("credit_out_of_range", line=line)
    if not any(given):
        return refuse("credit_without_amount", line=line)
    if any(terms.of(promise) and not terms.promises(promise) for promise in (RESPONSE, RESOLUTION)):
        return refuse("credit_without_promise", line=line)
    return None


def version_on(lines: Iterable[PricedLine], day: date) -> PricedLine | None:
    """That of the versions of a line which holds on a day."""
    return next((line for line in lines if line.start <= day and (line.end is None or day <= line.end)), None)


def period_of_line(line: PricedLine, day: date) -> Period:
    """The whole period of a line in which a day lies that the line holds on."""
    return next(iter(line_periods(line, day, since=day)))


def misses(complaint: Complaint, terms: Terms, now: datetime) -> list[Miss]:
    """The times that the row promised, has a credit for, and that went by; until `now` where the complaint is open.

    A complaint that was closed without its clock tells no times.
    """
    until = complaint.clock.resolved_on or datetime.min if complaint.is_closed else now
    by_agreement = bool(terms.agreement) and terms.agreement == complaint.agreement
    promised = {
        "response_by": complaint.response_by if by_agreement or terms.response_hours else None,
        "resolution_by": complaint.resolution_by if by_agreement or terms.resolution_hours else None,
    }
    answered = complaint.clock.first_responded_on or complaint.clock.resolved_on
    times = {
        RESPONSE: (promised["response_by"], answered),
        RESOLUTION: (promised["resolution_by"], complaint.clock.resolved_on),
    }
    return [
        Miss(complaint.issue, promise, *times[promise])
        for promise in missed(complaint.clock, now=until, **promised)
        if terms.of(promise) > 0
    ]


def obstacle(complaint: Complaint, miss: Miss, line: PricedLine | None) -> Refusal | None:
    """Why a miss gives nothing, or not yet. line: the version that held when the complaint was opened.

    Refusals: 'credit_waived', 'credit_line_over' (day), 'credit_suspended' (day), 'credit_complaint_open'.
    """
    if complaint.is_waived:
        return refuse("credit_waived")
    if line is None:
        return refuse("credit_line_over", day=complaint.opened_on)
    for day in (complaint.opened_on, miss.due_by.date()):
        if any(day in off for off in line.days_off):
            return refuse("credit_suspended", day=day)
    return None if complaint.is_closed else refuse("credit_complaint_open")


def amounts(
    claims: Sequence[Claim], given: Mapping[tuple[int, date], Decimal], precision: int
) -> list[Decimal | Refusal]:
    """What each claim gives back, in the order of the claims; the caller puts them in the order of their due times.

    given: what was given back before of (line number, first day of the period). Amounts are rounded half up to
    `precision` digits. Refusals: those of `obstacle`, 'credit_not_billed' (start, end), 'credit_invoice_draft' (invoice),
    'credit_without_price' (start, end), 'credit_capped' (cap).
    """
    spent = dict(given)
    found: list[Decimal | Refusal] = []
    for claim in claims:
        amount = _amount(claim, spent, precision)
        found.append(amount)
        if not isinstance(amount, Refusal):
            key = (claim.line_number, claim.period.start)
            spent[key] = spent.get(key, Decimal(0)) + amount
    return found


def _amount(claim: Claim, spent: Mapping[tuple[int, date], Decimal], precision: int) -> Decimal | Refusal:
    paid, period = claim.paid, claim.period
    if claim.obstacle is not None:
        return claim.obstacle
    if paid is None:
        return refuse("credit_not_billed", start=period.start, end=period.end)
    if paid.draft:
        return refuse("credit_invoice_draft", invoice=paid.draft)
    if paid.amount <= 0:
        return refuse("credit_without_price", start=period.start, end=period.end)
    agreed = claim.terms.of(claim.miss.promise)
    whole = agreed if claim.terms.kind == FIXED else paid.amount * agreed / WHOLE_PRICE
    most = rounded(paid.amount * claim.terms.cap / WHOLE_PRICE, precision)
    left = most - spent.get((claim.line_number, period.start), Decimal(0))
    amount = min(rounded(whole, precision), left)
    return amount if amount > 0 else refuse("credit_capped", cap=claim.terms.cap)
