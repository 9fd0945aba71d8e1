"""Periods that come again and again, counted in either calendar, with month ends where people expect them.

Every period is counted from one first day, the anchor: what begins on the 31st begins on the last day of shorter months
and on the 31st again where there is one, instead of sliding to the 28th for ever after a February.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from persiantools.jdatetime import JalaliDate

from crm_ext.shared.calendars import Period

__all__ = [
    "LAST_DAY",
    "Period",
    "Recurrence",
    "add",
    "clipped",
    "days_in",
    "number_of",
    "period",
    "period_of",
    "periods",
]

Unit = Literal["Day", "Week", "Month", "Year", "Once"]
Calendar = Literal["Gregorian", "Jalali"]

# The last day that the database can keep: where something that happens once has no end of its own.
LAST_DAY = date(9999, 12, 31)
_MONTHS = {"Month": 1, "Year": 12}
_DAYS = {"Day": 1, "Week": 7}


@dataclass(frozen=True)
class Recurrence:
    """Every `count` units. Months and years are those of the calendar; count is at least 1 and ignored for 'Once'."""

    unit: Unit
    count: int = 1
    calendar: Calendar = "Gregorian"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("A recurrence needs a count of at least 1")


def add(recurrence: Recurrence, day: date, times: int) -> date:
    """The day `times` steps after (before, where negative) `day`; a day that its month lacks becomes the month's last.

    'Once' has no next step. Raises OverflowError beyond the years that calendars know.
    """
    if recurrence.unit == "Once":
        raise ValueError("What happens once has no next time")
    steps = recurrence.count * times
    if recurrence.unit in _DAYS:
        return day + timedelta(days=_DAYS[recurrence.unit] * steps)
    return _add_months(day, _MONTHS[recurrence.unit] * steps, recurrence.calendar)


def period(recurrence: Recurrence, anchor: date, number: int) -> Period:
    """The period with this number; number 0 begins on the anchor, the one before it is -1."""
    if recurrence.unit == "Once":
        return Period(anchor, LAST_DAY)
    return Period(add(recurrence, anchor, number), add(recurrence, anchor, number + 1) - timedelta(days=1))


def number_of(recurrence: Recurrence, anchor: date, day: date) -> int:
    """The number of the period that the day lies in; negative before the anchor."""
    if recurrence.unit == "Once":
        return 0 if day >= anchor else -1
    if recurrence.unit in _DAYS:
        return (day - anchor).days // (_DAYS[recurrence.unit] * recurrence.count)
    months = _months_between(anchor, day, recurrence.calendar)
    number = months // (_MONTHS[recurrence.unit] * recurrence.count)
    return number if add(recurrence, anchor, number) <= day else number - 1


def period_of(recurrence: Recurrence, start: date, day: date) -> Period:
    """The period, counted from `start`, that the day lies in; for a day before `start` the periods are counted back."""
    return period(recurrence, start, number_of(recurrence, start, day))


def periods(
    recurrence: Recurrence, start: date, end: date | None = None, since: date | None = None
) -> Iterator[Period]:
    """Whole periods from `start` on, without a gap, up to the one that `end` (inclusive) lies in; without end, for ever.

    The last one may reach beyond `end`: `clipped` cuts it, and comparing both tells which part of a period is meant.
    since: leave out the periods that are over before this day. 'Once' is one period, from start to end.
    """
    if recurrence.unit == "Once":
        yield Period(start, end or LAST_DAY)
        return
    number = max(number_of(recurrence, start, since), 0) if since else 0
    while True:
        found = period(recurrence, start, number)
        if end is not None and found.start > end:
            return
        yield found
        number += 1


def clipped(span: Period, start: date | None, end: date | None) -> Period | None:
    """The part of a span that lies from `start` to `end` (both inclusive, None: no limit); None where nothing is left."""
    first = max(span.start, start) if start else span.start
    last = min(span.end, end) if end else span.end
    return Period(first, last) if first <= last else None


def days_in(span: Period) -> int:
    return (span.end - span.start).days + 1


def _add_months(day: date, months: int, calendar: Calendar) -> date:
    if calendar == "Jalali":
        jalali = JalaliDate.to_jalali(day)
        year, month = _shifted(jalali.year, jalali.month, months)
        return JalaliDate(year, month, min(jalali.day, JalaliDate.days_in_month(month, year))).to_gregorian()
    year, month = _shifted(day.year, day.month, months)
    return date(year, month, min(day.day, _days_in_month(year, month)))


def _shifted(year: int, month: int, months: int) -> tuple[int, int]:
    whole = year * 12 + month - 1 + months
    return whole // 12, whole % 12 + 1


def _days_in_month(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _months_between(first: date, second: date, calendar: Calendar) -> int:
    if calendar == "Jalali":
        one, other = JalaliDate.to_jalali(first), JalaliDate.to_jalali(second)
        return (other.year - one.year) * 12 + other.month - one.month
    return (second.year - first.year) * 12 + second.month - first.month
