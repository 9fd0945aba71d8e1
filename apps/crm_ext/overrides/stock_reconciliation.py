"""Events of ERPNext's Stock Reconciliation that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment


def on_submit(reconciliation: Document, method: str | None = None) -> None:
    equipment.document_submitted(reconciliation)


def before_cancel(reconciliation: Document, method: str | None = None) -> None:
    equipment.before_cancel(reconciliation)


def on_cancel(reconciliation: Document, method: str | None = None) -> None:
    equipment.document_cancelled(reconciliation)
