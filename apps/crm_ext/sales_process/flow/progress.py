"""Keeps the record of where an opportunity stands: stage history, activities done and the next step."""

from __future__ import annotations

from datetime import date, datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.rename_doc import rename_doc
from frappe.utils import get_datetime, now_datetime

from crm_ext.sales_process.flow import definitions
from crm_ext.sales_process.flow.guard import Entry
from crm_ext.sales_process.queries import progress as queries
from crm_ext.sales_process.queries.progress import OUTCOME_OF_STATUS
from crm_ext.sales_process.rules.passages import hours_between

WRITTEN_DIRECTLY = "not checked: written directly"


def record(opportunity: Document) -> None:
    """Bring the history up to date with the opportunity. One query where nothing has changed."""
    entry = opportunity.flags.pop("stage_entry", None) or Entry("Not checked", WRITTEN_DIRECTLY)
    if opportunity.flags.in_delete:
        return
    standing = queries.standing(opportunity.name)
    stage = opportunity.sales_stage or None
    stays = bool(stage) and opportunity.status not in OUTCOME_OF_STATUS
    if standing and (standing.sales_stage or None) == stage and bool(standing.running) == stays:
        return
    now = now_datetime()
    _place(
        opportunity.name,
        {"sales_stage": stage} | ({"entered_on": now} if stays else {}),
        known=bool(standing),
    )
    if standing and standing.running:
        _leave(standing, opportunity, now)
    if stays:
        _enter(opportunity, entry, now)


def forget(opportunity: str) -> None:
    """The record goes with its opportunity."""
    frappe.delete_doc(
        "Opportunity Progress",
        opportunity,
        # Whoever may delete the opportunity takes its record along.
        ignore_permissions=True,
        force=True,
        ignore_missing=True,
        delete_permanently=True,
    )


def rename(old: str, new: str) -> None:
    """The record is found by the opportunity's name, so it is renamed with it."""
    if frappe.db.exists("Opportunity Progress", old):
        rename_doc(
            "Opportunity Progress",
            old,
            new,
            # Whoever may rename the opportunity takes its record along.
            ignore_permissions=True,
            force=True,
            show_alert=False,
        )


def set_activity(opportunity: Document, stage: str, activity: str, done: bool, note: str = "") -> None:
    """Tick an activity of the process off, or take the tick back. A second tick changes nothing."""
    process = definitions.process_for(opportunity.opportunity_type, opportunity.company)
    if process is None or not any((one.stage, one.name) == (stage, activity) for one in process.activities):
        frappe.throw(
            _("{0} is not an activity of stage {1}. Reload the page to see the present ones.").format(
                activity, _(stage)
            )
        )
    progress = open_record(opportunity.name)
    ticked = [row for row in progress.activities if (row.sales_stage, row.activity) == (stage, activity)]
    if done and not ticked:
        progress.append(
            "activities",
            {
                "sales_stage": stage,
                "activity": activity,
                "done_by": frappe.session.user,
                "done_on": now_datetime(),
                "note": note,
            },
        )
    elif not done:
        for row in ticked:
            progress.remove(row)
    _save(progress)


def plan_next_step(
    opportunity: Document, step: str, day: date | None, owner: str | None, remind_by: str
) -> None:
    """Write down what comes next. remind_by: 'ToDo' or 'Event' makes or moves that reminder, '' leaves it alone."""
    progress = open_record(opportunity.name)
    progress.update(
        {"next_step": step, "next_step_date": day, "next_step_owner": owner or frappe.session.user}
    )
    if remind_by and not day:
        frappe.throw(
            _("Choose a date for the next step, so that it can be put on the list or in the calendar.")
        )
    if remind_by == "ToDo":
        progress.next_step_todo = _task(progress, opportunity)
    elif remind_by == "Event":
        progress.next_step_event = _appointment(progress, opportunity)
    _save(progress)


