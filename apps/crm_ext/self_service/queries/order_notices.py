"""Reads for the letters about orders: who is told, and what about."""

from __future__ import annotations

from datetime import date

import frappe

_SEEN_SECONDS = 600
_KEY = "crm_ext_customers_with_logins"


def has_logins(customer: str) -> bool:
    """Whether anybody could be told. Known for ten minutes, so that documents of other customers cost no query."""
    customers = frappe.cache.get_value(_KEY, expires=True)
    if customers is None:
        customers = _customers_with_logins()
        frappe.cache.set_value(_KEY, customers, expires_in_sec=_SEEN_SECONDS)
    return customer in customers


def forget_logins() -> None:
    """For whoever has just tied a login to a customer."""
    frappe.cache.delete_value(_KEY)


def _customers_with_logins() -> set[str]:
    return set(
        frappe.db.sql(
            """
            SELECT portal_user.parent FROM `tabPortal User` portal_user WHERE portal_user.parenttype = 'Customer'
            UNION
            SELECT link.link_name FROM `tabDynamic Link` link
            JOIN `tabContact` contact ON contact.name = link.parent AND contact.user IS NOT NULL AND contact.user != ''
            WHERE link.parenttype = 'Contact' AND link.link_doctype = 'Customer'
            """,
            pluck=True,
        )
    )


def candidate_logins(customer: str) -> list[frappe._dict]:
    """Enabled logins that name this customer somewhere, as {name, email, language}; whether they act for it is asked
    of the portal's identity."""
    return frappe.db.sql(
        """
        SELECT DISTINCT login.name, login.email, login.language FROM `tabUser` login
        WHERE login.enabled = 1 AND login.name IN (
            SELECT portal_user.user FROM `tabPortal User` portal_user
            WHERE portal_user.parenttype = 'Customer' AND portal_user.parent = %(customer)s
            UNION
            SELECT contact.user FROM `tabContact` contact
            JOIN `tabDynamic Link` link ON link.parent = contact.name AND link.parenttype = 'Contact'
            WHERE link.link_doctype = 'Customer' AND link.link_name = %(customer)s
        )
        ORDER BY login.name
        """,
        {"customer": customer},
        as_dict=True,
    )


def unsubscribed(customer: str) -> set[str]:
    """Logins that want no letters about this customer's orders."""
    return set(
        frappe.get_all(
            "Notice Preference",
            {"customer": customer, "is_subscribed": 0},
            pluck="user",
            order_by="name",
        )
    )


def is_subscribed(user: str, customer: str) -> bool:
    found = frappe.db.get_value("Notice Preference", {"user": user, "customer": customer}, "is_subscribed")
    return found is None or bool(found)


def order_facts(order: str) -> frappe._dict | None:
    return frappe.db.get_value(
        "Sales Order",
        order,
        ["name", "customer", "company", "delivery_date", "docstatus", "po_no", "grand_total", "currency"],
        as_dict=True,
    )


def delivery_facts(delivery: str) -> frappe._dict | None:
    return frappe.db.get_value(
        "Delivery Note",
        delivery,
        ["name", "posting_date", "transporter_name", "lr_no", "lr_date", "vehicle_no"],
        as_dict=True,
    )


def last_told_day(order: str, before: str | None = None) -> date | None:
    """The delivery day that the customer was told last, or will be in a moment; None where no letter names one.

    before: a notice; what was told before it.
    """
    filters = {
        "sales_order": order,
        "step": ("in", ("Ordered", "Date Changed")),
        "status": ("!=", "Muted"),
        "day": ("is", "set"),
    }
    if before:
        filters["name"] = ("!=", before)
    days = frappe.get_all("Order Notice", filters, pluck="day", order_by="creation desc", limit=1)
    return days[0] if days else None


def count_told(order: str, step: str) -> int:
    return frappe.db.count("Order Notice", {"sales_order": order, "step": step})
