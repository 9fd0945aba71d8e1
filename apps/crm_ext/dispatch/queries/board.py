"""Reads the dispatch board: technicians, their jobs of some days and the jobs that nobody has yet.

Everything comes in a fixed number of statements, however many technicians and jobs there are. Technicians and orders
are read with the rights of the user; what hangs on them (skills, parts, names) is read by the names found so.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import frappe

from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries

TECHNICIAN_FIELDS = (*technician_queries.FIELDS, "mobile_no")
JOB_FIELDS = (
    *job_queries.FIELDS,
    "job_type",
    "customer_name",
    "contact_mobile",
    "service_contract",
    "description",
    "address_display",
)
# Enough for some weeks of a large desk; the board says when there are more.
MOST_UNASSIGNED = 500


def technicians(company: str) -> list[dict]:
    """Every technician of the company, those who left the service as well: their jobs must not vanish."""
    return frappe.get_list(
        "Technician",
        filters={"company": company},
        fields=list(TECHNICIAN_FIELDS),
        order_by="technician_name",
        limit=0,
    )


def jobs(company: str, start: datetime, end: datetime) -> list[dict]:
    """Orders that stand at a technician and touch [start, end), the earliest first. Times are the site's."""
    return frappe.get_list(
        "Service Order",
        filters=[
            ["company", "=", company],
            ["docstatus", "<", 2],
            ["status", "!=", "Cancelled"],
            ["technician", "is", "set"],
            ["planned_start", "<", end],
            ["planned_end", ">", start],
        ],
        fields=list(JOB_FIELDS),
        order_by="technician, planned_start, name",
        limit=0,
    )


def job(service_order: str) -> dict:
    """One order; the caller has seen to it that the user may read it."""
    return frappe.get_all(
        "Service Order",
        filters={"name": service_order},
        fields=list(JOB_FIELDS),
        order_by="name",
        limit=1,
    )[0]


def unassigned(company: str) -> list[dict]:
    """Open orders without a technician: what is due first first, then what has no due date, the oldest first.

    One more than the board shows, so that it can say that there are more.
    """
    found: list[dict] = []
    for due, order_by in (("set", "due_by, name"), ("not set", "creation, name")):
        found += frappe.get_list(
            "Service Order",
            filters=[
                ["company", "=", company],
                ["docstatus", "=", 0],
                ["status", "=", "Open"],
                ["due_by", "is", due],
            ],
            fields=list(JOB_FIELDS),
            order_by=order_by,
            limit=MOST_UNASSIGNED + 1,
        )
    return found


def left_over(company: str, before: datetime, since: datetime) -> list[dict]:
    """Orders that were planned to end in [since, before) and that nobody has begun."""
    return frappe.get_list(
        "Service Order",
        filters=[
            ["company", "=", company],
            ["docstatus", "=", 0],
            ["status", "=", "Planned"],
            ["planned_end", "<", before],
            ["planned_end", ">=", since],
        ],
        fields=list(JOB_FIELDS),
        order_by="planned_end, name",
        limit=MOST_UNASSIGNED,
    )


def reasons(orders: Collection[str]) -> dict[str, str]:
    """Why the last plan left each of these orders, where one did, as code and values."""
    rows = frappe.get_all(
        "Dispatch Plan Job Left",
        filters={"service_order": ("in", list(orders) or [""]), "parenttype": "Dispatch Plan"},
        fields=["service_order", "why"],
        order_by="creation, parent, idx",
    )
    return {row.service_order: row.why for row in rows}


def equipment_names(names: Collection[str]) -> dict[str, str]:
    """What people call the equipment, with its serial number, by record."""
    rows = frappe.get_all(
        "Equipment",
        filters={"name": ("in", list(names) or [""])},
        fields=["name", "equipment_name", "serial_no", "other_serial_no"],
        order_by="name",
    )
    return {
        row.name: " · ".join(filter(None, (row.equipment_name, row.serial_no or row.other_serial_no)))
        for row in rows
    }
