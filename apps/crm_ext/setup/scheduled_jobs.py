"""The rows that Frappe's migrations make of the scheduler events in hooks.py, and leave behind when the app goes."""

from __future__ import annotations

import frappe

_OURS = ("like", "crm_ext.%")


def remove() -> None:
    """Every job of the app, with the diary of its runs."""
    jobs = frappe.get_all("Scheduled Job Type", filters={"method": _OURS}, pluck="name", order_by="name")
    frappe.db.delete("Scheduled Job Log", {"scheduled_job_type": ("in", jobs)})
    frappe.db.delete("Scheduled Job Type", {"name": ("in", jobs)})
