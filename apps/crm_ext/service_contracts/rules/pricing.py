"""What a line of a contract costs for one period: index clause, discount, part of a period, free periods.

The index clause follows the U.S. Bureau of Labor Statistics' guide to escalation contracts ("How to Use the Consumer
Price Index for Escalation"): a base price of a stated day, adjusted at stated intervals by the percentage change of the
index between the days of adjustment, each change bounded by a floor and a cap. A fixed percentage is an index that
changes by the same percentage every time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crm_ext.shared.money import rounded, to_decimal
from crm_ext.shared.periods import LAST_DAY, Period, Recurrence, add, clipped, days_in, number_of, periods
from crm_ext.shared.results import Refusal, refuse

_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class IndexClause:
    """percentage: per step, e.g. Decimal(3), of the method 'Fixed Percentage'; all else belongs to the method 'Table'.

    minimum, maximum: bounds of a step in percent; maximum None: no cap. values: (valid from, index), ascending.
    """

    name: str
    method: str
    months_between: int = 12
    percentage: Decimal = Decimal(0)
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    values: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True)
class PricedLine:
    """A row of a contract as its price is reckoned.

    start, end: the days of this row inside its contract (end None: open). periods_from: the anchor that periods are
    counted from, at or before `start`. rate: per unit and period in contract currency, as it was on `price_since`;
    None where a price list says it. days_off: spans on which the contract is suspended; an open one ends on the last day there is.
    """

    name: str
    line_number: int
    start: date
    end: date | None
    periods_from: date
    price_since: date
    recurrence: Recurrence
    qty: Decimal
    rate: Decimal | None
    discount_percentage: Decimal = Decimal(0)
    pro_rata: bool = True
    free_periods: int = 0
    index: IndexClause | None = None
    days_off: tuple[Period, ...] = ()


@dataclass(frozen=True)
class PeriodPrice:
    """Price of one period. rate: per unit after index, discount and part of the period; amount = qty x rate, rounded.

    period: the whole one; span: the part of it that the row lives, first to last day; days: charged days in it, those
    without service left out; whole_days: days of the whole period. is_free: a first period without charge.
    """

    period: Period
    span: Period
    rate: Decimal
    amount: Decimal
    factor: Decimal
    days: int
    whole_days: int
    is_free: bool = False

    @property
    def is_part(self) -> bool:
        return self.days < self.whole_days


def line_periods(line: PricedLine, until: date, since: date | None = None) -> Iterable[Period]:
    """Whole periods of the row that begin on or before `until` and are not over before `since`, ascending."""
    last = min(line.end, until) if line.end else until
    if line.recurrence.unit == "Once":
        return periods(line.recurrence, line.start, line.end) if line.start <= until else ()
    first = max(line.start, since) if since else line.start
    return periods(line.recurrence, line.periods_from, last, since=first)


def price(
    line: PricedLine, period: Period, *, precision: int, list_rate: Decimal | None = None
) -> PeriodPrice | Refusal:
    """The price of a row for one of its `line_periods`; amounts are rounded half up to `precision` digits.

    list_rate: what the price list says, for rows without a rate of their own. Refusals: 'price_missing' (line),
    'outside_of_line' (line, start, end), and those of `index_factor`. A price of zero is refused as missing unless a
    discount of 100 % or a free period says so.
    """
    span = clipped(period, line.start, line.end)
    if span is None:
        return refuse("outside_of_line", line=line.line_number, start=period.start, end=period.end)
    is_free = _number_in_row(line, period) < line.free_periods
    base = line.rate if line.rate is not None else list_rate
    if not base and not is_free and line.discount_percentage < _HUNDRED:
        return refuse("price_missing", line=line.line_number, start=period.start, end=period.end)
    factor = Decimal(1) if is_free else index_factor(line, max(period.start, line.price_since))
    if isinstance(factor, Refusal):
        return factor
    whole_days = days_in(_whole(line, period))
    days = days_of_service(span, line.days_off)
    share = _share(line, days, whole_days)
    full_rate = rounded((base or Decimal(0)) * factor, precision) * (1 - line.discount_percentage / _HUNDRED)
    rate = Decimal(0) if is_free else rounded(full_rate * share, precision)
    return PeriodPrice(
        period=period,
        span=span,
        rate=rate,
        amount=rounded(rate * line.qty, precision),
        factor=factor,
        days=days,
        whole_days=whole_days,
        is_free=is_free,
    )


def index_factor(line: PricedLine, day: date) -> Decimal | Refusal:
    """What the rate is multiplied by on a day: the product of all steps since `price_since`, each within its bounds.

    Refusals: 'index_value_missing' (clause, day) where a step finds no value of the table that is young enough.
    """
    clause = line.index
    if clause is None:
        return Decimal(1)
    steps = Recurrence("Month", max(clause.months_between, 1), line.recurrence.calendar)
    count = max(number_of(steps, line.price_since, day), 0)
    if clause.method == "Fixed Percentage":
        return (1 + clause.percentage / _HUNDRED) ** count
    factor = Decimal(1)
    before = None
    for number in range(count + 1 if count else 0):
        value = index_value(clause, add(steps, line.price_since, number), steps)
        if isinstance(value, Refusal):
            return value
        if before is not None:
            factor *= 1 + _bounded(clause, (value / before - 1) * _HUNDRED) / _HUNDRED
        before = value
    return factor


def index_value(clause: IndexClause, day: date, steps: Recurrence) -> Decimal | Refusal:
    """The table's value that holds on a day: the latest one that began by then and is less than a step old."""
    place = bisect_right([valid_from for valid_from, _ in clause.values], day) - 1
    if place < 0 or add(steps, clause.values[place][0], 1) <= day:
        return refuse("index_value_missing", clause=clause.name, day=day)
    return clause.values[place][1]


