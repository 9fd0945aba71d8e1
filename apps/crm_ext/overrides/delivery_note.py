"""Events of ERPNext's Delivery Note that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment
from crm_ext.self_service.flow import order_notices


def on_submit(delivery: Document, method: str | None = None) -> None:
    order_notices.delivery_submitted(delivery)
    equipment.document_submitted(delivery)


def before_cancel(delivery: Document, method: str | None = None) -> None:
    equipment.before_cancel(delivery)


def on_cancel(delivery: Document, method: str | None = None) -> None:
    equipment.document_cancelled(delivery)
