"""Events of ERPNext's Purchase Receipt that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment


def on_submit(receipt: Document, method: str | None = None) -> None:
    equipment.document_submitted(receipt)


def before_cancel(receipt: Document, method: str | None = None) -> None:
    equipment.before_cancel(receipt)


def on_cancel(receipt: Document, method: str | None = None) -> None:
    equipment.document_cancelled(receipt)
