"""A job given to a technician, moved, or taken back by hand: checked live, written under locks.

Locks are taken in the order technicians, orders, each by name: whoever plans waits for each other and never for a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.utils import get_datetime

from crm_ext.dispatch.flow import sentences, terms
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries
from crm_ext.dispatch.rules import moves as rules
from crm_ext.dispatch.rules.moves import Busy
from crm_ext.dispatch.rules.problem import Job, Technician
from crm_ext.shared.results import Refusal, refuse

MOVABLE = ("Open", "Planned")
CHANGED = "crm_ext_dispatch_changed"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class MoveWarning:
    """What speaks against a move. blocks: it cannot be done at all; everything else the dispatcher may overrule."""

    code: str
    message: str
    blocks: bool = False


def check_move(order: str, technician: str, start: datetime | str) -> list[MoveWarning]:
    """What speaks against giving the order to the technician at this time (site time); nothing is written."""
    settings = terms.Settings.read()
    row, person = job_queries.job(order), technician_queries.technician(technician)
    blocked = impossible(order, row, technician, person)
    if blocked is not None:
        return [_warning(blocked, blocks=True)]
    start = get_datetime(start)
    found = _objections(row, person, start, settings, job_queries.jobs_of([technician], *_around(start)))[0]
    return [_warning(each) for each in found]


def assign(
    order: str,
    technician: str,
    start: datetime | str,
    is_fixed: bool = False,
    accepted: Collection[str] | None = None,
) -> list[MoveWarning]:
    """Give the order to the technician at this time (site time); gives back what speaks against it.

    accepted: the codes of warnings that the person has seen; another one that holds now refuses the move. None: all are
    accepted. Raises ValidationError with a sentence where it cannot be done.
    """
    settings, start = terms.Settings.read(), get_datetime(start).replace(second=0, microsecond=0)
    people, rows = technician_queries.lock([technician]), job_queries.lock([order])
    row = rows.get(order)
    person = technician_queries.technician(technician) if technician in people else None
    if person:
        person.update(people[technician])
    sentences.throw_if(impossible(order, row, technician, person))
    others = job_queries.lock_jobs_of([technician], *_around(start))
    found, end = _objections(row, person, start, settings, others)
    _require_accepted(found, accepted)
    values = {
        "technician": technician,
        "planned_start": start,
        "planned_end": end,
        "is_fixed": int(is_fixed),
        "status": "Planned",
    }
    frappe.get_doc("Service Order", order).db_set(values, notify=True)
    tell([order], {technician, row["technician"]})
    return [_warning(each) for each in found]


def unassign(order: str) -> None:
    """Take the order back to those that nobody has. Raises ValidationError where it is under way or done."""
    row = job_queries.lock([order]).get(order)
    sentences.throw_if(not_movable(order, row))
    frappe.get_doc("Service Order", order).db_set(NOBODYS, notify=True)
    tell([order], {row["technician"]})


NOBODYS = {"technician": None, "planned_start": None, "planned_end": None, "is_fixed": 0, "status": "Open"}


def tell(orders: Collection[str], technicians: Collection[str | None]) -> None:
    """Boards that are open show it: {orders, technicians} by realtime after the commit."""
    frappe.publish_realtime(
        CHANGED,
        {"orders": sorted(orders), "technicians": sorted(filter(None, technicians))},
        doctype="Service Order",
        after_commit=True,
    )


def _require_accepted(found: Collection[Refusal], accepted: Collection[str] | None) -> None:
    for each in found:
        if accepted is not None and each.code not in accepted:
            sentences.throw(refuse("new_objection", sentence=sentences.sentence(each)))


def _warning(refusal: Refusal, blocks: bool = False) -> MoveWarning:
    return MoveWarning(refusal.code, sentences.sentence(refusal), blocks)


def impossible(order: str, row: Mapping | None, technician: str, person: Mapping | None) -> Refusal | None:
    """Why the technician cannot have the order at any time, or None."""
    refusal = not_movable(order, row)
    if refusal is not None:
        return refusal
    if person is None:
        return refuse("technician_gone", technician=technician)
    if person["status"] != "Active":
        return refuse("technician_inactive", technician=technician)
    if person["company"] != row["company"]:
        return refuse(
            "other_company", technician=technician, works_for=person["company"], company=row["company"]
        )
    return None


def not_movable(order: str, row: Mapping | None) -> Refusal | None:
    if row is None:
        return refuse("order_gone", order=order)
    if row["docstatus"] != 0 or row["status"] not in MOVABLE:
        return refuse("not_to_be_planned", order=order, status=row["status"])
    return None


def _around(start: datetime) -> tuple[datetime, datetime]:
    """Enough of the time before and after for neighbours and night shifts."""
    return start - _ONE_DAY, start + 2 * _ONE_DAY


def _objections(
    row: Mapping, person: Mapping, start: datetime, settings: terms.Settings, others: list[Mapping]
) -> tuple[list[Refusal], datetime]:
    """What speaks against it, and when the job would end."""
    rows = [row, *(each for each in others if each["name"] != row["name"])]
    found = terms.places(rows)
    parts = job_queries.stock_parts([row["name"]])
    job = terms.build_jobs([row], found, settings, terms.now(), parts)[0]
    built = terms.build_technicians(
        [person], row["company"], (start - _ONE_DAY).date(), 3, settings, [item for item, _qty in job.parts]
    )
    begin = settings.clock.moment(start)
    if not built:
        end = settings.clock.local(begin + job.seconds)
        return [refuse("no_base", technician=person["name"])], end
    technician = built[0]
    busy = [terms.busy(each, found, settings) for each in rows[1:]]
    travel = terms.travel_times(_all_places(technician, job, busy), settings)
    now = settings.clock.moment(terms.now())
    objections = rules.objections(job, technician, begin, busy, travel, now)
    return objections, settings.clock.local(rules.end_of(technician, begin, job.seconds))


def _all_places(technician: Technician, job: Job, busy: list[Busy]) -> list:
    places = [technician.base, job.place, *(each.place for each in busy)]
    return [place for place in places if place is not None]
