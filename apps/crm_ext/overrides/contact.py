"""Events of Frappe's Contact that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.marketing_automation.flow import touchpoints


def on_trash(contact: Document, method: str | None = None) -> None:
    touchpoints.forget_party("Contact", contact.name)
