"""What decides who pays: warranties of the equipment, the origin of the cause, the day of the report."""

from __future__ import annotations

from datetime import date

import frappe


def warranties(equipment: str) -> dict:
    """{warranty_expires_on, origin, supplier, supplier_warranty_until}."""
    return frappe.db.get_value(
        "Equipment",
        equipment,
        ["warranty_expires_on", "origin", "supplier", "supplier_warranty_until"],
        as_dict=True,
    )


def origin_of_cause(cause: str) -> str | None:
    return frappe.db.get_value("Complaint Cause", cause, "responsible")


def complaint_day(issue: str) -> date | None:
    return frappe.db.get_value("Issue", issue, "opening_date")


def claim(name: str) -> dict:
    """{complaint_date, warranty_expiry_date} of a Warranty Claim."""
    return frappe.db.get_value(
        "Warranty Claim", name, ["complaint_date", "warranty_expiry_date"], as_dict=True
    )


def bills_overage(contract_line: str) -> bool:
    """Whether what goes beyond the line's entitlement is billed with the contract."""
    return bool(frappe.db.get_value("Service Contract Line", contract_line, "overage_rate"))
