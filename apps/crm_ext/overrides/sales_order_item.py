"""Events of ERPNext's Sales Order Item that reach this app: rows that are saved by themselves, not with their order."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.offer_desk.flow import margin_guard


def on_update(item: Document, method: str | None = None) -> None:
    margin_guard.note_changed(item)
