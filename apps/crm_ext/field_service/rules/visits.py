"""When equipment is visited for its maintenance: by the calendar, by its meter, or by the season.

A plan says which visits there should be; `reconcile` compares them with those that are written. Every visit has a key
that stays the same when its day is shifted, so that a visit is never written twice however often it is planned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from persiantools.jdatetime import JalaliDate

from crm_ext.shared.calendars import SEASONS, Period
from crm_ext.shared.periods import Recurrence, periods

_MONTHS_OF_A_SEASON = 3
# Holidays in a row, such as the two weeks of a new year, are stepped over; a list without a working day is an error.
LONGEST_HOLIDAY = 60

Cause = Literal["Calendar", "Meter", "Season"]


@dataclass(frozen=True)
class Season:
    """A visit so many days before (or, counted by negative days, after) a season begins."""

    name: str
    days_before: int


@dataclass(frozen=True)
class MeterInterval:
    """After every so many units. used: since the plan began, up to the day used_by; average: units a day, where known."""

    units: Decimal
    used: Decimal
    used_by: date
    average: Decimal | None


@dataclass(frozen=True)
class Rhythm:
    """When one plan wants visits. Exactly one of recurrence, season and meter is set; start anchors the recurrence."""

    start: date
    recurrence: Recurrence | None = None
    season: Season | None = None
    meter: MeterInterval | None = None
    holiday_step: Literal[-1, 0, 1] = 0


@dataclass(frozen=True)
class Visit:
    """One that should be. key: within plan and equipment; span: the days for which this visit is the one."""

    key: str
    due_on: date
    span: Period
    cause: Cause


@dataclass(frozen=True)
class Written:
    """One that is written down."""

    key: str
    due_on: date
    status: Literal["Planned", "Ordered", "Done", "Skipped"]


@dataclass(frozen=True)
class Changes:
    """new: to write; moved: (key, visit) whose day is another now; gone: keys of planned visits that nobody wants."""

    new: tuple[Visit, ...]
    moved: tuple[tuple[str, Visit], ...]
    gone: tuple[str, ...]


def visits(rhythm: Rhythm, first: date, last: date, holidays: Collection[date] = frozenset()) -> list[Visit]:
    """The visits due from `first` to `last` (inclusive), in the order of their days."""
    found = []
    for visit in _unshifted(rhythm, first, last):
        day = shifted(visit.due_on, rhythm.holiday_step, holidays)
        if first <= day <= last:
            found.append(Visit(visit.key, day, visit.span, visit.cause))
    return found


def shifted(day: date, step: int, holidays: Collection[date]) -> date:
    """The day itself, or the first before (-1) or after (1) it that is no holiday."""
    if step == 0:
        return day
    for _ in range(LONGEST_HOLIDAY):
        if day not in holidays:
            return day
        day += timedelta(days=step)
    return day


def reconcile(wanted: Sequence[Visit], written: Mapping[str, Written], today: date) -> Changes:
    """What to change so that the planned visits of one plan and equipment from today on are the wanted ones.

    Visits that were ordered, done or skipped stand, and so does the span that they are for: a plan that changes its
    rhythm does not send somebody twice. Planned visits of the past stay: they are overdue.
    """
    settled = [visit.due_on for visit in written.values() if visit.status != "Planned"]
    new, moved, kept = [], [], set()
    for visit in wanted:
        existing = written.get(visit.key)
        if existing is None:
            if not any(day in visit.span for day in settled):
                new.append(visit)
        elif existing.status == "Planned":
            kept.add(visit.key)
            if existing.due_on != visit.due_on and existing.due_on >= today:
                moved.append((visit.key, visit))
    gone = [
        key
        for key, visit in written.items()
        if visit.status == "Planned" and key not in kept and visit.due_on >= today
    ]
    return Changes(tuple(new), tuple(moved), tuple(gone))


def season_begin(season: str, jalali_year: int) -> date:
    """The first day of a season: Spring begins with the Jalali year at the northern equinox."""
    month = SEASONS.index(season) * _MONTHS_OF_A_SEASON + 1
    return JalaliDate(jalali_year, month, 1).to_gregorian()


def _unshifted(rhythm: Rhythm, first: date, last: date) -> Iterator[Visit]:
    # Days near the edges may be shifted into the range or out of it.
    margin = timedelta(days=LONGEST_HOLIDAY if rhythm.holiday_step else 0)
    if rhythm.recurrence:
        yield from _by_calendar(rhythm, first - margin, last + margin)
    elif rhythm.season:
        yield from _by_season(rhythm.season, max(first - margin, rhythm.start), last + margin)
    elif rhythm.meter:
        yield from _by_meter(rhythm.meter, max(first, rhythm.start), last + margin)


def _by_calendar(rhythm: Rhythm, first: date, last: date) -> Iterator[Visit]:
    if last < rhythm.start:
        return
    for span in periods(rhythm.recurrence, rhythm.start, last, since=max(first, rhythm.start)):
        yield Visit(span.start.isoformat(), span.start, span, "Calendar")


def _by_season(season: Season, first: date, last: date) -> Iterator[Visit]:
    before = timedelta(days=season.days_before)
    year = JalaliDate.to_jalali(first + before).year
    while True:
        due_on = season_begin(season.name, year) - before
        if due_on > last:
            return
        if due_on >= first:
            following = season_begin(season.name, year + 1) - before
            span = Period(due_on, following - timedelta(days=1))
            yield Visit(f"{season.name} {year}", due_on, span, "Season")
        year += 1


def _by_meter(meter: MeterInterval, first: date, last: date) -> Iterator[Visit]:
    """The last threshold that was passed, and those that the average will reach."""
    if meter.units <= 0:
        return
    passed = int(meter.used // meter.units)
    if passed:
        yield _at_threshold(meter, passed, first)
    if not meter.average or meter.average <= 0:
        return
    number = passed + 1
    while True:
        days = ((meter.units * number - meter.used) / meter.average).to_integral_value(ROUND_CEILING)
        if days > (last - meter.used_by).days:
            return
        yield _at_threshold(meter, number, max(meter.used_by + timedelta(days=int(days)), first))
        number += 1


def _at_threshold(meter: MeterInterval, number: int, due_on: date) -> Visit:
    threshold = (meter.units * number).normalize()
    return Visit(f"meter {threshold:f}", due_on, Period(due_on, due_on), "Meter")