def table_fault(clause: IndexClause) -> Refusal | None:
    """What is wrong with an index clause, or None.

    Refusals: 'index_step_missing', 'index_bounds_crossed' (minimum, maximum), 'index_table_empty', 'index_not_positive'
    (day), 'index_order' (day: the row that is not later than the one before it), 'index_hole' (after, before).
    """
    if clause.months_between < 1:
        return refuse("index_step_missing")
    if clause.maximum is not None and clause.maximum < clause.minimum:
        return refuse("index_bounds_crossed", minimum=clause.minimum, maximum=clause.maximum)
    if clause.method != "Table":
        return None
    if not clause.values:
        return refuse("index_table_empty")
    for day, value in clause.values:
        if value <= 0:
            return refuse("index_not_positive", day=day)
    for (day, _), (following, _) in zip(clause.values, clause.values[1:], strict=False):
        if following <= day:
            return refuse("index_order", day=following)
        if following > _one_step_later(clause, day):
            return refuse("index_hole", after=day, before=following)
    return None


def _one_step_later(clause: IndexClause, day: date) -> date:
    """Lines of either calendar may name the clause: its table is whole where it is so by one of them."""
    return max(
        add(Recurrence("Month", clause.months_between, calendar), day, 1)
        for calendar in ("Gregorian", "Jalali")
    )


def clause_from(row: Mapping[str, Any], values: Iterable[Mapping[str, Any]]) -> IndexClause:
    """An index clause out of the fields of its document and of its table's rows, in the order of the table."""
    return IndexClause(
        name=row["name"],
        method=row["method"],
        months_between=row["months_between"] or 0,
        percentage=to_decimal(row["percentage"]),
        minimum=to_decimal(row["minimum_percentage"]),
        maximum=to_decimal(row["maximum_percentage"]) if row["has_maximum"] else None,
        values=tuple((value["valid_from"], to_decimal(value["value"])) for value in values)
        if row["method"] == "Table"
        else (),
    )


def line_from(
    row: Mapping[str, Any],
    contract: Mapping[str, Any],
    *,
    index: IndexClause | None = None,
    days_off: Sequence[Period] = (),
) -> PricedLine:
    """A row of the contract's table, with dates as dates, as its price is reckoned.

    contract: start_date, end_date, terminated_on, calendar. The row's own days are cut to those of the contract.
    """
    start = max(row["start_date"] or contract["start_date"], contract["start_date"])
    ends = [row["end_date"], contract["end_date"], contract["terminated_on"]]
    return PricedLine(
        name=row["name"],
        line_number=row["line_number"] or 0,
        start=start,
        end=min((end for end in ends if end), default=None),
        periods_from=min(row["periods_from"] or start, start),
        price_since=row["price_since"] or start,
        recurrence=recurrence_from(row, contract),
        qty=to_decimal(row["qty"]),
        rate=to_decimal(row["rate"]) if row["price_source"] != "Price List" else None,
        discount_percentage=to_decimal(row["discount_percentage"]),
        pro_rata=bool(row["pro_rata"]),
        free_periods=row["free_periods"] or 0,
        index=index,
        days_off=tuple(days_off),
    )


def recurrence_from(row: Mapping[str, Any], contract: Mapping[str, Any]) -> Recurrence:
    return Recurrence(
        row["interval_unit"] or "Month",
        max(row["interval_count"] or 1, 1),
        row["calendar"] or contract["calendar"] or "Gregorian",
    )


def days_of_service(span: Period, days_off: Iterable[Period]) -> int:
    """Days of a span on which the contract is not suspended; spans of days off may overlap.

    A suspension without an end does not count yet: nobody knows how much of the span it takes. When it ends, what was
    paid for it is credited.
    """
    days, counted_to = days_in(span), span.start - timedelta(days=1)
    ended = [off for off in days_off if off.end < LAST_DAY]
    for off in sorted(ended, key=lambda one: one.start):
        part = clipped(off, max(span.start, counted_to + timedelta(days=1)), span.end)
        if part:
            days -= days_in(part)
            counted_to = part.end
    return days


def _whole(line: PricedLine, period: Period) -> Period:
    """What happens once is whole over the days of its row."""
    if line.recurrence.unit == "Once":
        return clipped(period, line.start, line.end) or period
    return period


def _number_in_row(line: PricedLine, period: Period) -> int:
    first = number_of(line.recurrence, line.periods_from, line.start)
    return number_of(line.recurrence, line.periods_from, period.start) - first


def _share(line: PricedLine, days: int, whole_days: int) -> Decimal:
    if days <= 0:
        return Decimal(0)
    return Decimal(days) / Decimal(whole_days) if line.pro_rata else Decimal(1)


def _bounded(clause: IndexClause, percent: Decimal) -> Decimal:
    at_least = max(percent, clause.minimum)
    return at_least if clause.maximum is None else min(at_least, clause.maximum)
