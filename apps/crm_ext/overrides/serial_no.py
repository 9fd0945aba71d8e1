"""Events of ERPNext's Serial No that reach this app."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from crm_ext.field_service.flow import equipment


def on_update(number: Document, method: str | None = None) -> None:
    equipment.warranty_changed(number)


def before_rename(number: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    if merge:
        equipment.serial_no_merged(old, new)


def get_dashboard(data: dict) -> dict:
    """The record of the unit at its customer's place."""
    data.setdefault("fieldname", "serial_no")
    data.setdefault("transactions", []).append({"label": _("Equipment"), "items": ["Equipment"]})
    return data
