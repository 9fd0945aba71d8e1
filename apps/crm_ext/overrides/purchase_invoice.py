"""Events of ERPNext's Purchase Invoice that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment


def on_submit(invoice: Document, method: str | None = None) -> None:
    equipment.document_submitted(invoice)


def before_cancel(invoice: Document, method: str | None = None) -> None:
    equipment.before_cancel(invoice)


def on_cancel(invoice: Document, method: str | None = None) -> None:
    equipment.document_cancelled(invoice)
