"""Finds changes of stage and status that went past the document's events, and records them. Runs every day."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.utils import get_datetime, now_datetime

from crm_ext.sales_process.flow import definitions
from crm_ext.sales_process.flow.progress import WRITTEN_DIRECTLY
from crm_ext.sales_process.queries import processes as process_queries
from crm_ext.sales_process.queries import progress as queries
from crm_ext.sales_process.queries.progress import OUTCOME_OF_STATUS
from crm_ext.sales_process.rules.passages import hours_between
from crm_ext.sales_process.rules.processes import Applies, Process, choose

BATCH = 2000
_META = ("name", "creation", "modified", "owner", "modified_by", "docstatus", "idx")
_PROGRESS = (*_META, "opportunity", "sales_stage", "entered_on")
_PASSAGE = (
    *_META,
    *("parent", "parenttype", "parentfield", "sales_stage", "entered_on", "left_on", "hours", "outcome"),
    *("entry", "reason", "probability"),
)


def reconcile() -> int:
    """Record every change that was missed; the number of opportunities put right. A second run finds nothing.

    A missed change is dated by the opportunity's last modification, the earliest moment that is known for certain.
    """
    total, after = 0, ""
    chooser = _Chooser()
    while rows := queries.drifted(after, BATCH):
        _put_right(rows, chooser)
        total += len(rows)
        after = rows[-1].name
        if not frappe.flags.in_test:
            # Each batch stands on its own, so that a job that is killed goes on where it stopped.
            frappe.db.commit()
    return total


class _Chooser:
    """Processes by opportunity type and company, each loaded once."""

    def __init__(self) -> None:
        self.candidates = [
            Applies(row.name, row.opportunity_type or None, row.company or None)
            for row in process_queries.enabled()
        ]
        self.loaded: dict[str, Process] = {}

    def outcome(self, row: dict) -> str:
        """How the stay ended that the record still shows as running."""
        if settled := OUTCOME_OF_STATUS.get(row.status):
            return settled
        name = choose(self.candidates, row.opportunity_type or None, row.company)
        if name is None:
            return ""
        if name not in self.loaded:
            self.loaded[name] = definitions.load(name)
        direction = self.loaded[name].direction(row.recorded_stage, row.sales_stage)
        return {"forward": "Forward", "start": "Forward", "back": "Back"}.get(direction, "")


def _put_right(rows: list[dict], chooser: _Chooser) -> None:
    now = now_datetime()
    stays = queries.passage_counts([row.name for row in rows])
    left, moved, new_records, new_stays = {}, {}, [], []
    for row in rows:
        entered = _moment_of_change(row, now)
        if row.running:
            left[row.running] = _end_of_stay(row, entered, chooser)
        if row.progress:
            moved[row.name] = {"sales_stage": row.sales_stage, "entered_on": entered}
        else:
            new_records.append((*_meta(row.name, now, 0), row.name, row.sales_stage, entered))
        if row.sales_stage and row.status not in OUTCOME_OF_STATUS:
            new_stays.append(_new_stay(row, entered, now, stays.get(row.name, 0) + 1))
    if left:
        frappe.db.bulk_update("Stage Passage", left, update_modified=False)
    if moved:
        frappe.db.bulk_update("Opportunity Progress", moved, update_modified=False)
    frappe.db.bulk_insert("Opportunity Progress", _PROGRESS, new_records, ignore_duplicates=True)
    frappe.db.bulk_insert("Stage Passage", _PASSAGE, new_stays)


def _moment_of_change(row: dict, now: datetime) -> datetime:
    """When the present stage was entered, as well as it is known: never before the stay that it ends."""
    if not row.progress:
        return get_datetime(row.creation)
    known = get_datetime(row.modified)
    return known if row.entered_on is None or known >= get_datetime(row.entered_on) else now


def _end_of_stay(row: dict, left_on: datetime, chooser: _Chooser) -> dict:
    hours = float(hours_between(get_datetime(row.entered_on), left_on))
    return {"left_on": left_on, "hours": hours, "outcome": chooser.outcome(row)}


def _new_stay(row: dict, entered: datetime, now: datetime, number: int) -> tuple:
    return (
        *_meta(frappe.generate_hash(length=10), now, number),
        *(row.name, "Opportunity Progress", "passages", row.sales_stage, entered, None, 0, ""),
        *("Not checked", WRITTEN_DIRECTLY, row.probability),
    )


def _meta(name: str, now: datetime, number: int) -> tuple:
    user = frappe.session.user
    return (name, now, now, user, user, 0, number)