def finish_next_step(opportunity: Document) -> None:
    """The step is done: its reminders are closed and there is room for the next."""
    progress = open_record(opportunity.name)
    for doctype, name in (("ToDo", progress.next_step_todo), ("Event", progress.next_step_event)):
        if name and frappe.db.get_value(doctype, name, "status") == "Open":
            reminder = frappe.get_doc(doctype, name)
            reminder.status = "Closed"
            # The reminder was made for this step; whoever may finish the step closes it.
            reminder.save(ignore_permissions=True)
    for field in ("next_step", "next_step_date", "next_step_owner", "next_step_todo", "next_step_event"):
        progress.set(field, None)
    _save(progress)


def open_record(opportunity: str) -> Document:
    """The record of an opportunity, locked until the end of the transaction, or a new one."""
    progress = queries.document(opportunity, for_update=True)
    return progress or frappe.new_doc("Opportunity Progress", opportunity=opportunity)


def _place(opportunity: str, values: dict, known: bool) -> None:
    """Write where the opportunity is. The rows are the app's own and no other event listens, so they go in directly."""
    if known:
        frappe.db.set_value("Opportunity Progress", opportunity, values)
    else:
        frappe.get_doc(
            {"doctype": "Opportunity Progress", "name": opportunity, "opportunity": opportunity, **values}
        ).db_insert()


def _leave(standing: dict, opportunity: Document, now: datetime) -> None:
    frappe.db.set_value(
        "Stage Passage",
        standing.running,
        {
            "left_on": now,
            "hours": float(hours_between(get_datetime(standing.entered_on), now)),
            "outcome": OUTCOME_OF_STATUS.get(opportunity.status)
            or _outcome_of_move(opportunity, standing.running_stage),
        },
        update_modified=False,
    )


def _outcome_of_move(opportunity: Document, left: str) -> str:
    process = definitions.process_for(opportunity.opportunity_type, opportunity.company)
    direction = process.direction(left, opportunity.sales_stage) if process else "outside"
    return {"forward": "Forward", "start": "Forward", "back": "Back"}.get(direction, "")


def _enter(opportunity: Document, entry: Entry, now: datetime) -> None:
    frappe.get_doc(
        {
            "doctype": "Stage Passage",
            "parent": opportunity.name,
            "parenttype": "Opportunity Progress",
            "parentfield": "passages",
            "idx": queries.passage_counts([opportunity.name]).get(opportunity.name, 0) + 1,
            "sales_stage": opportunity.sales_stage,
            "entered_on": now,
            "entry": entry.entry,
            "reason": entry.reason,
            "moved_by": frappe.session.user,
            "probability": opportunity.probability,
        }
    ).db_insert()


def _save(progress: Document) -> None:
    # The caller has been checked for the opportunity itself, which this record belongs to.
    progress.save(ignore_permissions=True)


def _task(progress: Document, opportunity: Document) -> str:
    values = {
        "description": progress.next_step,
        "date": progress.next_step_date,
        "allocated_to": progress.next_step_owner,
        "reference_type": "Opportunity",
        "reference_name": opportunity.name,
    }
    return _reminder("ToDo", progress.next_step_todo, values)


def _appointment(progress: Document, opportunity: Document) -> str:
    values = {
        "subject": progress.next_step,
        "starts_on": progress.next_step_date,
        "all_day": 1,
        "event_type": "Private",
        "event_participants": [
            {"reference_doctype": "Opportunity", "reference_docname": opportunity.name},
        ],
    }
    return _reminder("Event", progress.next_step_event, values)


def _reminder(doctype: str, name: str | None, values: dict) -> str:
    """The reminder with its new values: the open one of this step is changed, else one is made."""
    open_one = name and frappe.db.get_value(doctype, name, "status") == "Open"
    reminder = frappe.get_doc(doctype, name) if open_one else frappe.new_doc(doctype)
    reminder.update(values)
    # Reminders follow the step, whose opportunity the caller may write; a colleague may have made the reminder.
    reminder.save(ignore_permissions=True)
    return reminder.name
