"""Who pays for a line of a service order: the first row of a decision table that applies.

| the line is paid by | where |
|---|---|
| the supplier | a repair, the supplier's warranty runs, and the fault came from the product or the supplier |
| our warranty | a repair, our warranty runs, and the fault came neither from use nor wear nor transport |
| the contract | its line includes a share of parts, or has visits and hours left; the rest goes on down the table |
| ourselves | a repair of what we delivered, and our installation was the fault |
| the customer | everything else |

Warranties come before the contract, so that a guarantee never uses up what the customer has bought.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Payer = Literal["Customer", "Contract", "Warranty", "Supplier", "Ourselves"]

_SUPPLIERS_FAULTS = ("Product", "Supplier")
_NOT_UNDER_WARRANTY = ("Use", "Wear", "Transport")
_WHOLE = Decimal(100)


@dataclass(frozen=True)
class Coverage:
    """What a contract line gives this job. parts_percent: 0 to 100. visits_left, hours_left: None where not counted.

    overage_is_billed: what goes beyond is billed with the contract and therefore not by the order.
    """

    contract: str
    line_number: int
    parts_percent: Decimal
    visits_left: int | None
    hours_left: Decimal | None
    overage_is_billed: bool = False


@dataclass(frozen=True)
class Job:
    """What decides about every line of an order.

    reported_on: the day on which the fault was reported, which warranties are held against. cause_origin: where the
    cause came from ("Product", "Supplier", "Installation", "Use", "Wear", "Transport", "Other"), None while unknown.
    """

    is_repair: bool
    reported_on: date
    cause: str | None = None
    cause_origin: str | None = None
    warranty_until: date | None = None
    supplier: str | None = None
    supplier_warranty_until: date | None = None
    delivered_by_us: bool = False
    coverage: Coverage | None = None


@dataclass(frozen=True)
class Reason:
    """Why, as a code and the values that its sentence names."""

    code: str
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Share:
    """What one payer carries of a line: percent of a part, or hours of a time."""

    payer: Payer
    quantity: Decimal
    reason: Reason


def payers_of_part(job: Job) -> list[Share]:
    """One share, or the contract's and the rest; their percents add up to 100."""
    whole = _before_contract(job)
    if whole:
        return [_all_by(whole, _WHOLE)]
    percent = min(max(job.coverage.parts_percent, Decimal(0)), _WHOLE) if job.coverage else Decimal(0)
    why = _reason("contract_parts", job.coverage, percent=percent)
    return _contract_and_rest(job, percent, _WHOLE, why, _reason("parts_not_included", job.coverage))


def payers_of_times(job: Job, hours: Sequence[Decimal], by_hand: Decimal = Decimal(0)) -> list[list[Share]]:
    """Shares of each time of the order in turn: a contract's hours are used up by the first ones first.

    by_hand: hours that somebody gave the contract to pay; they use up its hours before all others.
    """
    job = _with_hours_used(job, by_hand)
    found = []
    for each in hours:
        shares = _payers_of_time(job, each)
        used = sum((share.quantity for share in shares if share.payer == "Contract"), Decimal(0))
        job = _with_hours_used(job, used)
        found.append(shares)
    return found


def _payers_of_time(job: Job, hours: Decimal) -> list[Share]:
    whole = _before_contract(job)
    if whole:
        return [_all_by(whole, hours)]
    coverage = job.coverage
    if coverage is None:
        return [_all_by(_after_contract(job), hours)]
    covered = _covered_hours(coverage, hours)
    code = "visits_used_up" if coverage.visits_left == 0 else "hours_used_up"
    return _contract_and_rest(job, covered, hours, _time_reason(coverage, hours), _reason(code, coverage))


def _covered_hours(coverage: Coverage, hours: Decimal) -> Decimal:
    if coverage.overage_is_billed:
        return hours
    if coverage.visits_left == 0:
        return Decimal(0)
    return hours if coverage.hours_left is None else min(max(coverage.hours_left, Decimal(0)), hours)


