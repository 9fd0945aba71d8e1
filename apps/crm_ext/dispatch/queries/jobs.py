"""The jobs that planning is about, in a fixed number of queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import frappe
from pypika import Case, Order
from pypika.terms import Criterion

OPEN = ("Open", "Planned", "On the Way", "In Progress")
RUNNING = ("On the Way", "In Progress")
DONE = ("Work Done", "Completed")
FIELDS = (
    "name",
    "title",
    "modified",
    "status",
    "docstatus",
    "priority",
    "company",
    "customer",
    "customer_address",
    "equipment",
    "latitude",
    "longitude",
    "technician",
    "planned_start",
    "planned_end",
    "is_fixed",
    "skill",
    "duration_minutes",
    "window_start",
    "window_end",
    "due_by",
    "lateness_cost",
)


def open_jobs(company: str, start: datetime, end: datetime, over: datetime) -> list[dict]:
    """Open orders of the company that belong into [start, end): planned there, for nobody yet, or planned to end before
    `over` and not done. What is planned for a day before and still to come stays there."""
    order = frappe.qb.DocType("Service Order")
    is_there = (order.planned_start >= start) & (order.planned_start < end)
    return _read(
        (order.company == company)
        & (order.docstatus == 0)
        & order.status.isin(OPEN)
        & (order.planned_start.isnull() | is_there | (order.planned_end < over))
        & (order.window_start.isnull() | (order.window_start < end))
    )


def jobs_of(technicians: Sequence[str], start: datetime, end: datetime) -> list[dict]:
    """What these technicians have in this time, done or not, by their start."""
    return _jobs_of(technicians, start, end).run(as_dict=True)


def lock_jobs_of(technicians: Sequence[str], start: datetime, end: datetime) -> list[dict]:
    """The same under locks, as it stands now: who holds the technicians' rows is alone with it."""
    return _jobs_of(technicians, start, end).for_update().run(as_dict=True)


def _jobs_of(technicians: Sequence[str], start: datetime, end: datetime):
    order = frappe.qb.DocType("Service Order")
    return (
        _query(
            order.technician.isin(list(technicians) or [""])
            & (order.docstatus < 2)
            & (order.status != "Cancelled")
            & (order.planned_start < end)
            & (order.planned_end > start)
        )
        .orderby(order.planned_start)
        .orderby(order.name)
    )


def job(name: str) -> dict | None:
    order = frappe.qb.DocType("Service Order")
    return next(iter(_read(order.name == name)), None)


def lock(names: Iterable[str]) -> dict[str, dict]:
    """These orders under a lock, always in the same order, as they stand now: {name: row}."""
    order = frappe.qb.DocType("Service Order")
    rows = (
        _query(order.name.isin(sorted(set(names)) or [""])).orderby(order.name).for_update().run(as_dict=True)
    )
    return {row.name: row for row in rows}


def open_jobs_of(technician: str) -> list[str]:
    """Names of the orders that the technician has still to do."""
    return frappe.get_all(
        "Service Order",
        filters={"technician": technician, "docstatus": 0, "status": ("in", OPEN)},
        pluck="name",
        order_by="name",
    )


def parts(orders: Collection[str]) -> dict[str, list[dict]]:
    """Planned parts by order: item_code, item_name, is_stock_item, qty in the stock unit."""
    part, item = frappe.qb.DocType("Service Order Part"), frappe.qb.DocType("Item")
    rows = (
        frappe.qb.from_(part)
        .join(item)
        .on(item.name == part.item_code)
        .select(
            part.parent,
            part.item_code,
            item.item_name,
            item.is_stock_item,
            (part.planned_qty * Case().when(part.conversion_factor > 0, part.conversion_factor).else_(1)).as_(
                "qty"
            ),
        )
        .where(
            part.parent.isin(list(orders) or [""])
            & (part.parenttype == "Service Order")
            & (part.planned_qty > 0)
        )
        .orderby(part.parent)
        .orderby(part.idx)
        .run(as_dict=True)
    )
    found = defaultdict(list)
    for row in rows:
        found[row.pop("parent")].append(row)
    return found


def stock_parts(orders: Collection[str]) -> dict[str, list[tuple[str, float]]]:
    """{order: [(item kept in stock, planned quantity in stock unit)]}."""
    return {
        order: [(row.item_code, row.qty) for row in rows if row.is_stock_item]
        for order, rows in parts(orders).items()
    }


def places_of_equipment(equipment: Iterable[str]) -> dict[str, tuple[float, float]]:
    rows = frappe.get_all(
        "Equipment",
        filters={"name": ("in", sorted({name for name in equipment if name}) or [""])},
        fields=["name", "latitude", "longitude"],
        order_by="name",
    )
    return {row.name: (row.latitude, row.longitude) for row in rows if row.latitude or row.longitude}


def places_of_addresses(addresses: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Where an address was when an order last had coordinates for it."""
    order = frappe.qb.DocType("Service Order")
    wanted = sorted({name for name in addresses if name})
    if not wanted:
        return {}
    rows = (
        frappe.qb.from_(order)
        .select(order.customer_address, order.latitude, order.longitude)
        .where(
            order.customer_address.isin(wanted)
            & (order.docstatus < 2)
            & Criterion.any([order.latitude != 0, order.longitude != 0])
        )
        .orderby(order.modified, order=Order.asc)
        .run(as_dict=True)
    )
    return {row.customer_address: (row.latitude, row.longitude) for row in rows}


def _read(criterion: Criterion) -> list[dict]:
    order = frappe.qb.DocType("Service Order")
    return _query(criterion).orderby(order.name).run(as_dict=True)


def _query(criterion: Criterion):
    order = frappe.qb.DocType("Service Order")
    return frappe.qb.from_(order).select(*(order[field] for field in FIELDS)).where(criterion)
