"""Events of ERPNext's Payment Request that reach this app.

ERPNext itself does not listen to gateways: without this, a deposit that was paid would stay open.
"""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.self_service.flow import deposits


def on_payment_authorized(request: Document, method: str | None = None, status: str | None = None) -> str | None:
    return deposits.authorized(request, status)
