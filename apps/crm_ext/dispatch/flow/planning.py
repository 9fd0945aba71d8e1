"""Plans: proposed without writing anything, looked at, applied under locks, and taken back.

A plan that is looked at waits in the cache; when it is applied, each job that somebody changed meanwhile is left as it is,
and the plan's record says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from time import monotonic

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from crm_ext.dispatch.flow import moves, sentences, terms
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries
from crm_ext.dispatch.rules import planning as rules
from crm_ext.dispatch.rules.problem import Effort, Figures, Job, Outcome, Problem, Technician
from crm_ext.dispatch.rules.working_hours import without
from crm_ext.shared.results import refuse

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
    """A job in a technician's day, in site time. change: why it is planned otherwise than before; empty where it is not."""

    service_order: str
    technician: str
    start: datetime
    end: datetime
    travel_minutes: int
    late_minutes: int
    technician_before: str | None
    start_before: datetime | None
    end_before: datetime | None
    status_before: str
    change: str = ""

    @property
    def is_new(self) -> bool:
        return (self.technician, self.start) != (self.technician_before, self.start_before)


@dataclass(frozen=True)
class JobLeft:
    """A job in nobody's day: the code of the reason, and the reason as a sentence."""

    service_order: str
    code: str
    reason: str
    technician_before: str | None = None
    start_before: datetime | None = None
    end_before: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """A proposal. seen: when each order was changed last, as the plan knows it; key: under which it waits."""

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
    rows = _rows(company, first_day, days, technicians)
    found = terms.places(rows)
    parts = job_queries.parts([row["name"] for row in rows])
    items = {item for needed in parts.values() for item, _qty in needed}
    people = terms.technicians(company, first_day, days, settings, technicians, items)
    jobs = terms.build_jobs(rows, found, settings, at, parts)
    people, jobs = _with_events(people, jobs, happened or Happened(), settings)
    jobs = _within(jobs, people, settings.clock.moment(datetime.combine(first_day + days * _ONE_DAY, time())))
    problem = Problem(
        tuple(_placed(jobs, people)), tuple(people), settings.clock.moment(at), settings.prices(at)
    )
    places = [*(each.base for each in people), *(job.place for job in problem.jobs if job.place is not None)]
    effort = Effort(seconds, seed, rounds, _ROUNDS_WITHOUT_GAIN, lambda: monotonic() >= search_until)
    outcome = rules.plan(problem, terms.travel_times(places, settings), effort)
    return _plan(company, first_day, days, rows, found, outcome, settings)


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


def _rows(company: str, first_day: date, days: int, technicians: Sequence[str] | None) -> list[dict]:
    """Open jobs that belong into these days, and everything that the technicians have in them, done or not."""
    begin, end = datetime.combine(first_day, time()), datetime.combine(first_day + days * _ONE_DAY, time())
    rows = {row["name"]: row for row in job_queries.open_jobs(company, end)}
    names = [row["name"] for row in technician_queries.technicians(company, technicians)]
    rows |= {row["name"]: row for row in job_queries.jobs_of(names, begin, end + _ONE_DAY)}
    if technicians is not None:
        rows = {
            name: row for name, row in rows.items() if not row["technician"] or row["technician"] in names
        }
    return [rows[name] for name in sorted(rows)]


def _within(jobs: Sequence[Job], people: Sequence[Technician], end: int) -> list[Job]:
    """The jobs of these days; of those after them the ones that a night shift reaches, and these stay."""
    ends = {each.name: max((shift.end for shift in each.shifts), default=0) for each in people}
    return [
        job if job.start is None or job.start < end else replace(job, is_fixed=True)
        for job in jobs
        if job.start is None or job.start < max(end, ends.get(job.technician, 0))
    ]


def _with_events(
    people: list[Technician], jobs: list[Job], happened: Happened, settings: terms.Settings
) -> tuple[list[Technician], list[Job]]:
    moment = settings.clock.moment
    away = {name: (moment(since), moment(until)) for name, (since, until) in happened.away.items()}
    people = [
        replace(each, shifts=without(each.shifts, [away[each.name]])) if each.name in away else each
        for each in people
    ]
    jobs = [_after_event(job, away, happened.longer.get(job.name, 0) * 60) for job in jobs]
    return people, jobs


def _after_event(job: Job, away: Mapping[str, tuple[int, int]], longer: int) -> Job:
    """A job of somebody who is away then cannot stay with him, even where it was fixed."""
    since, until = away.get(job.technician, (0, 0))
    is_away = job.start is not None and job.start < until and job.start + job.seconds > since
    return replace(job, seconds=job.seconds + longer, is_fixed=job.is_fixed and not is_away)


