"""Why a job is in nobody's day: each cause is tried, from the one that rules out most, until one explains it."""

from __future__ import annotations

from collections.abc import Sequence

from crm_ext.dispatch.rules.problem import Job, Problem, Technician
from crm_ext.dispatch.rules.routes import Fault, Route, Terms, is_full, meets, penalty, settled
from crm_ext.dispatch.rules.travel import swapped
from crm_ext.shared.results import Refusal, refuse


def why_left(job: Job, problem: Problem, routes: Sequence[Route], terms: Terms) -> Refusal:
    """The cause, as a refusal.

    'no_coordinates', 'no_technicians', 'no_skill' (skill), 'nobody_at_work' (skill), 'window_past' and
    'window_outside_hours', 'no_time_today', 'too_long' (minutes), 'part_missing' (item), 'coordinates_swapped' (latitude,
    longitude), 'too_far', 'day_full', 'no_time_in_window', 'no_time_left' (technicians: how many could do it if they had
    nothing else to do).
    """
    if job.place is None:
        return refuse("no_coordinates")
    if not problem.technicians:
        return refuse("no_technicians")
    able = [technician for technician in problem.technicians if technician.can(job)]
    if not able:
        return refuse("no_skill", skill=job.skill)
    if not any(technician.shifts for technician in able):
        return refuse("nobody_at_work", skill=job.skill)
    if job.window and job.window.latest < problem.now:
        return refuse("window_past")
    alone = _why_not_alone(job, able, terms)
    return _why_not_beside(job, routes, terms) if alone is None else alone


def _why_not_alone(job: Job, able: Sequence[Technician], terms: Terms) -> Refusal | None:
    """Why nobody could do it even with nothing else to do, or None."""
    shifts = [(technician, shift) for technician in able for shift in technician.shifts]
    if not any(job.seconds <= shift.seconds for _technician, shift in shifts):
        return refuse("too_long", minutes=job.seconds // 60)
    fitting = [each for each in shifts if each[1].end > terms.now and meets(each[1], job, terms)]
    if not fitting:
        return refuse("window_outside_hours") if job.window else refuse("no_time_today")
    willing = [each for each in fitting if penalty(job, *each, terms) is not None]
    if not willing:
        return refuse("part_missing", item=fitting[0][0].missing_part(job))
    if all(isinstance(settled(Route(*each, (job,)), terms), Fault) for each in willing):
        mistake = swapped(job.place, [technician.base for technician, _shift in willing])
        return refuse("too_far") if mistake is None else mistake
    return None


def _why_not_beside(job: Job, routes: Sequence[Route], terms: Terms) -> Refusal:
    """Why nobody can do it beside the other jobs."""
    alone = [
        route
        for route in routes
        if penalty(job, route.technician, route.shift, terms) is not None
        and not isinstance(settled(Route(route.technician, route.shift, (job,)), terms), Fault)
    ]
    names = {route.technician.name for route in alone}
    capacities = [route for route in alone if route.technician.capacity is not None and is_full(route, job)]
    if alone and len(capacities) == len(alone):
        return refuse("day_full", technicians=len(names))
    return refuse("no_time_in_window" if job.window else "no_time_left", technicians=len(names))
