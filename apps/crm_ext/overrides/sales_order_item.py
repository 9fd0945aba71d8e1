"""Events of ERPNext's Sales Order Item: rows of a submitted order that are saved by themselves ("Update Items")."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.offer_desk.flow import margin_guard


def on_submit(item: Document, method: str | None = None) -> None:
    margin_guard.note_changed(item)


def on_update_after_submit(item: Document, method: str | None = None) -> None:
    margin_guard.note_changed(item)
