"""Plans written under locks, and taken back.

Each job that somebody changed since the plan was made is left as it is, and the plan's record says so. Reasons are kept as
code and values, and said in the language of whoever reads them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_ext.dispatch.flow import moves, sentences
from crm_ext.dispatch.flow.planning import JobLeft, Plan, Visit
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries
from crm_ext.shared.results import Refusal, refuse


@dataclass(frozen=True)
class _Place:
    """Where an order is to stand, in site time; without a technician, nobody has it."""

    service_order: str
    technician: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def values(self) -> dict:
        if not self.technician:
            return dict(moves.NOBODYS)
        return {
            "technician": self.technician,
            "planned_start": self.start,
            "planned_end": self.end,
            "status": "Planned",
        }

    def takes_time(self) -> bool:
        return bool(self.technician and self.start and self.end)


def apply(proposal: Plan) -> str:
    """Write the plan and its record under locks; gives back the name of the Dispatch Plan.

    Jobs that somebody changed since the plan was made, and jobs whose time somebody took, stay as they are; the record
    says which and why.
    """
    wanted = [visit for visit in proposal.visits if visit.is_new]
    dropped = [job for job in proposal.left if job.technician_before]
    places = [_Place(each.service_order, each.technician, each.start, each.end) for each in wanted]
    places += [_Place(each.service_order) for each in dropped]
    people = technician_queries.lock({visit.technician for visit in wanted})
    rows = job_queries.lock({place.service_order for place in places} | set(proposal.longer))
    changed = {place.service_order: _changed(place.service_order, rows, proposal) for place in places}
    taken = [row for row in _jobs_around(places) if row["modified"] != proposal.seen.get(row["name"])]
    kept_back = _kept_back(places, changed, rows, people, taken)
    updates = _updates(places, kept_back, _longer(proposal, rows))
    frappe.db.bulk_update("Service Order", updates)
    record = _record(proposal, wanted, kept_back)
    before = {each.technician_before for each in [*wanted, *dropped]}
    moves.tell(updates, before | {visit.technician for visit in wanted})
    return record


def _jobs_around(places: Sequence[_Place]) -> list[Mapping]:
    """What the technicians of these places have at that time, read under locks."""
    timed = [place for place in places if place.takes_time()]
    if not timed:
        return []
    names = sorted({place.technician for place in timed})
    return job_queries.lock_jobs_of(
        names, min(place.start for place in timed), max(place.end for place in timed)
    )


def _kept_back(
    places: Sequence[_Place],
    changed: Mapping[str, Refusal | None],
    rows: Mapping[str, Mapping],
    people: Mapping[str, Mapping],
    taken: Iterable[Mapping],
) -> dict[str, Refusal]:
    """Why orders stay where they are. One that stays keeps its own time from others, and these stay in their turn.

    changed: why an order is not to be touched at all; rows: the orders as they stand; taken: jobs that are in the way.
    """
    in_the_way = defaultdict(list)
    for row in taken:
        in_the_way[row["technician"]].append(row)
    kept_back = {order: reason for order, reason in changed.items() if reason is not None}
    while found := {
        place.service_order: reason
        for place in places
        if place.service_order not in kept_back
        and (reason := _obstacle(place, rows, people, in_the_way)) is not None
    }:
        kept_back |= found
        for row in map(rows.get, found):
            if row["planned_start"] and row["planned_end"]:
                in_the_way[row["technician"]].append(row)
    return kept_back


def _obstacle(
    place: _Place,
    rows: Mapping[str, Mapping],
    people: Mapping[str, Mapping],
    in_the_way: Mapping[str, Sequence[Mapping]],
) -> Refusal | None:
    """Why an order cannot be put there, or None."""
    if not place.technician:
        return None
    order, technician = place.service_order, place.technician
    impossible = moves.impossible(order, rows.get(order), technician, people.get(technician))
    if impossible is not None or not place.takes_time():
        return impossible
    for other in in_the_way.get(technician, ()):
        if other["planned_start"] < place.end and place.start < other["planned_end"]:
            return refuse("time_taken", order=other["name"])
    return None


def _updates(
    places: Sequence[_Place], kept_back: Mapping[str, Refusal], known: Mapping[str, dict]
) -> dict[str, dict]:
    """What is known of orders, and where those stand that are not kept back."""
    moved = {place.service_order: place.values() for place in places if place.service_order not in kept_back}
    return {order: known.get(order, {}) | moved.get(order, {}) for order in [*known, *moved]}


def _longer(proposal: Plan, rows: Mapping[str, Mapping]) -> dict[str, dict]:
    """What is known now of jobs that take longer, also of those that stay where they are: these end later."""
    ends = {visit.service_order: visit.end for visit in proposal.visits if not visit.is_new}
    updates = {}
    for order, minutes in proposal.longer.items():
        row = rows.get(order)
        if row is None or row["status"] not in job_queries.OPEN or row["modified"] != proposal.seen[order]:
            continue
        updates[order] = {"duration_minutes": (row["duration_minutes"] or 0) + minutes}
        if order in ends:
            updates[order]["planned_end"] = ends[order]
    return updates


def _changed(order: str, rows: Mapping[str, Mapping], proposal: Plan) -> Refusal | None:
    """Why an order is not what the plan knew, or None."""
    row = rows.get(order)
    gone = moves.not_movable(order, row)
    if gone is not None:
        return gone
    return None if row["modified"] == proposal.seen[order] else refuse("changed_meanwhile")


def _record(proposal: Plan, wanted: Sequence[Visit], kept_back: Mapping[str, Refusal]) -> str:
    record = frappe.get_doc(
        {
            "doctype": "Dispatch Plan",
            "company": proposal.company,
            "first_day": proposal.first_day,
            "last_day": proposal.first_day + timedelta(days=proposal.days - 1),
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
    _insert_rows(record, "jobs_left_table", [_left_row(job, kept_back) for job in proposal.left])
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


def _left_row(job: JobLeft, kept_back: Mapping[str, Refusal]) -> dict:
    return {
        "service_order": job.service_order,
        "why": sentences.stored(job.why),
        "technician_before": job.technician_before,
        "start_before": job.start_before,
        "end_before": job.end_before,
        "why_kept_back": sentences.stored(kept_back.get(job.service_order)),
    }


def _stop_row(visit: Visit, kept_back: Mapping[str, Refusal]) -> dict:
    return {
        "service_order": visit.service_order,
        "technician": visit.technician,
        "planned_start": visit.start,
        "planned_end": visit.end,
        "travel_minutes": visit.travel_minutes,
        "technician_before": visit.technician_before,
        "start_before": visit.start_before,
        "end_before": visit.end_before,
        "why_changed": sentences.stored(visit.change),
        "why_kept_back": sentences.stored(kept_back.get(visit.service_order)),
    }


def revert(name: str) -> dict[str, str]:
    """Give each job of the plan back the technician and time that it had before.

    Gives back {order: why it stays}: jobs that are under way or that somebody changed since, whose technician left, or whose
    time was given away. Raises ValidationError where the plan was reverted already.
    """
    record = frappe.get_doc("Dispatch Plan", name, for_update=True)
    if record.status != "Applied":
        frappe.throw(_("{0} has been reverted already.").format(name), frappe.ValidationError)
    known = [*record.stops, *record.jobs_left_table]
    moved = [row for row in known if not row.why_kept_back and _was_changed(row)]
    places = [_Place(row.service_order, *_before(row)) for row in moved]
    people = technician_queries.lock({place.technician for place in places if place.technician})
    orders = job_queries.lock([place.service_order for place in places])
    changed = {row.service_order: _changed_since(row, orders) for row in moved}
    taken = _came_since(places, changed, known)
    kept_back = _kept_back(places, changed, orders, people, taken)
    updates = _updates(places, kept_back, {})
    frappe.db.bulk_update("Service Order", updates)
    values = {"status": "Reverted", "reverted_on": now_datetime(), "reverted_by": frappe.session.user}
    record.db_set(values, notify=True)
    moves.tell(updates, {name for row in moved for name in (row.technician_before, row.get("technician"))})
    return {order: sentences.sentence(reason) for order, reason in kept_back.items()}


def _before(row: Document) -> tuple[str | None, datetime | None, datetime | None]:
    return row.technician_before, row.start_before, row.end_before


def _was_changed(row: Document) -> bool:
    return (row.get("technician"), row.get("planned_start")) != (row.technician_before, row.start_before)


def _changed_since(row: Document, orders: Mapping[str, Mapping]) -> Refusal | None:
    """Why an order is not what the plan left, or None."""
    order = orders.get(row.service_order)
    gone = moves.not_movable(row.service_order, order)
    if gone is not None:
        return gone
    left_at = row.get("technician"), row.get("planned_start")
    return None if (order["technician"], order["planned_start"]) == left_at else refuse("changed_meanwhile")


def _came_since(
    places: Sequence[_Place], changed: Mapping[str, Refusal | None], known: Iterable[Document]
) -> list[Mapping]:
    """Jobs that are in the way now and were not before the plan; what shared a time then may share it again."""
    before = {row.service_order: _before(row) for row in known}
    goes_back = {order for order, reason in changed.items() if reason is None}
    return [
        row
        for row in _jobs_around(places)
        if row["name"] not in goes_back
        and before.get(row["name"]) != (row["technician"], row["planned_start"], row["planned_end"])
    ]
