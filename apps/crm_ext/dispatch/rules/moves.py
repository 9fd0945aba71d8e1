"""What speaks against giving a job to a technician at a time: told to the dispatcher, who decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_ext.dispatch.rules.problem import Job, Place, Shift, Technician
from crm_ext.dispatch.rules.travel import TravelTimes, swapped
from crm_ext.shared.results import Refusal, refuse


@dataclass(frozen=True)
class Busy:
    """Something that a technician has to do already. place: None where nobody knows."""

    name: str
    start: int
    end: int
    place: Place | None


def end_of(technician: Technician, start: int, seconds: int) -> int:
    """When work that begins now is over: with the breaks of the shift, or straight on outside all shifts."""
    shift = _shift_at(technician, start)
    return shift.after(start, seconds) if shift else start + seconds


def objections(
    job: Job, technician: Technician, start: int, busy: Sequence[Busy], travel: TravelTimes, now: int
) -> list[Refusal]:
    """Everything that speaks against it.

    'technician_lacks_skill' (skill), 'in_the_past', 'outside_hours', 'overlaps' (order), 'no_way_from_base', 'no_way_from' and
    'no_way_to' (order, minutes on the way, minutes there are), 'promise_broken' (window), 'too_late' (minutes), 'part_missing' (item),
    'no_coordinates', 'coordinates_swapped' (latitude, longitude).
    """
    end = end_of(technician, start, job.seconds)
    return [
        *_of_the_job(job, technician, start, end, now),
        *_of_the_hours(technician, start, end),
        *_of_the_neighbours(job, technician, start, end, busy, travel),
    ]


def _of_the_job(job: Job, technician: Technician, start: int, end: int, now: int) -> Iterator[Refusal]:
    if not technician.can(job):
        yield refuse("technician_lacks_skill", skill=job.skill)
    if start < now:
        yield refuse("in_the_past")
    if job.window and not job.window.earliest <= start <= job.window.latest:
        yield refuse("promise_broken", earliest=job.window.earliest, latest=job.window.latest)
    if job.due and end > job.due:
        yield refuse("too_late", minutes=(end - job.due) // 60, due=job.due)
    if item := technician.missing_part(job):
        yield refuse("part_missing", item=item)
    if job.place is None:
        yield refuse("no_coordinates")
    mistake = swapped(job.place, [technician.base])
    if mistake is not None:
        yield mistake


def _of_the_hours(technician: Technician, start: int, end: int) -> Iterator[Refusal]:
    shift = _shift_at(technician, start)
    if shift is None or end > shift.end or shift.working(start) != start:
        yield refuse("outside_hours")


def _of_the_neighbours(
    job: Job, technician: Technician, start: int, end: int, busy: Sequence[Busy], travel: TravelTimes
) -> Iterator[Refusal]:
    others = sorted((each for each in busy if each.name != job.name), key=lambda each: each.start)
    for each in others:
        if each.start < end and start < each.end:
            yield refuse("overlaps", order=each.name)
    if job.place is None:
        return
    shift = _shift_at(technician, start)
    before = next((each for each in reversed(others) if each.end <= start), None)
    after = next((each for each in others if each.start >= end), None)
    if shift and (before is None or before.end <= shift.start):
        way = travel.between(technician.base, job.place, shift.start)
        if shift.after(shift.start, way) > start:
            yield refuse("no_way_from_base", needed=way // 60, there_are=max(start - shift.start, 0) // 60)
    elif before and before.place is not None:
        way = travel.between(before.place, job.place, before.end)
        if _arrival(shift, before.end, way) > start:
            yield refuse(
                "no_way_from", order=before.name, needed=way // 60, there_are=(start - before.end) // 60
            )
    if after and after.place is not None:
        way = travel.between(job.place, after.place, end)
        if _arrival(shift, end, way) > after.start:
            yield refuse("no_way_to", order=after.name, needed=way // 60, there_are=(after.start - end) // 60)


def _arrival(shift: Shift | None, leave: int, way: int) -> int:
    return shift.after(leave, way) if shift and shift.start <= leave < shift.end else leave + way


def _shift_at(technician: Technician, moment: int) -> Shift | None:
    return next((shift for shift in technician.shifts if shift.start <= moment < shift.end), None)
