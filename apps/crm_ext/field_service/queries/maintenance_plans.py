"""What plans of maintenance are made from. However many plans there are, the number of queries is the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

import frappe
from frappe.utils import getdate

_PLAN = [
    "name", "status", "company", "customer", "equipment", "service_contract", "line_number", "rhythm",
    "interval_count", "interval_unit", "calendar", "meter", "meter_interval", "season", "season_side", "season_days",
    "start_date", "end_date", "horizon_days", "holiday_shift", "holiday_list", "planned_until", "problem",
]  # fmt: skip


def names_after(position: str, number: int, company: str | None = None) -> list[str]:
    """The next plans by name; ended ones too while visits of theirs are planned."""
    filters = {"name": (">", position)}
    if company:
        filters["company"] = company
    return frappe.get_all("Maintenance Plan", filters=filters, pluck="name", order_by="name", limit=number)


def plans(names: Collection[str]) -> list[frappe._dict]:
    return frappe.get_all(
        "Maintenance Plan", filters={"name": ("in", sorted(names))}, fields=_PLAN, order_by="name"
    )


def contracts(names: Iterable[str]) -> dict[str, frappe._dict]:
    """Contracts with `lines`, `listed` equipment and `suspensions`; four queries."""
    asked = sorted(set(filter(None, names)))
    if not asked:
        return {}
    rows = frappe.get_all(
        "Service Contract",
        filters={"name": ("in", asked)},
        fields=["name", "docstatus", "customer", "company", "start_date", "end_date", "terminated_on"],
        order_by="name",
    )
    found = {row.name: row.update(lines=[], listed=[], suspensions=[]) for row in rows}
    for doctype, kind, fields in (
        ("Service Contract Line", "lines", ["name", "line_number", "equipment", "start_date", "end_date"]),
        ("Contract Equipment", "listed", ["line_number", "equipment", "from_date", "to_date"]),
        ("Contract Suspension", "suspensions", ["from_date", "to_date"]),
    ):
        for row in frappe.get_all(
            doctype,
            filters={"parent": ("in", asked), "parenttype": "Service Contract"},
            fields=["parent", *fields],
            order_by="parent, idx",
        ):
            found[row.parent][kind].append(row)
    return found


def equipment(names: Iterable[str]) -> dict[str, frappe._dict]:
    rows = frappe.get_all(
        "Equipment",
        filters={"name": ("in", sorted(set(names)))},
        fields=["name", "status", "customer", "company"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def visits_of(plan_names: Collection[str]) -> dict[tuple[str, str], list[frappe._dict]]:
    """{(plan, equipment): its visits}."""
    found = defaultdict(list)
    rows = frappe.get_all(
        "Planned Visit",
        filters={"maintenance_plan": ("in", sorted(plan_names))},
        fields=[
            "name",
            "maintenance_plan",
            "equipment",
            "visit_key",
            "due_on",
            "status",
            "customer",
            "service_contract",
            "contract_line",
        ],
        order_by="due_on",
    )
    for row in rows:
        found[row.maintenance_plan, row.equipment].append(row)
    return found


def holidays(lists: Iterable[str], first: date, last: date) -> dict[str, frozenset[date]]:
    found = defaultdict(set)
    names = sorted(set(filter(None, lists)))
    if names:
        rows = frappe.get_all(
            "Holiday",
            filters={"parent": ("in", names), "holiday_date": ("between", (first, last))},
            fields=["parent", "holiday_date"],
            order_by="holiday_date",
        )
        for row in rows:
            found[row.parent].add(getdate(row.holiday_date))
    return {name: frozenset(days) for name, days in found.items()}


def holiday_lists(companies: Iterable[str]) -> dict[str, str | None]:
    """{company: its list of holidays}."""
    rows = frappe.get_all(
        "Company",
        filters={"name": ("in", sorted(set(companies)))},
        fields=["name", "default_holiday_list"],
        order_by="name",
    )
    return {row.name: row.default_holiday_list for row in rows}


def due_visits(today: date, up_to: date | None, company: str | None, limit: int) -> list[str]:
    """Planned visits whose Service Order is to be made: due up to a day, or as long before as their plans say.

    Left out: plans that are paused, units that are not at this customer's any more, contracts that are over by then,
    and visits that could not be ordered today. Those that could not be ordered before come last, so that however many
    they are nobody else's wait for them.
    """
    return frappe.db.sql_list(
        """
        select visit.name
        from `tabPlanned Visit` visit
        join `tabEquipment` unit on unit.name = visit.equipment
        left join `tabMaintenance Plan` plan on plan.name = visit.maintenance_plan
        left join `tabService Contract` contract on contract.name = visit.service_contract
        where visit.status = 'Planned'
            and visit.due_on <= ifnull(%(up_to)s, date_add(%(today)s, interval ifnull(plan.order_days_before, 0) day))
            and (%(company)s is null or visit.company = %(company)s)
            and ifnull(plan.status, 'Active') = 'Active'
            and unit.status = 'In Use' and unit.customer = visit.customer
            and (ifnull(visit.service_contract, '') = '' or (
                contract.docstatus = 1
                and ifnull(contract.end_date, visit.due_on) >= visit.due_on
                and ifnull(contract.terminated_on, visit.due_on) >= visit.due_on
                and not exists (
                    select 1 from `tabContract Suspension` suspension
                    where suspension.parent = contract.name and suspension.from_date <= visit.due_on
                        and ifnull(suspension.to_date, visit.due_on) >= visit.due_on
                )
            ))
            and (visit.problem is null or visit.modified < %(today)s)
        order by visit.problem is not null, visit.due_on, visit.name
        limit %(limit)s
        """,
        {"today": today, "up_to": up_to, "company": company, "limit": limit},
    )


def parts_of(plan: str) -> list[frappe._dict]:
    return frappe.get_all(
        "Maintenance Plan Part",
        filters={"parent": plan, "parenttype": "Maintenance Plan"},
        fields=["item_code", "item_name", "qty", "uom"],
        order_by="idx",
    )
