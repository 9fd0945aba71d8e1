"""A visit as its customer may see it. Callers have checked that it is theirs."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe.utils import now_datetime, strip_html

_SAME_WORDS = timedelta(hours=12)


def visit(name: str) -> dict:
    """{name, title, status, docstatus, window_start, window_end, technician, expected_at, address, customer_name,
    equipment, issue}.
    """
    order = frappe.qb.DocType("Service Order")
    technician = frappe.qb.DocType("Technician")
    (row,) = (
        frappe.qb.from_(order)
        .left_join(technician)
        .on(technician.name == order.technician)
        .select(
            order.name,
            order.title,
            order.status,
            order.docstatus,
            order.window_start,
            order.window_end,
            order.customer_name,
            order.address_display,
            order.equipment,
            order.issue,
            technician.technician_name.as_("technician"),
        )
        .where(order.name == name)
        .run(as_dict=True)
    )
    row.address = strip_html((row.pop("address_display") or "").replace("<br>", "\n")).strip()
    row.expected_at = frappe.db.get_value(
        "Visit Notice",
        {"service_order": name, "step": "On the Way"},
        "expected_at",
        order_by="creation desc",
    )
    return row


def locked(name: str) -> dict:
    """{name, customer_name} under a lock: of forms sent twice at once the second waits for the first."""
    return frappe.db.get_value(
        "Service Order", name, ["name", "customer_name"], as_dict=True, for_update=True
    )


def report(name: str) -> dict:
    """{result, work_done, signed_by} of what was done."""
    return frappe.db.get_value("Service Order", name, ["result", "work_done", "signed_by"], as_dict=True)


def was_said(name: str, fingerprint: str) -> bool:
    """Whether the customer said the same a moment ago. A locking read, for who waited for the order's lock."""
    comment = frappe.qb.DocType("Comment")
    rows = (
        frappe.qb.from_(comment)
        .select(comment.name)
        .where(
            (comment.reference_doctype == "Service Order")
            & (comment.reference_name == name)
            & (comment.subject == fingerprint)
            & (comment.creation > now_datetime() - _SAME_WORDS)
        )
        .limit(1)
        .for_update()
        .run()
    )
    return bool(rows)
