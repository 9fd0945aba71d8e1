"""Times that a customer may choose from, and the one that is chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import frappe
from frappe.utils import get_datetime, getdate

from crm_ext.dispatch.flow import moves, sentences, terms
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries
from crm_ext.dispatch.rules import slots as rules
from crm_ext.dispatch.rules.slots import Opening
from crm_ext.shared.results import refuse

_LONGEST_HORIZON = 60


@dataclass(frozen=True)
class Slot:
    """An arrival window in site time: the technician comes between start and end."""

    start: datetime
    end: datetime
    technician: str


def free_slots(service_order: str, *, first_day: date | str | None = None, days: int = 14) -> list[Slot]:
    """The windows in which somebody can really come, earliest first; none for a job without a place.

    Every one has a technician with the skill and the parts, at work, with time for the job and the ways before and after
    it, and moves nobody else's visit. At most 60 days.
    """
    row = job_queries.job(service_order)
    if row is None or row["docstatus"] != 0 or row["status"] not in moves.MOVABLE:
        return []
    settings = terms.Settings.read()
    people = technician_queries.technicians(row["company"])
    found = _openings(row, people, getdate(first_day) if first_day else terms.now().date(), days, settings)
    return [_slot(opening, settings) for opening in found]


def take_slot(service_order: str, start: datetime | str) -> None:
    """Promise the window that begins at `start` (site time) and give the job to whoever can keep it.

    Under the locks of the technicians and the order; raises ValidationError with a sentence where the window is gone.
    """
    settings, start = terms.Settings.read(), get_datetime(start)
    company = frappe.db.get_value("Service Order", service_order, "company")
    able = [row.name for row in technician_queries.technicians(company)] if company else []
    locked = technician_queries.lock(able)
    row = job_queries.lock([service_order]).get(service_order)
    sentences.throw_if(moves.not_movable(service_order, row))
    active = [name for name, row in locked.items() if row.status == "Active"]
    people = technician_queries.technicians(company, active)
    found = _openings(row, people, start.date(), 1, settings, locked=True)
    taken = next((each for each in found if settings.clock.local(each.window.earliest) == start), None)
    if taken is None:
        sentences.throw(refuse("slot_gone"))
    slot = _slot(taken, settings)
    values = {
        "technician": slot.technician,
        "planned_start": settings.clock.local(taken.start),
        "planned_end": settings.clock.local(taken.end),
        "window_start": slot.start,
        "window_end": slot.end,
        "status": "Planned",
    }
    frappe.get_doc("Service Order", service_order).db_set(values, notify=True)
    moves.tell([service_order], {slot.technician, row["technician"]})


def _openings(
    row: dict,
    people: Sequence[dict],
    first_day: date,
    days: int,
    settings: terms.Settings,
    locked: bool = False,
) -> list[Opening]:
    """The openings that begin on these days, also those of the night shift from the day before.

    The number of queries is the same for any number of technicians and jobs.
    """
    days = min(max(days, 1), _LONGEST_HORIZON)
    last_day, day_before = first_day + timedelta(days=days - 1), first_day - timedelta(days=1)
    parts = job_queries.stock_parts([row["name"]])
    items = [item for item, _qty in parts.get(row["name"], ())]
    technicians = terms.build_technicians(people, row["company"], day_before, days + 1, settings, items)
    technicians = [each for each in technicians if each.shifts]
    begin, end = (datetime.combine(day, time()) for day in (day_before, last_day + timedelta(days=2)))
    read = job_queries.lock_jobs_of if locked else job_queries.jobs_of
    others = [
        each for each in read([each.name for each in technicians], begin, end) if each["name"] != row["name"]
    ]
    found = terms.places([row, *others])
    now = terms.now()
    job = terms.build_jobs([row], found, settings, now, parts)[0]
    if job.place is None or not technicians:
        return []
    busy = defaultdict(list)
    for each in others:
        busy[each["technician"]].append(terms.busy(each, found, settings))
    travel = terms.travel_times(
        [job.place, *(each.base for each in technicians), *found.known.values()], settings
    )
    shifts = [shift for technician in technicians for shift in technician.shifts]
    notice = now + timedelta(hours=settings.number("slot_notice_hours"))
    length = round(max(settings.number("slot_minutes"), 15) * 60)
    day = settings.clock.day
    wanted = [
        window
        for window in rules.windows(shifts, length, day)
        if first_day <= day(window.earliest) <= last_day
    ]
    return rules.openings(
        job,
        technicians,
        busy,
        travel,
        settings.prices(now),
        settings.clock.moment(notice),
        wanted,
    )


def _slot(opening: Opening, settings: terms.Settings) -> Slot:
    clock = settings.clock
    return Slot(clock.local(opening.window.earliest), clock.local(opening.window.latest), opening.technician)
