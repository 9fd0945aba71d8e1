"""Times that a customer can really have: a technician with the skill and the part, free, and with time for the ways.

Nobody else's visit is moved for it, so that every promise stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from crm_ext.dispatch.rules.moves import Busy
from crm_ext.dispatch.rules.problem import Job, Place, Prices, Shift, Technician, Window
from crm_ext.dispatch.rules.travel import TravelTimes


@dataclass(frozen=True)
class Opening:
    """A technician who can come within a window. start: when he would begin; extra: seconds more on the road."""

    window: Window
    technician: str
    start: int
    end: int
    extra: int


def windows(shifts: Iterable[Shift], length: int, day: Callable[[int], date]) -> list[Window]:
    """Arrival windows of `length` seconds, one after the other, from the first start of each day on.

    day: of a moment, where the site is. A shift belongs to the day on which it begins, so that a window begins at the same
    time whichever days are looked at together.
    """
    found: dict[int, Window] = {}
    shifts = sorted(shifts, key=lambda shift: shift.start)
    for _day, of_a_day in groupby(shifts, key=lambda shift: day(shift.start)):
        for first, last in _stretches(of_a_day):
            for begin in range(first, last, length):
                found[begin] = Window(begin, min(begin + length, last))
    return [found[begin] for begin in sorted(found)]


def _stretches(shifts: Iterable[Shift]) -> Iterator[tuple[int, int]]:
    """Stretches in which somebody works, those that overlap put together; shifts by their start."""
    first = last = None
    for shift in shifts:
        if last is None or shift.start > last + 4 * 3600:
            if last is not None:
                yield first, last
            first, last = shift.start, shift.end
        else:
            last = max(last, shift.end)
    if last is not None:
        yield first, last


def openings(
    job: Job,
    technicians: Sequence[Technician],
    busy: Mapping[str, Sequence[Busy]],
    travel: TravelTimes,
    prices: Prices,
    not_before: int,
    wanted: Sequence[Window],
) -> list[Opening]:
    """For each window the technician who drives least more for it; windows that nobody can keep are left out."""
    best: dict[Window, Opening] = {}
    for technician in technicians:
        if not technician.can(job):
            continue
        for shift in technician.shifts:
            if _lacks_part(job, technician, shift, prices) or _is_full(technician, shift, busy):
                continue
            for gap in _gaps(technician, shift, busy.get(technician.name, ()), job.name):
                for window in wanted:
                    opening = _opening(
                        job, technician, shift, gap, travel, max(not_before, window.earliest), window
                    )
                    if opening and (window not in best or _rank(opening) < _rank(best[window])):
                        best[window] = opening
    return [best[window] for window in wanted if window in best]


def _rank(opening: Opening) -> tuple[int, str]:
    return opening.extra, opening.technician


def _lacks_part(job: Job, technician: Technician, shift: Shift, prices: Prices) -> bool:
    counts = prices.parts_known_until is None or shift.start < prices.parts_known_until
    return counts and technician.missing_part(job) is not None


def _is_full(technician: Technician, shift: Shift, busy: Mapping[str, Sequence[Busy]]) -> bool:
    if technician.capacity is None:
        return False
    own = busy.get(technician.name, ())
    return sum(1 for each in own if each.start < shift.end and each.end > shift.start) >= technician.capacity


@dataclass(frozen=True)
class _Gap:
    """Free time between two things to do. is_last: the way after it leads home, and must end with the shift."""

    start: int
    end: int
    origin: Place
    target: Place


def _gaps(technician: Technician, shift: Shift, busy: Sequence[Busy], but: str) -> Iterator[_Gap]:
    at, here = shift.start, technician.base
    for each in sorted(busy, key=lambda each: each.start):
        if each.name == but or each.end <= shift.start or each.start >= shift.end:
            continue
        place = technician.base if each.place is None else each.place
        if each.start > at:
            yield _Gap(at, each.start, here, place)
        if each.end > at:
            at, here = each.end, place
    if shift.end > at:
        yield _Gap(at, shift.end, here, technician.base)


def _opening(
    job: Job,
    technician: Technician,
    shift: Shift,
    gap: _Gap,
    travel: TravelTimes,
    earliest: int,
    window: Window,
) -> Opening | None:
    if gap.end <= window.earliest or gap.start > window.latest:
        return None
    way = travel.between(gap.origin, job.place, gap.start)
    begin = shift.working(max(shift.after(max(gap.start, 0), way), earliest))
    if begin >= window.latest:
        return None
    end = shift.after(begin, job.seconds)
    onward = travel.between(job.place, gap.target, end)
    if shift.after(end, onward) > gap.end:
        return None
    extra = way + onward - travel.between(gap.origin, gap.target, gap.start)
    return Opening(window, technician.name, begin, end, extra)
