"""The jobs of a day as they stand when something has happened: what stays where it is, and what is planned again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from crm_ext.dispatch.rules.problem import Job, Technician
from crm_ext.dispatch.rules.travel import TravelTimes


@dataclass(frozen=True)
class Events:
    """away: {technician: (from, until)}; longer: {job: seconds more}; moments in UTC."""

    away: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    longer: Mapping[str, int] = field(default_factory=dict)

    def takes_away(self, job: Job) -> bool:
        """Whether whoever has the job is away then; one that is under way or done was with him all the same."""
        since, until = self.away.get(job.technician, (0, 0))
        return (
            not job.is_started
            and job.start is not None
            and job.start < until
            and job.start + job.seconds > since
        )


def as_it_stands(
    jobs: Sequence[Job],
    people: Sequence[Technician],
    events: Events,
    travel: TravelTimes,
    now: int,
    keep: int,
) -> list[Job]:
    """The jobs with what stays fixed, and what cannot stay set free.

    Jobs that begin within `keep` seconds stay, but for those that their technician cannot reach in time and what he has
    after them. A job without a place that somebody was given by hand stays and takes its time, as if it were at the base.
    """
    jobs = [replace(job, seconds=job.seconds + events.longer.get(job.name, 0)) for job in jobs]
    soon = _begin_soon(jobs, travel, now, keep)
    bases = {each.name: each.base for each in people}
    return [_standing(job, events, bases, soon) for job in jobs]


def _standing(job: Job, events: Events, bases: Mapping, soon: set[str]) -> Job:
    if events.takes_away(job):
        return replace(job, is_fixed=False)
    if job.place is None and job.technician in bases:
        return replace(job, place=bases[job.technician], is_fixed=True)
    return replace(job, is_fixed=True) if job.name in soon else job


def _begin_soon(jobs: Sequence[Job], travel: TravelTimes, now: int, keep: int) -> set[str]:
    given = sorted(
        (job for job in jobs if job.technician and job.start is not None),
        key=lambda job: (job.technician, job.start, job.name),
    )
    return {
        name
        for _technician, own in groupby(given, key=lambda job: job.technician)
        for name in _reached(list(own), travel, now, keep)
    }


def _reached(own: Sequence[Job], travel: TravelTimes, now: int, keep: int) -> Iterator[str]:
    """Of one technician's jobs, by their starts, those that begin soon and come after nothing that makes them late."""
    before: Job | None = None
    for job in own:
        if not job.is_fixed:
            if abs(job.start - now) > keep:
                continue
            if before is not None and _ready(before, job, travel) > job.start:
                return
            yield job.name
        if before is None or job.start + job.seconds > before.start + before.seconds:
            before = job


def _ready(before: Job, job: Job, travel: TravelTimes) -> int:
    """When whoever did the one job can begin the other."""
    end = before.start + before.seconds
    if before.place is None or job.place is None:
        return end
    return end + travel.between(before.place, job.place, end)
