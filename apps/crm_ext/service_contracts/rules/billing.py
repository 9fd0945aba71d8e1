"""What of a contract is to be billed by a day, and on which day the next thing falls due.

Three things are billed of a line: its fee for each period, what meters counted beyond the units included in a period, and
visits or hours drawn beyond its entitlement. What was billed is known by spans of days, not by numbers of periods: a
period that was cut when it was billed, because the line was to end, is completed when the line goes on after all. What is
paid once is paid for the whole life of its line, however long that becomes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from crm_ext.service_contracts.rules.pricing import PricedLine, line_periods
from crm_ext.shared.periods import LAST_DAY, Period, clipped, period_of

What = Literal["Period", "Usage", "Overage"]
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BilledLine:
    """A line and what was billed of it.

    has_fee: it has a price for each period; counts_usage: meters are read for it; counts_overage: visits and hours
    beyond the entitlement have a price. fees, usage: spans billed already, in any order. beyond: (day, quantity) drawn
    beyond the entitlement. overage: (first day of the period, quantity, number of the charge) billed of that already.
    """

    priced: PricedLine
    in_advance: bool = True
    has_fee: bool = True
    counts_usage: bool = False
    counts_overage: bool = False
    fees: Sequence[Period] = ()
    usage: Sequence[Period] = ()
    beyond: Sequence[tuple[date, Decimal]] = ()
    overage: Sequence[tuple[date, Decimal, int]] = ()


@dataclass(frozen=True)
class Charge:
    """One thing to bill. span: the days billed; whole: the period they are a part of; due_on: from this day on.

    number tells charges of the same kind and first day apart (overage that came in late); quantity is that of overage.
    """

    contract_line: str
    line_number: int
    what: What
    span: Period
    whole: Period
    due_on: date
    number: int = 0
    quantity: Decimal = field(default_factory=Decimal)

    @property
    def key(self) -> str:
        """What can be billed once only."""
        text = f"{self.contract_line}|{self.what}|{self.span.start.isoformat()}"
        return f"{text}|{self.number}" if self.number else text


def number_in(key: str) -> int:
    """The number of the charge that has this key."""
    _line, _what, _first_day, *number = key.split("|")
    return int(number[0]) if number else 0


def charges(line: BilledLine, until: date) -> list[Charge]:
    """Everything of the line that is not billed yet and due on or before `until`, the earliest first."""
    found = [
        *_until(_fees(line, until), until),
        *_until(_usage(line, until), until),
        *(charge for charge in _overage(line) if charge.due_on <= until),
    ]
    return sorted(found, key=lambda charge: (charge.due_on, charge.span.start, charge.what))


def next_due(line: BilledLine, checked: date) -> date | None:
    """The day on which the line is to be looked at again; None where nothing more will be billed of it.

    A line with a price for overage is looked at after each of its periods that ends on `checked` or later, because
    nothing tells in advance what will be drawn.
    """
    days = [
        next((charge.due_on for charge in _fees(line, LAST_DAY)), None),
        next((charge.due_on for charge in _usage(line, LAST_DAY)), None),
        min((charge.due_on for charge in _overage(line)), default=None),
        _next_look_at_overage(line, checked),
    ]
    return min((day for day in days if day), default=None)


def _until(found: Iterator[Charge], until: date) -> Iterator[Charge]:
    for charge in found:
        if charge.due_on > until:
            return
        yield charge


def _fees(line: BilledLine, until: date) -> Iterator[Charge]:
    is_paid = bool(line.fees) and line.priced.recurrence.unit == "Once"
    if line.has_fee and not is_paid:
        yield from _unbilled(line, "Period", line.fees, until, line.in_advance)


def _usage(line: BilledLine, until: date) -> Iterator[Charge]:
    """What meters counted is known when the period is over."""
    if line.counts_usage:
        yield from _unbilled(line, "Usage", line.usage, until, in_advance=False)


def _unbilled(
    line: BilledLine, what: What, billed: Sequence[Period], until: date, in_advance: bool
) -> Iterator[Charge]:
    priced = line.priced
    spans = sorted(billed, key=lambda span: span.start)
    for whole in line_periods(priced, until, since=_first_unbilled_day(priced.start, spans)):
        life = clipped(whole, priced.start, priced.end)
        if life is None:
            continue
        for span in _without(life, spans):
            if _waits_for_the_end_of_a_suspension(priced, span):
                return
            due_on = span.start if in_advance or life.end == LAST_DAY else life.end + _ONE_DAY
            yield Charge(priced.name, priced.line_number, what, span, whole, due_on)


def _first_unbilled_day(start: date, spans: Sequence[Period]) -> date:
    day = start
    for span in spans:
        if span.start > day:
            break
        if span.end == LAST_DAY:
            return LAST_DAY
        day = max(day, span.end + _ONE_DAY)
    return day


def _without(life: Period, spans: Sequence[Period]) -> Iterator[Period]:
    """The parts of a span of days that none of the other spans, sorted, has any day of."""
    start = life.start
    for span in spans:
        if span.end < start or span.start > life.end:
            continue
        if span.start > start:
            yield Period(start, span.start - _ONE_DAY)
        if span.end >= life.end:
            return
        start = span.end + _ONE_DAY
    yield Period(start, life.end)


def _waits_for_the_end_of_a_suspension(priced: PricedLine, span: Period) -> bool:
    """Nobody knows yet how much of it will be served."""
    return any(off.end == LAST_DAY and off.start <= span.start for off in priced.days_off)


def _overage(line: BilledLine) -> list[Charge]:
    if not line.counts_overage:
        return []
    drawn: dict[Period, Decimal] = defaultdict(Decimal)
    wholes: dict[Period, Period] = {}
    for day, quantity in line.beyond:
        whole, life = _overage_period(line.priced, day)
        drawn[life] += quantity
        wholes[life] = whole
    found = []
    for life, quantity in drawn.items():
        billed = {number: amount for start, amount, number in line.overage if start == life.start}
        left = quantity - sum(billed.values(), Decimal(0))
        if left > 0:
            due_on, priced = overage_due_on(life), line.priced
            # Not how many there are: an invoice among them may have been cancelled.
            number = max(billed, default=-1) + 1
            found.append(
                Charge(priced.name, priced.line_number, "Overage", life, wholes[life], due_on, number, left)
            )
    return found


def overage_due_on(life: Period) -> date:
    """When that of a period, cut to the days of its line, is billed: after its last day, or at once where it has none."""
    return life.end + _ONE_DAY if life.end < LAST_DAY else life.start


def _overage_period(priced: PricedLine, day: date) -> tuple[Period, Period]:
    whole = (
        Period(priced.start, priced.end or LAST_DAY)
        if priced.recurrence.unit == "Once"
        else period_of(priced.recurrence, priced.periods_from, day)
    )
    return whole, clipped(whole, priced.start, priced.end) or Period(day, day)


def _next_look_at_overage(line: BilledLine, checked: date) -> date | None:
    if not line.counts_overage:
        return None
    day = max(checked, line.priced.start)
    if line.priced.end and day > line.priced.end:
        return None
    _, life = _overage_period(line.priced, day)
    return life.end + _ONE_DAY if life.end < LAST_DAY else None
