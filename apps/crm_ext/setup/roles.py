"""The roles that the app brings. ERPNext's own roles serve for everything else."""

from __future__ import annotations

import frappe

from crm_ext.setup import record

ROLES = ("Marketing Head", "Marketing Analyst", "Technician", "Dispatcher")
# Those that were there when nothing but what was made was written down.
_FIRST_ROLES = ("Marketing Head", "Marketing Analyst")
_SUBJECT = "roles"


def note_existing() -> None:
    """Before the doctypes arrive: their permission rows make missing roles, and then nobody could tell whose they are."""
    existing = frappe.get_all("Role", filters={"name": ("in", ROLES)}, pluck="name", order_by="name")
    known = record.recall(_SUBJECT) or {"made": [], "asked": []}
    # Sites that have the app from before a role came ask for that role when they migrate.
    asked = known.get("asked", list(_FIRST_ROLES))
    made = [role for role in ROLES if role not in existing and role not in asked]
    record.forget(_SUBJECT)
    record.remember(_SUBJECT, {"made": [*known["made"], *made], "asked": list(ROLES)})


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
