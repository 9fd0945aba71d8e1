"""Events of ERPNext's Item that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment
from crm_ext.self_service.flow import catalogue


def on_update(item: Document, method: str | None = None) -> None:
    catalogue.item_changed(item)
    equipment.item_changed(item)


def on_trash(item: Document, method: str | None = None) -> None:
    catalogue.forget_entry(item.name)
    equipment.item_renamed()


def before_rename(item: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    catalogue.forget_entry(old)


def after_rename(item: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    catalogue.refresh_entries([new])
    equipment.item_renamed()
