"""The way of a service order from the first call to the work done. Submitting completes it, cancelling ends it."""

from __future__ import annotations

from dataclasses import dataclass

from crm_ext.shared.results import Refusal, refuse

# What people set; "Completed" and "Cancelled" are made by submitting and cancelling.
SETTABLE = ("Open", "Planned", "On the Way", "In Progress", "Work Done")
_NEEDS_TECHNICIAN = ("Planned", "On the Way", "In Progress", "Work Done")
# The moment that a status marks, by the field that keeps it.
MOMENTS = {"On the Way": "left_at", "In Progress": "arrived_at", "Work Done": "finished_at"}


@dataclass(frozen=True)
class Standing:
    """docstatus as Frappe counts it: 0 draft, 1 submitted, 2 cancelled."""

    status: str
    docstatus: int
    technician: str | None


def next_status(standing: Standing, status: str) -> str | Refusal:
    """The status to set. Steps back are allowed: a finger slips, a job goes on.

    Refusals: 'status_unknown', 'order_completed', 'order_cancelled', 'technician_missing'.
    """
    if status not in SETTABLE:
        return refuse("status_unknown", status=status)
    if standing.docstatus == 1:
        return refuse("order_completed")
    if standing.docstatus == 2:
        return refuse("order_cancelled")
    if status in _NEEDS_TECHNICIAN and not standing.technician:
        return refuse("technician_missing", status=status)
    return status


def moments_to_clear(status: str) -> tuple[str, ...]:
    """Moments of later steps, which a step back takes away."""
    place = SETTABLE.index(status)
    return tuple(field for later, field in MOMENTS.items() if SETTABLE.index(later) > place)
