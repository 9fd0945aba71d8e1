"""A plan: who does which job when, what is left and why, what changed against before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crm_ext.dispatch.rules import reasons
from crm_ext.dispatch.rules.problem import (
    Change,
    Effort,
    Figures,
    Job,
    Outcome,
    Problem,
    Shift,
    Stop,
    Technician,
)
from crm_ext.dispatch.rules.routes import (
    Fault,
    Route,
    Terms,
    best_insertion,
    cost,
    is_moved,
    penalty,
    settled,
)
from crm_ext.dispatch.rules.search import search
from crm_ext.dispatch.rules.travel import TravelTimes
from crm_ext.shared.results import Refusal, refuse


def plan(problem: Problem, travel: TravelTimes, effort: Effort) -> Outcome:
    """The best plan that is found in the time: every stop checked to the minute, every job left with its reason."""
    first = min((shift.start for each in problem.technicians for shift in each.shifts), default=problem.now)
    terms = Terms(travel, problem.now, problem.prices, first)
    empty = fixed_routes(problem, travel)
    routes = search(problem, empty, terms, effort)
    routes = [_kept(route, terms) for route in routes]
    routes = _filled(problem, routes, terms)
    stops = _stops(routes, terms)
    unplaced = _fixed_elsewhere(problem, routes)
    planned = {stop.job.name for stop in stops} | unplaced
    left = {
        job.name: reasons.why_left(job, problem, routes, terms)
        for job in problem.jobs
        if job.name not in planned
    }
    return Outcome(
        stops=tuple(stops),
        left=left,
        changes=tuple(_changes(problem, stops, left)),
        before=figures(problem, present_routes(problem, travel), terms),
        after=figures(problem, routes, terms),
    )


def fixed_routes(problem: Problem, travel: TravelTimes) -> list[Route]:
    """One route for every shift of every technician, with the jobs that stay where they are."""
    return _routes(problem, travel, [job for job in problem.jobs if job.is_fixed])


def present_routes(problem: Problem, travel: TravelTimes) -> list[Route]:
    """The routes as they stand before planning."""
    return _routes(problem, travel, problem.jobs)


def _routes(problem: Problem, travel: TravelTimes, jobs: Sequence[Job]) -> list[Route]:
    given: dict[str, list[Job]] = {}
    for job in sorted((job for job in jobs if job.start is not None and job.place is not None), key=_start):
        given.setdefault(job.technician, []).append(job)
    return [
        Route(
            technician,
            shift,
            tuple(job for job in given.get(technician.name, ()) if _reaches(job, technician, shift, travel)),
        )
        for technician in problem.technicians
        for shift in technician.shifts
    ]


def _reaches(job: Job, technician: Technician, shift: Shift, travel: TravelTimes) -> bool:
    """Whether the job, or the way from the base to it or home from it, lies in the shift."""
    leave = job.start - travel.between(technician.base, job.place, job.start)
    end = shift.after(job.start, job.seconds)
    home = end + travel.between(job.place, technician.base, end)
    return leave < shift.end and home > shift.start


def _start(job: Job) -> tuple[int, str]:
    return job.start, job.name


def _kept(route: Route, terms: Terms) -> Route:
    """The route without the jobs that do not fit to the minute, or that the technician must not do."""
    allowed = tuple(
        job
        for job in route.jobs
        if job.is_fixed or penalty(job, route.technician, route.shift, terms) is not None
    )
    route = replace(route, jobs=allowed)
    while isinstance(fault := settled(route, terms), Fault):
        shorter = route.without(fault.job)
        if shorter == route:
            break
        route = shorter
    return route


def _filled(problem: Problem, routes: list[Route], terms: Terms) -> list[Route]:
    """The routes with every job put in that still fits somewhere, the dearest to leave first."""
    planned = {job.name for route in routes for job in route.jobs}
    waiting = [
        job for job in problem.jobs if job.name not in planned and not job.is_fixed and job.place is not None
    ]
    for job in sorted(waiting, key=lambda job: (-job.value, job.name)):
        if found := best_insertion(routes, job, terms):
            _extra, number, route, _found = found
            routes[number] = route
    return routes


def _fixed_elsewhere(problem: Problem, routes: Sequence[Route]) -> set[str]:
    """Fixed jobs that no shift holds: somebody decided so, and planning neither moves nor judges them."""
    held = {job.name for route in routes for job in route.jobs}
    return {job.name for job in problem.jobs if job.is_fixed and job.technician and job.name not in held}


def _stops(routes: Sequence[Route], terms: Terms) -> list[Stop]:
    """The stops of all routes; a fixed job that reaches into two shifts is one stop."""
    stops: dict[str, Stop] = {}
    for route in routes:
        found = settled(route, terms)
        if not isinstance(found, Fault):
            for stop in found:
                stops.setdefault(stop.job.name, stop)
    return list(stops.values())


def figures(problem: Problem, routes: Sequence[Route], terms: Terms) -> Figures:
    """What the routes cost; where one cannot be kept, by the starts that its jobs have."""
    travel = late = broken = total = 0
    names: set[str] = set()
    for route in routes:
        stops = settled(route, terms)
        if isinstance(stops, Fault):
            stops = _as_they_stand(route, terms)
        names |= {stop.job.name for stop in stops}
        travel += sum(stop.travel for stop in stops)
        if stops:
            travel += terms.travel.between(stops[-1].job.place, route.technician.base, stops[-1].end)
        late += sum(stop.late for stop in stops)
        total += cost(stops, route, terms)
        broken += sum(
            1
            for stop in stops
            if stop.job.window and not stop.job.window.earliest <= stop.start <= stop.job.window.latest
        )
    names |= _fixed_elsewhere(problem, routes)
    return Figures(len(names), len(problem.jobs) - len(names), travel, late, broken, total)


def _as_they_stand(route: Route, terms: Terms) -> list[Stop]:
    stops, here = [], route.technician.base
    for job in route.jobs:
        end = route.shift.after(job.start, job.seconds)
        way = terms.travel.between(here, job.place, job.start)
        stops.append(
            Stop(job, route.technician.name, job.start, end, way, max(end - job.due, 0) if job.due else 0)
        )
        here = job.place
    return stops


def _changes(problem: Problem, stops: Sequence[Stop], left: Mapping[str, Refusal]) -> list[Change]:
    """Jobs that had a technician or a start and have another now."""
    at = {stop.job.name: stop for stop in stops}
    changes = []
    for job in problem.jobs:
        before = (job.technician, job.start)
        stop = at.get(job.name)
        if stop is None and job.technician and job.name in left:
            changes.append(Change(job.name, before, (None, None), left[job.name]))
        elif (
            stop is not None
            and job.technician
            and not job.is_fixed
            and before != (stop.technician, stop.start)
        ):
            changes.append(Change(job.name, before, (stop.technician, stop.start), _why(job, stop, problem)))
    return changes


def _why(job: Job, stop: Stop, problem: Problem) -> Refusal:
    """Why a job was moved, checked against what would have kept it."""
    technician = next((each for each in problem.technicians if each.name == job.technician), None)
    if technician is None or not any(shift.start <= job.start < shift.end for shift in technician.shifts):
        return refuse("technician_away", technician=job.technician)
    if not technician.can(job):
        return refuse("skill_lost", technician=job.technician, skill=job.skill)
    if job.start is not None and job.start < problem.now:
        return refuse("start_passed")
    if stop.technician == job.technician and not is_moved(stop, problem.prices):
        return refuse("minutes_only")
    if job.window and job.start is not None and not job.window.earliest <= job.start <= job.window.latest:
        return refuse("promise_kept")
    return refuse("costs_less")
