"""What is known of a quotation's way into orders."""

from __future__ import annotations

import frappe


def order_of(quotation: str) -> str | None:
    """A draft order made of the quotation, read with a lock so that two makers see each other."""
    item, order = frappe.qb.DocType("Sales Order Item"), frappe.qb.DocType("Sales Order")
    rows = (
        frappe.qb.from_(item)
        .join(order)
        .on(order.name == item.parent)
        .select(order.name)
        .where((item.prevdoc_docname == quotation) & (order.docstatus == 0))
        .orderby(order.creation)
        .limit(1)
        .for_update()
        .run()
    )
    return rows[0][0] if rows else None


def last_order_of(quotation: str) -> str | None:
    """The latest submitted order that has lines of the quotation."""
    rows = frappe.get_all(
        "Sales Order Item",
        filters={"prevdoc_docname": quotation, "docstatus": 1},
        pluck="parent",
        order_by="creation desc",
        limit=1,
    )
    return rows[0] if rows else None


def customer_of(party_doctype: str, party: str) -> str | None:
    """The customer that a quotation's party is or became; None: not one yet."""
    if party_doctype == "Customer":
        return party
    link = {"Lead": "lead_name", "Prospect": "prospect_name"}.get(party_doctype)
    return frappe.db.get_value("Customer", {link: party}) if link else None


def late_orders_allowed() -> bool:
    """Whether the site lets an expired quotation be ordered."""
    return bool(
        frappe.db.get_single_value("Selling Settings", "allow_sales_order_creation_for_expired_quotation")
    )


def options_in_orders(quotations: list[str], options: list[str]) -> set[str]:
    """Which of these Quotation Option rows of the quotations stand in a submitted order."""
    return set(
        frappe.get_all(
            "Sales Order Item",
            filters={
                "prevdoc_docname": ("in", quotations),
                "quotation_option": ("in", options),
                "docstatus": 1,
            },
            pluck="quotation_option",
            order_by="creation",
        )
    )
