"""Plans written under locks, and taken back.

Each job that somebody changed since the plan was made is left as it is, and the plan's record says so. Reasons are kept as
code and values, and said in the language of whoever reads them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_ext.dispatch.flow import moves, sentences
from crm_ext.dispatch.flow.planning import JobLeft, Plan, Visit
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries
from crm_ext.shared.results import Refusal, refuse


def apply(proposal: Plan) -> str:
    """Write the plan and its record under locks; gives back the name of the Dispatch Plan.

    Jobs that somebody changed since the plan was made, and jobs whose time somebody took, stay as they are; the record
    says which and why.
    """
    wanted = [visit for visit in proposal.visits if visit.is_new]
    dropped = [job for job in proposal.left if job.technician_before]
    active = technician_queries.lock({visit.technician for visit in wanted})
    rows = job_queries.lock({each.service_order for each in [*wanted, *dropped]} | set(proposal.longer))
    taken = _taken(wanted, proposal)
    kept_back: dict[str, Refusal] = {}
    updates = _longer(proposal, rows)
    for visit in wanted:
        reason = _obstacle(visit, rows.get(visit.service_order), active, taken, proposal)
        _note(visit.service_order, _planned(visit), reason, updates, kept_back)
    for job in dropped:
        reason = _changed(job.service_order, rows.get(job.service_order), proposal)
        _note(job.service_order, moves.NOBODYS, reason, updates, kept_back)
    frappe.db.bulk_update("Service Order", updates)
    record = _record(proposal, wanted, kept_back)
    people = {visit.technician for visit in wanted}
    moves.tell(updates, people | {each.technician_before for each in [*wanted, *dropped]})
    return record


def _note(
    order: str, values: Mapping, reason: Refusal | None, updates: dict, kept_back: dict[str, Refusal]
) -> None:
    if reason is None:
        updates[order] = updates.get(order, {}) | values
    else:
        kept_back[order] = reason


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
) -> Refusal | None:
    """Why a visit of the plan is not written, or None."""
    changed = _changed(visit.service_order, row, proposal)
    if changed is not None:
        return changed
    if active.get(visit.technician, {}).get("status") != "Active":
        return refuse("technician_inactive", technician=visit.technician)
    for other in taken.get(visit.technician, ()):
        if other["planned_start"] < visit.end and visit.start < other["planned_end"]:
            return refuse("time_taken", order=other["name"])
    return None


def _changed(order: str, row: Mapping | None, proposal: Plan) -> Refusal | None:
    """Why an order is not what the plan knew, or None."""
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

    Gives back {order: why it stays}: jobs that are under way or that somebody changed since. Raises ValidationError where
    the plan was reverted already.
    """
    record = frappe.get_doc("Dispatch Plan", name, for_update=True)
    if record.status != "Applied":
        frappe.throw(_("{0} has been reverted already.").format(name), frappe.ValidationError)
    rows = [row for row in record.stops if not row.why_kept_back and _was_changed(row)]
    dropped = [row for row in record.jobs_left_table if not row.why_kept_back and row.technician_before]
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
            stays[row.service_order] = sentences.sentence(reason)
    frappe.db.bulk_update("Service Order", updates)
    values = {"status": "Reverted", "reverted_on": now_datetime(), "reverted_by": frappe.session.user}
    record.db_set(values, notify=True)
    moves.tell(updates, _people([*rows, *dropped]))
    return stays


def _people(rows: Iterable[Document]) -> set[str | None]:
    return {name for row in rows for name in (row.technician_before, row.get("technician"))}


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
