"""All that happened to a unit, as far as the user may read it: a constant number of queries."""

from __future__ import annotations

from decimal import Decimal

import frappe

# More than anybody looks through on a form; the list shows the rest.
MOST = 200


def issues(equipment: str) -> list[frappe._dict] | None:
    return _readable(
        "Issue",
        {"equipment": equipment},
        ["name", "subject", "status", "opening_date"],
        "opening_date desc, creation desc",
    )


def orders(equipment: str) -> list[frappe._dict] | None:
    fields = ["name", "title", "status", "job_type", "planned_start", "posting_date", "technician"]
    return _readable(
        "Service Order", {"equipment": equipment, "docstatus": ("<", 2)}, fields, "creation desc"
    )


def planned_visits(equipment: str) -> list[frappe._dict] | None:
    filters = {"equipment": equipment, "status": "Planned"}
    return _readable("Planned Visit", filters, ["name", "due_on", "cause", "maintenance_plan"], "due_on")


def contracts(equipment: list[str]) -> list[frappe._dict] | None:
    """Contracts that name the unit, or what it is a part of."""
    if not frappe.has_permission("Service Contract"):
        return None
    names = set()
    for doctype in ("Service Contract Line", "Contract Equipment"):
        filters = {"equipment": ("in", equipment), "parenttype": "Service Contract"}
        names.update(
            frappe.get_all(doctype, filters=filters, pluck="parent", order_by="parent", distinct=True)
        )
    fields = ["name", "title", "status", "start_date", "end_date"]
    return _readable("Service Contract", {"name": ("in", sorted(names) or [""])}, fields, "start_date desc")


def invoices(service_orders: list[str]) -> list[frappe._dict] | None:
    fields = ["name", "posting_date", "status", "base_grand_total", "currency", "grand_total"]
    filters = {"service_order": ("in", service_orders or [""]), "docstatus": 1}
    return _readable("Sales Invoice", filters, fields, "posting_date desc")


def used_parts(service_orders: list[str]) -> list[frappe._dict]:
    """Parts of orders that the user may read."""
    return frappe.get_all(
        "Service Order Part",
        filters={"parent": ("in", service_orders or [""]), "parenttype": "Service Order", "qty": (">", 0)},
        fields=["parent", "item_code", "item_name", "qty", "uom", "payer"],
        order_by="creation desc",
        limit=MOST,
    )


def parts(equipment: str) -> list[frappe._dict] | None:
    fields = ["name", "equipment_name", "serial_no", "status", "installed_on"]
    return _readable("Equipment", {"parent_equipment": equipment}, fields, "equipment_name")


def former_parts(equipment: str) -> list[frappe._dict] | None:
    """Parts that were in it once and are not any more."""
    names = frappe.get_all(
        "Equipment Placement",
        filters={"part_of": equipment, "parenttype": "Equipment"},
        pluck="parent",
        order_by="since desc",
        limit=MOST,
    )
    fields = ["name", "equipment_name", "status", "parent_equipment"]
    found = _readable("Equipment", {"name": ("in", names or [""])}, fields, "modified desc")
    return found and [row for row in found if row.parent_equipment != equipment]


def meters(equipment: str) -> list[frappe._dict] | None:
    fields = ["name", "meter_name", "unit", "last_value", "last_read_on"]
    return _readable("Equipment Meter", {"equipment": equipment}, fields, "meter_name")


def files(equipment: str) -> list[frappe._dict]:
    """Attachments of the record; whoever reads the record may see them."""
    return frappe.get_all(
        "File",
        filters={"attached_to_doctype": "Equipment", "attached_to_name": equipment},
        fields=["name", "file_name", "file_url"],
        order_by="creation desc",
        limit=MOST,
    )


def material_cost(service_orders: list[str]) -> Decimal | None:
    """What the parts of these orders cost by the stock ledger, in company currency; None where that is not for the user."""
    if not frappe.has_permission("Stock Entry"):
        return None
    cost = frappe.db.sql(
        """
        select -sum(line.stock_value_difference)
        from `tabStock Entry` entry
        join `tabStock Ledger Entry` line on line.voucher_type = 'Stock Entry' and line.voucher_no = entry.name
        where entry.service_order in %s and entry.docstatus = 1 and line.is_cancelled = 0
        """,
        [service_orders or [""]],
    )[0][0]
    return Decimal(str(cost or 0))


def labour_cost(service_orders: list[str]) -> Decimal | None:
    """What the times of these orders cost by their timesheets, in company currency; None where that is not for the user."""
    if not frappe.has_permission("Timesheet"):
        return None
    cost = frappe.db.sql(
        "select sum(base_total_costing_amount) from `tabTimesheet` where service_order in %s and docstatus = 1",
        [service_orders or [""]],
    )[0][0]
    return Decimal(str(cost or 0))


def children(parent: str | None, customer: str | None) -> list[frappe._dict]:
    """One level of the tree that the user may read: units under a whole, or those that are whole themselves."""
    filters = {"parent_equipment": parent} if parent else {"parent_equipment": ("is", "not set")}
    if customer and not parent:
        filters["customer"] = customer
    return frappe.get_list(
        "Equipment",
        filters=filters,
        fields=["name", "equipment_name", "serial_no", "status", "customer_name"],
        order_by="equipment_name, name",
        limit=MOST,
    )


def with_parts(names: list[str]) -> set[str]:
    """Those of the units that have parts."""
    rows = frappe.get_all(
        "Equipment",
        filters={"parent_equipment": ("in", names or [""])},
        pluck="parent_equipment",
        order_by="parent_equipment",
        distinct=True,
    )
    return set(rows)


def _readable(doctype: str, filters: dict, fields: list[str], order_by: str) -> list[frappe._dict] | None:
    """What the user may read; None where the doctype itself is not for them."""
    if not frappe.has_permission(doctype):
        return None
    return frappe.get_list(doctype, filters=filters, fields=fields, order_by=order_by, limit=MOST)
