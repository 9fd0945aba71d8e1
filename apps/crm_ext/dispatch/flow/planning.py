"""Plans: proposed without writing anything; one that is looked at waits in the cache until it is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from time import monotonic

import frappe
from frappe import _
from frappe.utils import getdate

from crm_ext.dispatch.flow import terms
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries
from crm_ext.dispatch.rules import planning as rules
from crm_ext.dispatch.rules.events import Events, as_it_stands
from crm_ext.dispatch.rules.problem import Effort, Figures, Job, Outcome, Problem, Technician
from crm_ext.dispatch.rules.working_hours import without
from crm_ext.shared.results import Refusal

_ONE_DAY = timedelta(days=1)
_MOST_DAYS = 31
_KEPT_SECONDS = 3600
# A search that finds nothing better for so many rounds has found what it can: small days need no two seconds.
_ROUNDS_WITHOUT_GAIN = 3000
_USUAL_SECONDS = 2
# What is left of the time reads what was found, to the minute, and explains it.
_SHARE_OF_SEARCH = 0.85


@dataclass(frozen=True)
class Visit:
    """A job in a technician's day, in site time. change: why it is planned otherwise than before; None where it is not."""

    service_order: str
    technician: str
    start: datetime
    end: datetime
    travel_minutes: int
    late_minutes: int
    technician_before: str | None
    start_before: datetime | None
    end_before: datetime | None
    change: Refusal | None = None

    @property
    def is_new(self) -> bool:
        return (self.technician, self.start) != (self.technician_before, self.start_before)


@dataclass(frozen=True)
class JobLeft:
    """A job in nobody's day, and why."""

    service_order: str
    why: Refusal
    technician_before: str | None = None
    start_before: datetime | None = None
    end_before: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """A proposal. seen: when each order was changed last, as the plan knows it; longer: {order: minutes more than it was
    thought to take}; key: under which the plan waits."""

    company: str
    first_day: date
    days: int
    visits: tuple[Visit, ...]
    left: tuple[JobLeft, ...]
    before: Figures
    after: Figures
    cost_before: float
    cost_after: float
    seen: Mapping[str, datetime]
    longer: Mapping[str, int]
    key: str = ""


@dataclass(frozen=True)
class Happened:
    """What happened during the day. away: {technician: (from, until)}; longer: {order: minutes more}; site time."""

    away: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    longer: Mapping[str, int] = field(default_factory=dict)


def plan(
    company: str,
    first_day: date | str,
    days: int = 1,
    *,
    technicians: Sequence[str] | None = None,
    seconds: float | None = None,
    seed: int = 1,
    rounds: int | None = None,
    happened: Happened | None = None,
) -> Plan:
    """The best plan that is found in so many seconds (those of Dispatch Settings where None); nothing is saved.

    technicians: only these are planned for. Jobs of others, fixed jobs, and jobs that run or begin soon stay.
    """
    began, settings, at = monotonic(), terms.Settings.read(), terms.now()
    seconds = seconds or settings.number("planning_seconds") or _USUAL_SECONDS
    search_until = began + seconds * _SHARE_OF_SEARCH
    first_day = getdate(first_day)
    days = min(max(days, 1), _MOST_DAYS)
    begin, end = datetime.combine(first_day, time()), datetime.combine(first_day + days * _ONE_DAY, time())
    rows = _rows(company, begin, end, datetime.combine(at.date(), time()), technicians)
    found = terms.places(rows)
    parts = job_queries.stock_parts([row["name"] for row in rows])
    items = {item for needed in parts.values() for item, _qty in needed}
    people = terms.technicians(company, first_day, days, settings, technicians, items)
    jobs = terms.build_jobs(rows, found, settings, at, parts)
    jobs = _within(jobs, people, settings.clock.moment(begin), settings.clock.moment(end))
    places = [*(each.base for each in people), *(job.place for job in jobs if job.place is not None)]
    travel = terms.travel_times(places, settings)
    happened, moment = happened or Happened(), settings.clock.moment(at)
    events = _events(happened, settings)
    jobs = as_it_stands(jobs, people, events, travel, moment, settings.keep_seconds)
    problem = Problem(tuple(jobs), tuple(_present(people, events)), moment, settings.prices(at))
    effort = Effort(seconds, seed, rounds, _ROUNDS_WITHOUT_GAIN, lambda: monotonic() >= search_until)
    outcome = rules.plan(problem, travel, effort)
    return _plan(company, first_day, days, rows, found, outcome, settings, happened)


