"""The two roles that the app brings. ERPNext's own roles serve for everything else."""

from __future__ import annotations

import frappe

from crm_ext.setup import record

ROLES = ("Marketing Head", "Marketing Analyst")
_SUBJECT = "roles"


def note_existing() -> None:
    """Before the doctypes arrive: their permission rows make missing roles, and then nobody could tell whose they are."""
    existing = frappe.get_all("Role", filters={"name": ("in", ROLES)}, pluck="name", order_by="name")
    record.remember(_SUBJECT, {"made": [role for role in ROLES if role not in existing]})


def create() -> None:
    note_existing()
    for role in ROLES:
        if not frappe.db.exists("Role", role):
            frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert()


def remove() -> None:
    """The roles that we made, with every place where somebody was given them."""
    for role in (record.recall(_SUBJECT) or {}).get("made", ()):
        for holder in ("Has Role", "Custom DocPerm"):
            frappe.db.delete(holder, {"role": role})
        frappe.delete_doc("Role", role, force=True, delete_permanently=True)
    record.forget(_SUBJECT)
