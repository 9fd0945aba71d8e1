"""An index for the contacts of a login: every page of the portal asks for them, and Frappe has no index there."""

from __future__ import annotations

import frappe

_NAME = "crm_ext_login"


def create() -> None:
    frappe.db.add_index("Contact", ["user", "creation"], _NAME)


def remove() -> None:
    if frappe.db.has_index("tabContact", _NAME):
        frappe.db.sql_ddl(f"ALTER TABLE `tabContact` DROP INDEX `{_NAME}`")
