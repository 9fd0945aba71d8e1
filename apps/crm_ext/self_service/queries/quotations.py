"""Quotations as their customers see them, and what was answered to them."""

from __future__ import annotations

import frappe
from frappe.utils import nowdate

_ACCEPTED = ("Ordered", "Partially Ordered")
_ROW_FIELDS = (
    "name",
    "transaction_date",
    "valid_till",
    "status",
    "grand_total",
    "rounded_total",
    "currency",
    "docstatus",
)


def list_of(customer: str, company: str | None, shown: str, start: int, length: int) -> list[dict]:
    """Submitted quotations of a customer in a company, the newest first; shown: 'open', 'accepted' or 'closed'.

    Open ones wait for an answer; accepted ones became orders or are about to; closed ones were refused or have expired.
    """
    quotation = frappe.qb.DocType("Quotation")
    response = frappe.qb.DocType("Quotation Response")
    is_accepted = quotation.status.isin(_ACCEPTED) | response.name.isnotnull()
    is_over = (quotation.status.isin(("Lost", "Expired"))) | (
        quotation.valid_till.isnotnull() & (quotation.valid_till < nowdate())
    )
    condition = {
        "open": is_accepted.negate() & is_over.negate(),
        "accepted": is_accepted,
        "closed": is_accepted.negate() & is_over,
    }[shown]
    return (
        frappe.qb.from_(quotation)
        .left_join(response)
        .on(response.acceptance_of == quotation.name)
        .select(*(quotation[field] for field in _ROW_FIELDS), response.name.as_("acceptance"))
        .where(
            (quotation.party_name == customer)
            & (quotation.quotation_to == "Customer")
            & (quotation.company == company)
            & (quotation.docstatus == 1)
            & condition
        )
        .orderby(quotation.transaction_date, order=frappe.qb.desc)
        .orderby(quotation.name, order=frappe.qb.desc)
        .limit(length)
        .offset(start)
        .run(as_dict=True)
    )


def locked(quotation: str) -> dict | None:
    """{docstatus, status, valid_till} as last committed, the row locked until the transaction ends."""
    return frappe.db.get_value(
        "Quotation", quotation, ["docstatus", "status", "valid_till"], as_dict=True, for_update=True
    )


def acceptance_of(quotation: str, for_update: bool = False) -> dict | None:
    """{name, sales_order} of the one valid acceptance.

    for_update: as last committed, whatever this transaction has read before.
    """
    return frappe.db.get_value(
        "Quotation Response",
        {"acceptance_of": quotation},
        ["name", "sales_order"],
        as_dict=True,
        for_update=for_update,
    )


def response_with_key(request_key: str, for_update: bool = False) -> str | None:
    return frappe.db.get_value("Quotation Response", {"request_key": request_key}, for_update=for_update)


def responses_to(quotation: str) -> list[dict]:
    """Everything that was answered to a quotation, the newest first."""
    return frappe.get_all(
        "Quotation Response",
        filters={"quotation": quotation},
        fields=[
            "name",
            "answer",
            "answered_at",
            "person_name",
            "message",
            "lost_reason",
            "total",
            "currency",
            "sales_order",
            "order_problem",
            "is_withdrawn",
            "ip_address",
            "signature",
        ],
        order_by="creation desc, name desc",
    )


def acceptances_waiting_for(quotations: list[str]) -> list[str]:
    """Valid acceptances of these quotations that have no order yet."""
    return frappe.get_all(
        "Quotation Response",
        filters={"acceptance_of": ("in", quotations), "sales_order": ("is", "not set")},
        pluck="name",
        order_by="name",
    )


def acceptance_with_order(sales_order: str) -> str | None:
    return frappe.db.get_value(
        "Quotation Response", {"sales_order": sales_order, "acceptance_of": ("is", "set")}
    )


def lost_reasons() -> list[str]:
    return frappe.get_all("Quotation Lost Reason", pluck="name", order_by="name", limit=50)


def person_of(user: str) -> dict:
    """{full_name, email} of a login."""
    return frappe.db.get_value("User", user, ["full_name", "email"], as_dict=True)


def is_desk_user(user: str) -> bool:
    return bool(frappe.db.exists("User", {"name": user, "enabled": 1, "user_type": "System User"}))