def replan(
    company: str, day: date | str, change: Happened | None = None, *, seconds: float | None = None
) -> Plan:
    """A plan for the rest of the day after something happened, with as few changes as pay; nothing is saved."""
    return plan(company, day, 1, seconds=seconds, happened=change)


def keep(proposal: Plan) -> Plan:
    """The plan with a key under which the same user finds it for an hour."""
    kept = replace(proposal, key=frappe.generate_hash(length=20))
    frappe.cache.set_value(_cache_key(kept.key), kept, expires_in_sec=_KEPT_SECONDS)
    return kept


def kept(key: str) -> Plan:
    """The plan that was kept. Raises ValidationError where it is not there any more."""
    found = frappe.cache.get_value(_cache_key(key), expires=True)
    if not found:
        frappe.throw(
            _("This plan has been put aside for too long. Please plan again."), frappe.ValidationError
        )
    return found


def _cache_key(key: str) -> str:
    return f"crm_ext_dispatch_plan|{frappe.session.user}|{key}"


def _rows(
    company: str, begin: datetime, end: datetime, today: datetime, technicians: Sequence[str] | None
) -> list[dict]:
    """Open jobs that belong into these days, what is left over from before today, and everything that the technicians
    have in them, done or not."""
    rows = {row["name"]: row for row in job_queries.open_jobs(company, begin, end, today)}
    names = [row["name"] for row in technician_queries.technicians(company, technicians)]
    rows |= {row["name"]: row for row in job_queries.jobs_of(names, begin, end + _ONE_DAY)}
    if technicians is not None:
        rows = {
            name: row for name, row in rows.items() if not row["technician"] or row["technician"] in names
        }
    return [rows[name] for name in sorted(rows)]


def _within(jobs: Sequence[Job], people: Sequence[Technician], begin: int, end: int) -> list[Job]:
    """The jobs of these days. Those that reach into them from the night before stay, and so do those after them that a
    night shift reaches."""
    ends = {each.name: max((shift.end for shift in each.shifts), default=0) for each in people}
    return [
        replace(job, is_fixed=True) if _is_of_another_day(job, begin, end) else job
        for job in jobs
        if job.start is None or job.start < max(end, ends.get(job.technician, 0))
    ]


def _is_of_another_day(job: Job, begin: int, end: int) -> bool:
    return job.start is not None and (job.start >= end or job.start < begin < job.start + job.seconds)


def _events(happened: Happened, settings: terms.Settings) -> Events:
    moment = settings.clock.moment
    return Events(
        {name: (moment(since), moment(until)) for name, (since, until) in happened.away.items()},
        {name: minutes * 60 for name, minutes in happened.longer.items()},
    )


def _present(people: Sequence[Technician], events: Events) -> list[Technician]:
    return [
        replace(each, shifts=without(each.shifts, [events.away[each.name]]))
        if each.name in events.away
        else each
        for each in people
    ]


def _plan(
    company: str,
    first_day: date,
    days: int,
    rows: Sequence[Mapping],
    found: terms.Places,
    outcome: Outcome,
    settings: terms.Settings,
    happened: Happened,
) -> Plan:
    by_name = {row["name"]: row for row in rows}
    reasons = {change.job: change.why for change in outcome.changes}
    local = settings.clock.local
    visits = [
        Visit(
            stop.job.name,
            stop.technician,
            local(stop.start),
            local(stop.end),
            round(stop.travel / 60),
            round(stop.late / 60),
            **_before(by_name[stop.job.name]),
            change=reasons.get(stop.job.name),
        )
        for stop in outcome.stops
    ]
    left = [
        JobLeft(name, found.absurd.get(name, why), **_before(by_name[name]))
        for name, why in outcome.left.items()
    ]
    return Plan(
        company,
        first_day,
        days,
        tuple(visits),
        tuple(left),
        outcome.before,
        outcome.after,
        round(outcome.before.cost / settings.seconds_per_money, 2),
        round(outcome.after.cost / settings.seconds_per_money, 2),
        {row["name"]: row["modified"] for row in rows},
        {name: minutes for name, minutes in happened.longer.items() if minutes and name in by_name},
    )


def _before(row: Mapping) -> dict:
    return {
        "technician_before": row["technician"],
        "start_before": row["planned_start"],
        "end_before": row["planned_end"],
    }
