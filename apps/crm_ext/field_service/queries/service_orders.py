"""What service orders read: their sources, their equipment, who comes and what stands in the van."""

from __future__ import annotations

import frappe


def equipment_with_serial_no(serial_no: str) -> str | None:
    return frappe.db.get_value("Equipment", {"serial_no": serial_no})


def checklist(equipment_type: str) -> list[dict]:
    """[{task, answer, unit, meter, is_mandatory}] in the order of the type's checklist."""
    return frappe.get_all(
        "Checklist Point",
        filters={"parent": equipment_type, "parenttype": "Equipment Type"},
        fields=["*"],
        order_by="idx",
    )


def order_of_source(field: str, name: str) -> str | None:
    """The service order that is not cancelled and was made from this document."""
    return frappe.db.get_value("Service Order", {field: name, "docstatus": ("<", 2)})


def answer_to_report(report_key: str) -> str | None:
    """What was answered to a report, read under a lock; None where it has not come yet."""
    return frappe.db.get_value("Work Report", {"report_key": report_key}, "answer", for_update=True)
