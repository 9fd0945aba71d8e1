"""Orders, their terms and the payment requests that ask for their deposits."""

from __future__ import annotations

from datetime import date

import frappe
from frappe.query_builder.functions import Max

_ORDER_FIELDS = [
    "docstatus",
    "status",
    "transaction_date",
    "company",
    "currency",
    "conversion_rate",
    "party_account_currency",
    "grand_total",
    "rounded_total",
    "advance_paid",
    "per_billed",
    "deposit_request",
    "deposit_paid_on",
]


def order(name: str, for_update: bool = False) -> dict | None:
    """for_update: as last committed, the row locked until the transaction ends."""
    return frappe.db.get_value("Sales Order", name, _ORDER_FIELDS, as_dict=True, for_update=for_update)


def terms(order: str) -> list[dict]:
    """{due_date, payment_amount} of the order's payment schedule."""
    return frappe.get_all(
        "Payment Schedule",
        filters={"parenttype": "Sales Order", "parent": order},
        fields=["due_date", "payment_amount"],
        order_by="idx",
    )


def request(name: str, for_update: bool = False) -> dict | None:
    """{docstatus, status, grand_total, payment_url} of a payment request."""
    return frappe.db.get_value(
        "Payment Request",
        name,
        ["docstatus", "status", "grand_total", "payment_url"],
        as_dict=True,
        for_update=for_update,
    )


def is_asked_otherwise(order: str, deposit_request: str | None) -> bool:
    """Whether a draft or an open payment request of the order is there beside the deposit's own."""
    return bool(
        frappe.db.exists(
            "Payment Request",
            {
                "reference_doctype": "Sales Order",
                "reference_name": order,
                "docstatus": ("<", 2),
                "status": ("not in", ("Paid", "Failed", "Cancelled")),
                "name": ("!=", deposit_request or ""),
            },
        )
    )


def booked_on(request: str) -> date | None:
    """The day of the payment entry that met the request."""
    reference, entry = frappe.qb.DocType("Payment Entry Reference"), frappe.qb.DocType("Payment Entry")
    return (
        frappe.qb.from_(reference)
        .join(entry)
        .on(entry.name == reference.parent)
        .select(Max(entry.posting_date))
        .where((reference.payment_request == request) & (entry.docstatus == 1))
        .run()[0][0]
    )
