"""When a technician works, in moments that know about daylight saving."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from crm_ext.dispatch.rules.problem import Shift

# A longer pause is no break: the technician is at home meanwhile, and the day has two shifts.
LONGEST_BREAK = 90 * 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Clock:
    """The site's time zone: naive local times on one side, moments (seconds since 1970 in UTC) on the other."""

    zone: ZoneInfo

    def moment(self, local: datetime) -> int:
        """A time that clocks show twice is the first of them; one that they skip is as much later as they jump."""
        return int(local.replace(tzinfo=self.zone).timestamp())

    def local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment, timezone.utc).astimezone(self.zone).replace(tzinfo=None)

    def day(self, moment: int) -> date:
        return self.local(moment).date()


@dataclass(frozen=True)
class Hours:
    """A stretch of work on a day; one that ends before it starts goes on after midnight."""

    start: time
    end: time


def shifts_of(day: date, hours: Iterable[Hours], clock: Clock) -> tuple[Shift, ...]:
    """The shifts of a day: stretches with short pauses between them are one shift with breaks."""
    stretches = sorted(_moments(day, each, clock) for each in hours)
    shifts: list[Shift] = []
    for start, end in stretches:
        if end <= start:
            continue
        last = shifts[-1] if shifts else None
        if last and start <= last.end:
            shifts[-1] = Shift(last.start, max(last.end, end), last.breaks)
        elif last and start - last.end <= LONGEST_BREAK:
            shifts[-1] = Shift(last.start, end, (*last.breaks, (last.end, start)))
        else:
            shifts.append(Shift(start, end))
    return tuple(shifts)


def _moments(day: date, hours: Hours, clock: Clock) -> tuple[int, int]:
    last_day = day if hours.end > hours.start else day + timedelta(days=1)
    return clock.moment(datetime.combine(day, hours.start)), clock.moment(
        datetime.combine(last_day, hours.end)
    )


def without(shifts: Sequence[Shift], absences: Iterable[tuple[int, int]]) -> tuple[Shift, ...]:
    """What is left of the shifts when a technician is away for these stretches."""
    left = list(shifts)
    for away, back in absences:
        left = [part for shift in left for part in _cut(shift, away, back)]
    return tuple(left)


def _cut(shift: Shift, away: int, back: int) -> Iterable[Shift]:
    if back <= shift.start or away >= shift.end:
        yield shift
        return
    for start, end in ((shift.start, min(away, shift.end)), (max(back, shift.start), shift.end)):
        if start < end:
            yield Shift(start, end, tuple((a, b) for a, b in shift.breaks if start < a and b < end))
