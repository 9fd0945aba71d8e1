"""The day of one technician: when each job of a given order begins, and whether all of it can be kept.

The search decides who does what in which order; this decides the minutes, exactly: with the traffic of the hour,
breaks, promised windows, fixed jobs and the way home.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crm_ext.dispatch.rules.problem import Job, Prices, Shift, Stop, Technician
from crm_ext.dispatch.rules.travel import TravelTimes

_DAY = 86_400


@dataclass(frozen=True)
class Route:
    """What a technician does in one shift, in this order."""

    technician: Technician
    shift: Shift
    jobs: tuple[Job, ...] = ()

    def with_job(self, job: Job, position: int) -> Route:
        return replace(self, jobs=(*self.jobs[:position], job, *self.jobs[position:]))

    def without(self, name: str) -> Route:
        return replace(self, jobs=tuple(job for job in self.jobs if job.name != name))


@dataclass(frozen=True)
class Fault:
    """A job that cannot be where the route has it. code: 'window', 'shift', 'fixed' (comes too late to a fixed job)."""

    job: str
    code: str


@dataclass(frozen=True)
class Terms:
    """What holds for every route: travel times, the moment before which nothing new begins, prices, the first start."""

    travel: TravelTimes
    now: int
    prices: Prices
    first: int = 0


def timetable(route: Route, terms: Terms, keep_starts: bool = False) -> list[Stop] | Fault:
    """The stops of the route, each as early as can be, or the first job that does not fit.

    keep_starts: a job does not begin before the start that people were told. A fixed job begins when it was fixed to
    begin, even where that is outside the shift or the way to it is too long: then nothing is put before it.
    """
    shift, travel = route.shift, terms.travel
    at, here, on_route = shift.start, route.technician.base, False
    stops: list[Stop] = []
    for job in route.jobs:
        way = travel.between(here, job.place, at)
        if job.is_fixed:
            if on_route and shift.after(at, way) > job.start:
                return Fault(stops[-1].job.name, "fixed")
            begin, end = job.start, shift.after(job.start, job.seconds)
        else:
            leave = max(at, terms.now)
            begin = shift.working(max(shift.after(leave, way), _earliest(job, keep_starts)))
            if job.window and begin > job.window.latest:
                return Fault(job.name, "window")
            end = shift.after(begin, job.seconds)
            if shift.after(end, travel.between(job.place, route.technician.base, end)) > shift.end:
                return Fault(job.name, "shift")
        # Two fixed jobs that overlap are what somebody decided; only what planning puts in must fit.
        on_route = not job.is_fixed
        stops.append(
            Stop(job, route.technician.name, begin, end, way, max(end - job.due, 0) if job.due else 0)
        )
        at, here = max(at, end), job.place
    return stops


def _earliest(job: Job, keep_starts: bool) -> int:
    earliest = job.window.earliest if job.window else 0
    return max(earliest, job.start) if keep_starts and job.is_announced and job.start else earliest


def settled(route: Route, terms: Terms) -> list[Stop] | Fault:
    """The stops with the starts that people were told where that can be, else as early as can be."""
    kept = timetable(route, terms, keep_starts=True)
    return timetable(route, terms) if isinstance(kept, Fault) else kept


def penalty(job: Job, technician: Technician, shift: Shift, terms: Terms) -> int | None:
    """What giving the job to this technician in this shift costs beyond travel and lateness; None: not at all."""
    prices = terms.prices
    if not technician.can(job):
        return None
    cost = max(shift.start - terms.first, 0) // _DAY * prices.day_later
    if job.parts and _van_counts(shift, prices) and technician.missing_part(job):
        if prices.part_missing is None:
            return None
        cost += prices.part_missing
    if job.is_announced and job.technician and job.technician != technician.name:
        cost += prices.change_technician
    return cost


def _van_counts(shift: Shift, prices: Prices) -> bool:
    return prices.parts_known_until is None or shift.start < prices.parts_known_until


def cost(stops: Iterable[Stop], route: Route, terms: Terms) -> int:
    """What the route costs, in seconds of travel."""
    stops = list(stops)
    if not stops:
        return 0
    last = stops[-1]
    total = terms.travel.between(last.job.place, route.technician.base, last.end)
    for stop in stops:
        total += stop.travel + stop.late * stop.job.hour_too_late // 3600
        if not stop.job.is_fixed:
            total += penalty(stop.job, route.technician, route.shift, terms) or 0
        if is_moved(stop, terms.prices):
            total += terms.prices.change_time
    return total


def is_moved(stop: Stop, prices: Prices) -> bool:
    job = stop.job
    return job.is_announced and job.start is not None and abs(stop.start - job.start) > prices.same_time


def is_full(route: Route, job: Job) -> bool:
    """Whether the job is more than the route can hold, whatever its place."""
    capacity = route.technician.capacity
    if capacity is not None and sum(each.load for each in route.jobs) + job.load > capacity:
        return True
    return sum(each.seconds for each in route.jobs) + job.seconds > route.shift.seconds


def insertions(route: Route, job: Job, terms: Terms) -> Iterable[tuple[int, Route, list[Stop]]]:
    """Every place in the route where the job fits: what it adds to the costs, the route, and its stops."""
    extra = penalty(job, route.technician, route.shift, terms)
    if extra is None or is_full(route, job) or not meets(route.shift, job, terms):
        return
    present = settled(route, terms)
    base = cost(present, route, terms) if not isinstance(present, Fault) else 0
    for position in range(len(route.jobs) + 1):
        longer = route.with_job(job, position)
        stops = settled(longer, terms)
        if not isinstance(stops, Fault):
            yield cost(stops, longer, terms) - base, longer, stops


def meets(shift: Shift, job: Job, terms: Terms) -> bool:
    """Whether the job could be done in the shift if the technician lived next door and had nothing else to do."""
    begin = shift.working(max(shift.start, terms.now, job.window.earliest if job.window else 0))
    if job.window and begin > job.window.latest:
        return False
    return shift.after(begin, job.seconds) <= shift.end


def best_insertion(
    routes: Sequence[Route], job: Job, terms: Terms
) -> tuple[int, int, Route, list[Stop]] | None:
    """The cheapest place for the job: (costs, number of the route, the route with it, its stops)."""
    found = (
        (extra, number, longer, stops)
        for number, route in enumerate(routes)
        for extra, longer, stops in insertions(route, job, terms)
    )
    return min(found, key=lambda each: each[:2], default=None)
