"""Hours of work by the clock on the wall, true also in the nights in which clocks are changed.

Times are kept as people read them, in the site's time zone and without an offset. An hour that comes twice is told apart
by `is_second` (what Python calls fold); an hour that never comes is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from crm_ext.shared.money import rounded
from crm_ext.shared.results import Refusal, refuse

LONGEST = timedelta(hours=24)
_SECONDS = Decimal(3600)


@dataclass(frozen=True)
class Moment:
    """wall: site time without an offset; is_second: the second time of an hour that comes twice."""

    wall: datetime
    is_second: bool = False


@dataclass(frozen=True)
class WorkTime:
    """row: its number for people; person: whose time it is."""

    row: int
    person: str
    start: Moment
    end: Moment


def moment_of(told: datetime, zone: ZoneInfo) -> Moment:
    """A moment that a phone tells with its offset, as the site's clock shows it; without an offset it is site time."""
    if told.tzinfo is None:
        return Moment(told)
    here = told.astimezone(zone)
    wall = here.replace(tzinfo=None, fold=0)
    return Moment(wall, bool(here.fold))


def exact(moment: Moment, zone: ZoneInfo) -> datetime:
    """The moment in UTC."""
    return moment.wall.replace(tzinfo=zone, fold=int(moment.is_second)).astimezone(timezone.utc)


def exists(moment: Moment, zone: ZoneInfo) -> bool:
    """False in the hour that is left out when clocks go forward."""
    return exact(moment, zone).astimezone(zone).replace(tzinfo=None, fold=0) == moment.wall


def comes_twice(wall: datetime, zone: ZoneInfo) -> bool:
    first, second = Moment(wall), Moment(wall, True)
    return exact(first, zone) < exact(second, zone) and exists(first, zone)


def hours(time: WorkTime, zone: ZoneInfo) -> Decimal:
    """Hours that really passed, to four digits."""
    passed = exact(time.end, zone) - exact(time.start, zone)
    return rounded(Decimal(str(passed.total_seconds())) / _SECONDS, 4)


def fault(times: Sequence[WorkTime], zone: ZoneInfo) -> Refusal | None:
    """What is wrong with the first wrong time, None where all are right.

    Refusals: 'time_does_not_exist' (row, moment), 'ends_before_start' (row), 'time_too_long' (row),
    'times_overlap' (row, other, person).
    """
    for time in times:
        for moment in (time.start, time.end):
            if not exists(moment, zone):
                return refuse("time_does_not_exist", row=time.row, moment=moment.wall)
        passed = exact(time.end, zone) - exact(time.start, zone)
        if passed <= timedelta(0):
            return refuse("ends_before_start", row=time.row)
        if passed > LONGEST:
            return refuse("time_too_long", row=time.row)
    return _overlap(times, zone)


def _overlap(times: Sequence[WorkTime], zone: ZoneInfo) -> Refusal | None:
    in_turn = sorted(times, key=lambda time: (time.person, exact(time.start, zone), time.row))
    for earlier, later in pairwise(in_turn):
        if earlier.person == later.person and exact(later.start, zone) < exact(earlier.end, zone):
            return refuse("times_overlap", row=later.row, other=earlier.row, person=later.person)
    return None


def steady(times: Sequence[WorkTime], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """From and to of each time on a clock that is never changed, begun with the first of them.

    For ledgers that reckon hours as to less from: the hours come out right and none overlaps another. On all days but
    those on which clocks change it is what the clock on the wall showed.
    """
    if not times:
        return []
    first = min(times, key=lambda time: exact(time.start, zone)).start
    origin = exact(first, zone)
    return [
        (first.wall + (exact(time.start, zone) - origin), first.wall + (exact(time.end, zone) - origin))
        for time in times
    ]