def _time_reason(coverage: Coverage, hours: Decimal) -> Reason:
    if coverage.visits_left == 0 or (coverage.hours_left is not None and coverage.hours_left < hours):
        if coverage.overage_is_billed:
            return _reason("contract_overage", coverage)
    if coverage.hours_left is not None:
        return _reason("contract_hours", coverage, left=coverage.hours_left)
    if coverage.visits_left is not None:
        return _reason("contract_visits", coverage, left=coverage.visits_left)
    return _reason("contract_work", coverage)


def _with_hours_used(job: Job, used: Decimal) -> Job:
    if not used or job.coverage is None or job.coverage.hours_left is None:
        return job
    left = max(job.coverage.hours_left - used, Decimal(0))
    return replace(job, coverage=replace(job.coverage, hours_left=left))


def _contract_and_rest(
    job: Job, covered: Decimal, whole: Decimal, why: Reason, why_not: Reason
) -> list[Share]:
    """The contract's share and that of whoever comes after it in the table."""
    if not job.coverage:
        return [_all_by(_after_contract(job), whole)]
    if covered >= whole:
        return [Share("Contract", whole, why)]
    payer, reason = _after_contract(job)
    if payer == "Customer":
        reason = _reason("rest_of_contract", job.coverage) if covered else why_not
    rest = Share(payer, whole - covered, reason)
    return [Share("Contract", covered, why), rest] if covered else [rest]


def _all_by(decided: tuple[Payer, Reason], quantity: Decimal) -> Share:
    payer, reason = decided
    return Share(payer, quantity, reason)


# The table


def _supplier_guarantees(job: Job) -> bool:
    return bool(
        job.is_repair
        and job.supplier
        and job.supplier_warranty_until
        and job.supplier_warranty_until >= job.reported_on
        and job.cause_origin in _SUPPLIERS_FAULTS
    )


def _we_guarantee(job: Job) -> bool:
    return bool(
        job.is_repair
        and job.warranty_until
        and job.warranty_until >= job.reported_on
        and job.cause_origin not in _NOT_UNDER_WARRANTY
    )


def _our_installation_failed(job: Job) -> bool:
    return job.is_repair and job.delivered_by_us and job.cause_origin == "Installation"


_Row = tuple[Callable[[Job], bool], Payer, Callable[[Job], Reason]]

BEFORE_CONTRACT: tuple[_Row, ...] = (
    (
        _supplier_guarantees,
        "Supplier",
        lambda job: Reason(
            "supplier_warranty", (("supplier", job.supplier), ("until", job.supplier_warranty_until))
        ),
    ),
    (_we_guarantee, "Warranty", lambda job: Reason("warranty", (("until", job.warranty_until),))),
)
AFTER_CONTRACT: tuple[_Row, ...] = (
    (_our_installation_failed, "Ourselves", lambda job: Reason("our_installation")),
    (lambda _job: True, "Customer", lambda job: _why_customer(job)),
)


def _before_contract(job: Job) -> tuple[Payer, Reason] | None:
    return next(((payer, reason(job)) for applies, payer, reason in BEFORE_CONTRACT if applies(job)), None)


def _after_contract(job: Job) -> tuple[Payer, Reason]:
    return next((payer, reason(job)) for applies, payer, reason in AFTER_CONTRACT if applies(job))


def _why_customer(job: Job) -> Reason:
    """The warranty that might have paid, and why it does not."""
    if job.is_repair and job.warranty_until:
        if job.warranty_until < job.reported_on:
            return Reason("warranty_over", (("until", job.warranty_until),))
        return Reason("not_under_warranty", (("cause", job.cause),))
    return Reason("nothing_covers")


def _reason(code: str, coverage: Coverage | None, **values: Any) -> Reason:
    if coverage is None:
        return Reason(code)
    named = {"contract": coverage.contract, "line": coverage.line_number, **values}
    return Reason(code, tuple(named.items()))
