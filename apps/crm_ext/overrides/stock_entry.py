"""Events of ERPNext's Stock Entry that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment, service_posting


def on_submit(entry: Document, method: str | None = None) -> None:
    equipment.document_submitted(entry)


def before_cancel(entry: Document, method: str | None = None) -> None:
    service_posting.guard_document(entry)
    equipment.before_cancel(entry)


def on_cancel(entry: Document, method: str | None = None) -> None:
    equipment.document_cancelled(entry)
