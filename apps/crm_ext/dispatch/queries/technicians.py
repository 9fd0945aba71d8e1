"""Who can be sent: technicians with skills, times, absences and what lies in their vans. Read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import frappe

FIELDS = (
    "name",
    "technician_name",
    "status",
    "company",
    "employee",
    "van_warehouse",
    "most_jobs",
    "holiday_list",
    "base_address",
    "latitude",
    "longitude",
)


def technicians(company: str, names: Sequence[str] | None = None) -> list[dict]:
    """The active technicians of the company (only these names), by name."""
    filters: dict = {"company": company, "status": "Active"}
    if names is not None:
        filters["name"] = ("in", list(names) or [""])
    return frappe.get_all("Technician", filters=filters, fields=list(FIELDS), order_by="name")


def technician(name: str) -> dict | None:
    """The technician, active or not."""
    return frappe.db.get_value("Technician", name, FIELDS, as_dict=True)


def lock(names: Iterable[str]) -> dict[str, dict]:
    """The rows of these technicians under a lock, always in the same order: {name: {status, company}}."""
    table = frappe.qb.DocType("Technician")
    rows = (
        frappe.qb.from_(table)
        .select(table.name, table.status, table.company)
        .where(table.name.isin(sorted(set(names)) or [""]))
        .orderby(table.name)
        .for_update()
        .run(as_dict=True)
    )
    return {row.name: row for row in rows}


def skills(names: Sequence[str]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for row in _rows_of("Technician Skill", names, ["parent", "skill"]):
        found[row.parent].add(row.skill)
    return found


def working_times(names: Sequence[str]) -> dict[str, list[dict]]:
    """{technician: [{weekday, from_time, to_time}]}."""
    found = defaultdict(list)
    for row in _rows_of("Technician Working Time", names, ["parent", "weekday", "from_time", "to_time"]):
        found[row.parent].append(row)
    return found


def _rows_of(doctype: str, names: Sequence[str], fields: list[str]) -> list[dict]:
    return frappe.get_all(
        doctype,
        filters={"parent": ("in", list(names) or [""]), "parenttype": "Technician"},
        fields=fields,
        order_by="parent asc, idx asc",
    )


def employees(names: Iterable[str]) -> dict[str, dict]:
    """{employee: {holiday_list, default_shift}}; the shift is there where the app for human resources is."""
    fields = ["name", "holiday_list"]
    if frappe.get_meta("Employee").has_field("default_shift"):
        fields.append("default_shift")
    rows = frappe.get_all(
        "Employee", filters={"name": ("in", list(set(names)) or [""])}, fields=fields, order_by="name"
    )
    return {row.name: row for row in rows}


def company_holiday_list(company: str) -> str | None:
    return frappe.get_cached_value("Company", company, "default_holiday_list")


def holidays(lists: Iterable[str], first: date, last: date) -> dict[str, set[date]]:
    rows = frappe.get_all(
        "Holiday",
        filters={
            "parent": ("in", list(set(lists)) or [""]),
            "parenttype": "Holiday List",
            "holiday_date": ("between", (first, last)),
        },
        fields=["parent", "holiday_date"],
        order_by="parent asc, holiday_date asc",
    )
    found = defaultdict(set)
    for row in rows:
        found[row.parent].add(row.holiday_date)
    return found


def shift_assignments(employees: Sequence[str], first: date, last: date) -> list[dict]:
    """[{employee, shift_type, start_date, end_date}] of the app for human resources, or nothing where it is not there."""
    if not employees or not frappe.db.exists("DocType", "Shift Assignment", cache=True):
        return []
    assignment = frappe.qb.DocType("Shift Assignment")
    return (
        frappe.qb.from_(assignment)
        .select(assignment.employee, assignment.shift_type, assignment.start_date, assignment.end_date)
        .where(
            assignment.employee.isin(list(employees))
            & (assignment.docstatus == 1)
            & (assignment.status == "Active")
            & (assignment.start_date <= last)
            & (assignment.end_date.isnull() | (assignment.end_date >= first))
        )
        .orderby(assignment.start_date)
        .orderby(assignment.name)
        .run(as_dict=True)
    )


def shift_types(names: Iterable[str]) -> dict[str, dict]:
    """{shift type: {start_time, end_time, holiday_list}}."""
    wanted = sorted({name for name in names if name})
    if not wanted or not frappe.db.exists("DocType", "Shift Type", cache=True):
        return {}
    rows = frappe.get_all(
        "Shift Type",
        filters={"name": ("in", wanted)},
        fields=["name", "start_time", "end_time", "holiday_list"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def leaves(employees: Sequence[str], first: date, last: date) -> list[dict]:
    """[{employee, from_date, to_date, half_day, half_day_date}]: approved leave, where the app for it is there."""
    if not employees or not frappe.db.exists("DocType", "Leave Application", cache=True):
        return []
    leave = frappe.qb.DocType("Leave Application")
    return (
        frappe.qb.from_(leave)
        .select(leave.employee, leave.from_date, leave.to_date, leave.half_day, leave.half_day_date)
        .where(
            leave.employee.isin(list(employees))
            & (leave.docstatus == 1)
            & (leave.status == "Approved")
            & (leave.from_date <= last)
            & (leave.to_date >= first)
        )
        .orderby(leave.from_date)
        .orderby(leave.name)
        .run(as_dict=True)
    )


def van_stock(warehouses: Iterable[str], items: Iterable[str]) -> Mapping[str, dict[str, float]]:
    """{warehouse: {item: quantity in stock unit}}."""
    wanted, vans = sorted(set(items)), sorted({name for name in warehouses if name})
    found: dict[str, dict[str, float]] = defaultdict(dict)
    if not wanted or not vans:
        return found
    for row in frappe.get_all(
        "Bin",
        filters={"warehouse": ("in", vans), "item_code": ("in", wanted)},
        fields=["warehouse", "item_code", "actual_qty"],
        order_by="warehouse asc, item_code asc",
    ):
        found[row.warehouse][row.item_code] = row.actual_qty
    return found


def dispatchers() -> list[str]:
    """Enabled users who dispatch; where nobody has that role, those who lead the service."""
    for role in ("Dispatcher", "Maintenance Manager"):
        holder, user = frappe.qb.DocType("Has Role"), frappe.qb.DocType("User")
        found = (
            frappe.qb.from_(holder)
            .join(user)
            .on(user.name == holder.parent)
            .select(user.name)
            .distinct()
            .where(
                (holder.parenttype == "User")
                & (holder.role == role)
                & (user.enabled == 1)
                & user.name.notin(("Administrator", "Guest"))
            )
            .orderby(user.name)
            .run(pluck=True)
        )
        if found:
            return found
    return []
