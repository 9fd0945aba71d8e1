"""What service orders read: their sources, their equipment, who comes and what stands in the van."""

from __future__ import annotations

import frappe


def equipment_with_serial_no(serial_no: str) -> str | None:
    return frappe.db.get_value("Equipment", {"serial_no": serial_no})


def other_order_of_visit(planned_visit: str, name: str) -> str | None:
    """An order of the same visit that is not cancelled."""
    return frappe.db.get_value(
        "Service Order", {"planned_visit": planned_visit, "docstatus": ("<", 2), "name": ("!=", name)}
    )


def readings_of(service_order: str) -> list[str]:
    return frappe.get_all(
        "Meter Reading", filters={"service_order": service_order}, pluck="name", order_by="creation desc"
    )


def order_of_visit(planned_visit: str) -> str | None:
    return frappe.db.get_value("Planned Visit", planned_visit, "service_order")


def answer_to_report(report_key: str) -> str | None:
    """What was answered to a report, read under a lock; None where it has not come yet."""
    return frappe.db.get_value("Work Report", {"report_key": report_key}, "answer", for_update=True)


def files_of(service_order: str) -> list[dict]:
    """[{file_name, file_url}] attached to an order."""
    return frappe.get_all(
        "File",
        filters={"attached_to_doctype": "Service Order", "attached_to_name": service_order},
        fields=["file_name", "file_url"],
        order_by="creation",
    )


def equipment_words(equipment: str) -> dict:
    """{equipment_name, item_name, number} of equipment, as a customer knows it."""
    row = frappe.db.get_value(
        "Equipment",
        equipment,
        ["equipment_name", "item_name", "serial_no", "other_serial_no"],
        as_dict=True,
    )
    return {**row, "number": row.serial_no or row.other_serial_no}
