"""Messages about holds to those who made them."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification


def tell(user: str, subject: str, quotation: str) -> None:
    """A notification at the quotation; not to oneself, and not to users who are no persons of the desk."""
    if user in (frappe.session.user, "Guest") or not user:
        return
    enqueue_create_notification(
        [user],
        {
            "type": "Alert",
            "document_type": "Quotation",
            "document_name": quotation,
            "subject": subject,
            "from_user": frappe.session.user,
        },
    )


def owners(quotations: Iterable[str]) -> dict[str, str]:
    rows = frappe.get_all(
        "Quotation",
        filters={"name": ("in", list(quotations) or [""])},
        fields=["name", "owner"],
        order_by="name",
    )
    return {row.name: row.owner for row in rows}