def _placed(jobs: Sequence[Job], people: Sequence[Technician]) -> list[Job]:
    """A job without a place that somebody was given by hand stays and takes its time; as if it were at the base."""
    bases = {each.name: each.base for each in people}
    return [
        replace(job, place=bases[job.technician], is_fixed=True)
        if job.place is None and job.technician in bases
        else job
        for job in jobs
    ]


def _plan(
    company: str,
    first_day: date,
    days: int,
    rows: Sequence[Mapping],
    found: terms.Places,
    outcome: Outcome,
    settings: terms.Settings,
) -> Plan:
    by_name = {row["name"]: row for row in rows}
    reasons = {change.job: sentences.sentence(change.why, settings.clock) for change in outcome.changes}
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
            status_before=by_name[stop.job.name]["status"],
            change=reasons.get(stop.job.name, ""),
        )
        for stop in outcome.stops
    ]
    left = []
    for name, reason in outcome.left.items():
        reason = found.absurd.get(name, reason)
        left.append(
            JobLeft(name, reason.code, sentences.sentence(reason, settings.clock), **_before(by_name[name]))
        )
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
    )


def _before(row: Mapping) -> dict:
    return {
        "technician_before": row["technician"],
        "start_before": row["planned_start"],
        "end_before": row["planned_end"],
    }


def apply(proposal: Plan) -> str:
    """Write the plan and its record under locks; gives back the name of the Dispatch Plan.

    Jobs that somebody changed since the plan was made, and jobs whose time somebody took, stay as they are; the record
    says which and why.
    """
    settings = terms.Settings.read()
    wanted = [visit for visit in proposal.visits if visit.is_new]
    dropped = [job for job in proposal.left if job.technician_before]
    active = technician_queries.lock({visit.technician for visit in wanted})
    rows = job_queries.lock(
        [visit.service_order for visit in wanted] + [job.service_order for job in dropped]
    )
    taken = _taken(wanted, proposal)
    kept_back, updates = {}, {}
    for visit in wanted:
        reason = _obstacle(visit, rows.get(visit.service_order), active, taken, proposal)
        if reason is None:
            updates[visit.service_order] = _planned(visit)
        else:
            kept_back[visit.service_order] = sentences.sentence(reason, settings.clock)
    for job in dropped:
        row = rows.get(job.service_order)
        if (
            row
            and row["modified"] == proposal.seen[job.service_order]
            and moves.not_movable(row["name"], row) is None
        ):
            updates[job.service_order] = moves.NOBODYS
    frappe.db.bulk_update("Service Order", updates)
    record = _record(proposal, wanted, kept_back)
    people = {visit.technician for visit in wanted} | {visit.technician_before for visit in wanted}
    moves.tell(updates, people)
    return record


def _planned(visit: Visit) -> dict:
    return {
        "technician": visit.technician,
        "planned_start": visit.start,
        "planned_end": visit.end,
        "status": "Planned",
    }


def _taken(wanted: Sequence[Visit], proposal: Plan) -> dict[str, list[Mapping]]:
    """What the technicians have now that the plan did not know of, read under locks."""
    names = sorted({visit.technician for visit in wanted})
    if not names:
        return {}
    start, end = min(visit.start for visit in wanted), max(visit.end for visit in wanted)
    found = defaultdict(list)
    for row in job_queries.lock_jobs_of(names, start, end):
        if row["modified"] != proposal.seen.get(row["name"]):
            found[row["technician"]].append(row)
    return found


def _obstacle(
    visit: Visit, row: Mapping | None, active: Mapping, taken: Mapping[str, Sequence[Mapping]], proposal: Plan
):
    """Why a visit of the plan is not written, or None."""
    gone = moves.not_movable(visit.service_order, row)
    if gone is not None:
        return gone
    if row["modified"] != proposal.seen[visit.service_order]:
        return refuse("changed_meanwhile")
    if active.get(visit.technician, {}).get("status") != "Active":
        return refuse("technician_inactive", technician=visit.technician)
    for other in taken.get(visit.technician, ()):
        if other["planned_start"] < visit.end and visit.start < other["planned_end"]:
            return refuse("time_taken", order=other["name"])
    return None


