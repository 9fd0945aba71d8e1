"""Events of ERPNext's Sales Invoice that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment, service_posting
from crm_ext.self_service.flow import order_notices
from crm_ext.service_contracts.flow import billing_run


def before_insert(invoice: Document, method: str | None = None) -> None:
    billing_run.check_amended(invoice)


def on_update(invoice: Document, method: str | None = None) -> None:
    billing_run.follow_draft(invoice)


def on_submit(invoice: Document, method: str | None = None) -> None:
    order_notices.invoice_submitted(invoice)
    equipment.document_submitted(invoice)


def before_cancel(invoice: Document, method: str | None = None) -> None:
    service_posting.guard_document(invoice)
    equipment.before_cancel(invoice)


def on_cancel(invoice: Document, method: str | None = None) -> None:
    equipment.document_cancelled(invoice)
    billing_run.give_back(invoice)


def on_trash(invoice: Document, method: str | None = None) -> None:
    billing_run.give_back(invoice)
