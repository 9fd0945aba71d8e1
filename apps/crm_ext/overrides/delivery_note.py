"""Events of ERPNext's Delivery Note that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.self_service.flow import order_notices


def on_submit(delivery: Document, method: str | None = None) -> None:
    order_notices.delivery_submitted(delivery)
