"""What posting an order has to know: what lies where, whose serial numbers are, which accounts and employees serve."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import frappe


def stock_of(item_codes: Collection[str], company: str) -> dict[tuple[str, str], float]:
    """{(item, warehouse): quantity} in the company's warehouses that are not disabled, in stock units."""
    bin_, warehouse = frappe.qb.DocType("Bin"), frappe.qb.DocType("Warehouse")
    rows = (
        frappe.qb.from_(bin_)
        .join(warehouse)
        .on(warehouse.name == bin_.warehouse)
        .select(bin_.item_code, bin_.warehouse, bin_.actual_qty)
        .where(bin_.item_code.isin(list(item_codes) or [""]))
        .where((warehouse.company == company) & (warehouse.disabled == 0))
        .orderby(bin_.item_code)
        .orderby(bin_.warehouse)
        .run()
    )
    return {(item, place): qty for item, place, qty in rows}


def items(item_codes: Collection[str]) -> dict[str, dict]:
    """{item: {is_stock_item, has_serial_no, has_batch_no, allow_negative_stock, stock_uom}}."""
    rows = frappe.get_all(
        "Item",
        filters={"name": ("in", list(item_codes) or [""])},
        fields=[
            "name",
            "is_stock_item",
            "has_serial_no",
            "has_batch_no",
            "allow_negative_stock",
            "stock_uom",
        ],
        order_by="name",
    )
    return {row.name: row for row in rows}


def serial_numbers(names: Collection[str]) -> dict[str, dict]:
    """{serial number: {item_code, warehouse, customer, status}}."""
    rows = frappe.get_all(
        "Serial No",
        filters={"name": ("in", list(names) or [""])},
        fields=["name", "item_code", "warehouse", "customer", "status"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def serial_numbers_in(item_code: str, warehouse: str, most: int = 500) -> list[str]:
    return frappe.get_all(
        "Serial No",
        filters={"item_code": item_code, "warehouse": warehouse},
        pluck="name",
        order_by="name",
        limit=most,
    )


def owners_of_equipment(serial_numbers: Collection[str]) -> dict[str, str]:
    """{serial number: customer} of equipment that stands at a customer's place."""
    return dict(
        frappe.get_all(
            "Equipment",
            filters={
                "serial_no": ("in", list(serial_numbers) or [""]),
                "customer": ("is", "set"),
                "status": "In Use",
            },
            fields=["serial_no", "customer"],
            order_by="serial_no",
            as_list=True,
        )
    )


def items_of_batches(batches: Collection[str]) -> dict[str, str]:
    return dict(
        frappe.get_all(
            "Batch",
            filters={"name": ("in", list(batches) or [""])},
            fields=["name", "item"],
            order_by="name",
            as_list=True,
        )
    )


def technicians(names: Collection[str]) -> dict[str, dict]:
    """{technician: {employee, activity_type, cost_per_hour, van_warehouse}}."""
    rows = frappe.get_all(
        "Technician",
        filters={"name": ("in", list(names) or [""])},
        fields=["name", "employee", "activity_type", "cost_per_hour", "van_warehouse"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def companies_of_warehouses(names: Collection[str]) -> dict[str, str]:
    return dict(
        frappe.get_all(
            "Warehouse",
            filters={"name": ("in", list(names) or [""])},
            fields=["name", "company"],
            order_by="name",
            as_list=True,
        )
    )


def booked_times(employees: Collection[str], first: datetime, last: datetime) -> list[dict]:
    """[{employee, timesheet, from_time, to_time}] on timesheets that are not cancelled, of employees between two moments."""
    sheet, log = frappe.qb.DocType("Timesheet"), frappe.qb.DocType("Timesheet Detail")
    return (
        frappe.qb.from_(sheet)
        .join(log)
        .on(log.parent == sheet.name)
        .select(sheet.employee, sheet.name.as_("timesheet"), log.from_time, log.to_time)
        .where(sheet.employee.isin(list(employees) or [""]) & (sheet.docstatus < 2))
        .where((log.from_time < last) & (log.to_time > first))
        .orderby(sheet.name)
        .orderby(log.idx)
        .run(as_dict=True)
    )


def hourly_costs(employees: Collection[str], activity_types: Collection[str]) -> dict[tuple[str, str], float]:
    """{(employee, activity type): cost of an hour} by ERPNext's Activity Cost, else by the activity type."""
    activities = list(activity_types) or [""]
    usual = frappe.get_all(
        "Activity Type",
        filters={"name": ("in", activities)},
        fields=["name", "costing_rate"],
        order_by="name",
        as_list=True,
    )
    own = frappe.get_all(
        "Activity Cost",
        filters={"employee": ("in", list(employees) or [""]), "activity_type": ("in", activities)},
        fields=["employee", "activity_type", "costing_rate"],
        order_by="name",
        as_list=True,
    )
    found = {(employee, activity): cost for employee in employees for activity, cost in usual}
    return {**found, **{(employee, activity): cost for employee, activity, cost in own}}


def van_of(technician: str) -> str | None:
    return frappe.get_cached_value("Technician", technician, "van_warehouse")


def accounts_of(company: str) -> dict:
    """The row of Field Service Settings for a company; empty where it has none."""
    settings = frappe.get_cached_doc("Field Service Settings")
    return next((row.as_dict() for row in settings.accounts if row.company == company), {})


def postings_of(service_order: str) -> list[dict]:
    """[{name, document_type, document}] that the order posted, the latest first."""
    return frappe.get_all(
        "Service Order Posting",
        filters={"service_order": service_order},
        fields=["name", "document_type", "document"],
        order_by="creation desc, name desc",
    )


def was_posted(document_type: str, document: str) -> bool:
    return bool(
        frappe.db.exists("Service Order Posting", {"document_type": document_type, "document": document})
    )


def credit_notes_of_invoice(invoice: str) -> list[str]:
    return frappe.get_all(
        "Sales Invoice",
        filters={"return_against": invoice, "docstatus": 1},
        pluck="name",
        order_by="name",
    )