def _record(proposal: Plan, wanted: Sequence[Visit], kept_back: Mapping[str, str]) -> str:
    record = frappe.get_doc(
        {
            "doctype": "Dispatch Plan",
            "company": proposal.company,
            "first_day": proposal.first_day,
            "last_day": proposal.first_day + (proposal.days - 1) * _ONE_DAY,
            "status": "Applied",
            "applied_on": now_datetime(),
            "applied_by": frappe.session.user,
            "jobs_planned": proposal.after.planned,
            "jobs_left": len(proposal.left),
            "jobs_changed": sum(1 for visit in wanted if visit.technician_before),
            "travel_minutes_before": round(proposal.before.travel / 60),
            "travel_minutes_after": round(proposal.after.travel / 60),
            "late_minutes_before": round(proposal.before.late / 60),
            "late_minutes_after": round(proposal.after.late / 60),
            "cost_before": proposal.cost_before,
            "cost_after": proposal.cost_after,
        }
    )
    # Whoever may apply plans was asked by the caller; nobody writes records of plans by hand.
    record.insert(ignore_permissions=True)
    _insert_rows(record, "stops", [_stop_row(visit, kept_back) for visit in proposal.visits])
    _insert_rows(record, "jobs_left_table", [_left_row(job) for job in proposal.left])
    return record.name


def _insert_rows(record: Document, fieldname: str, rows: Sequence[Mapping]) -> None:
    """The rows of a table of the record, all at once."""
    if not rows:
        return
    now, user = record.creation, record.owner
    standard = {
        "owner": user,
        "modified_by": user,
        "creation": now,
        "modified": now,
        "parent": record.name,
        "parenttype": record.doctype,
        "parentfield": fieldname,
    }
    frappe.db.bulk_insert(
        record.meta.get_field(fieldname).options,
        ["name", "idx", *standard, *rows[0]],
        [
            [frappe.generate_hash(length=10), number, *standard.values(), *row.values()]
            for number, row in enumerate(rows, start=1)
        ],
    )


def _left_row(job: JobLeft) -> dict:
    return {
        "service_order": job.service_order,
        "code": job.code,
        "reason": job.reason,
        "technician_before": job.technician_before,
        "start_before": job.start_before,
        "end_before": job.end_before,
    }


def _stop_row(visit: Visit, kept_back: Mapping[str, str]) -> dict:
    return {
        "service_order": visit.service_order,
        "technician": visit.technician,
        "planned_start": visit.start,
        "planned_end": visit.end,
        "travel_minutes": visit.travel_minutes,
        "technician_before": visit.technician_before,
        "start_before": visit.start_before,
        "end_before": visit.end_before,
        "status_before": visit.status_before,
        "change_reason": visit.change,
        "kept_back": kept_back.get(visit.service_order, ""),
    }


def revert(name: str) -> dict[str, str]:
    """Give each job of the plan back the technician and time that it had before.

    Gives back {order: why it stays}: jobs that are under way or that somebody changed since. Raises ValidationError where
    the plan was reverted already.
    """
    record = frappe.get_doc("Dispatch Plan", name, for_update=True)
    if record.status != "Applied":
        frappe.throw(_("{0} has been reverted already.").format(name), frappe.ValidationError)
    settings = terms.Settings.read()
    rows = [row for row in record.stops if not row.kept_back and _was_changed(row)]
    dropped = [row for row in record.jobs_left_table if row.technician_before]
    technician_queries.lock({row.technician_before for row in [*rows, *dropped] if row.technician_before})
    present = job_queries.lock([row.service_order for row in [*rows, *dropped]])
    updates, stays = {}, {}
    for row in [*rows, *dropped]:
        order = present.get(row.service_order)
        reason = moves.not_movable(row.service_order, order)
        if reason is None and not _stands(row, order):
            reason = refuse("changed_meanwhile")
        if reason is None:
            updates[row.service_order] = _restored(row)
        else:
            stays[row.service_order] = sentences.sentence(reason, settings.clock)
    frappe.db.bulk_update("Service Order", updates)
    values = {"status": "Reverted", "reverted_on": now_datetime(), "reverted_by": frappe.session.user}
    record.db_set(values, notify=True)
    moves.tell(updates, {row.technician_before for row in rows} | {row.get("technician") for row in rows})
    return stays


def _was_changed(row) -> bool:
    return (row.technician, row.planned_start) != (row.technician_before, row.start_before)


def _stands(row, order: Mapping) -> bool:
    """Whether the order still is as the plan left it."""
    return (order["technician"], order["planned_start"]) == (row.get("technician"), row.get("planned_start"))


def _restored(row) -> dict:
    if not row.technician_before:
        return dict(moves.NOBODYS)
    return {
        "technician": row.technician_before,
        "planned_start": row.start_before,
        "planned_end": row.end_before,
        "status": "Planned",
    }
