"""An index for the pieces with serial numbers that a customer owns: ERPNext looks for them by number only."""

from __future__ import annotations

import frappe

_NAME = "crm_ext_equipment"


def create() -> None:
    frappe.db.add_index("Serial No", ["customer", "item_code"], _NAME)


def remove() -> None:
    if frappe.db.has_index("tabSerial No", _NAME):
        frappe.db.sql_ddl(f"ALTER TABLE `tabSerial No` DROP INDEX `{_NAME}`")
