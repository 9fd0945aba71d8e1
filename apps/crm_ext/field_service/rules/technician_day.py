"""When a job stands on the technician's page."""

from __future__ import annotations

from datetime import date, datetime

TODAY, COMING, DONE = "today", "coming", "done"
_BEGUN = ("On the Way", "In Progress")
_FINISHED = ("Work Done", "Completed", "Cancelled")


def place_of(status: str, docstatus: int, planned_start: datetime | None, today: date) -> str:
    """'today', 'coming' or 'done'. What was begun or is late is for today; what has no time yet is to come."""
    if docstatus == 1 or status in _FINISHED:
        return DONE
    if status in _BEGUN:
        return TODAY
    if planned_start and planned_start.date() <= today:
        return TODAY
    return COMING
