"""Reads of carts and of what a checkout needs to know of the customer."""

from __future__ import annotations

import frappe

FIELDS = ["name", "customer", "company", "user", "status", "sales_order"]


def open_cart(customer: str, company: str, user: str) -> str | None:
    return frappe.db.get_value(
        "Portal Cart",
        {"customer": customer, "company": company, "user": user, "status": "Open"},
        "name",
        order_by="creation",
    )


def locked_cart(name: str) -> frappe._dict | None:
    """The cart as it was committed last; its row stays locked until the transaction ends."""
    return frappe.db.get_value("Portal Cart", {"name": name}, FIELDS, as_dict=True, for_update=True)


def number_of_lines(customer: str, company: str, user: str) -> int:
    name = open_cart(customer, company, user)
    return frappe.db.count("Portal Cart Line", {"parent": name}) if name else 0


def carts_of(customer: str) -> list[str]:
    return frappe.get_all("Portal Cart", {"customer": customer}, pluck="name", order_by="name")


def waiting_orders(customer: str, company: str, user: str, status: str) -> list[frappe._dict]:
    return frappe.get_all(
        "Portal Cart",
        {"customer": customer, "company": company, "user": user, "status": status},
        ["sales_order", "modified"],
        order_by="modified desc",
        limit=20,
    )


def addresses_of(customer: str) -> list[frappe._dict]:
    """The customer's own addresses that are in use, as {name, words}."""
    address, link = frappe.qb.DocType("Address"), frappe.qb.DocType("Dynamic Link")
    rows = (
        frappe.qb.from_(address)
        .join(link)
        .on(link.parent == address.name)
        .select(
            address.name, address.address_line1, address.address_line2, address.city, address.pincode,
            address.country,
        )
        .where((link.parenttype == "Address") & (link.link_doctype == "Customer"))
        .where((link.link_name == customer) & (address.disabled == 0))
        .orderby(address.is_shipping_address, order=frappe.qb.desc)
        .orderby(address.name)
        .run(as_dict=True)
    )  # fmt: skip
    for row in rows:
        parts = (row.address_line1, row.address_line2, row.city, row.pincode, row.country)
        row.words = ", ".join(part for part in parts if part)
    return rows


def customer_state(customer: str) -> frappe._dict:
    return frappe.db.get_value(
        "Customer", customer, ["disabled", "is_frozen", "account_manager", "customer_name"], as_dict=True
    )


def lines_of_order(order: str) -> list[frappe._dict]:
    """What was ordered, without what was given away for free."""
    return frappe.get_all(
        "Sales Order Item",
        {"parent": order, "parenttype": "Sales Order", "is_free_item": 0},
        ["item_code", "item_name", "qty", "uom", "conversion_factor"],
        order_by="idx",
    )


def cart_of_order(order: str) -> frappe._dict | None:
    return frappe.db.get_value(
        "Portal Cart",
        {"sales_order": order},
        [*FIELDS, "purchase_request", "manufacture_request"],
        as_dict=True,
    )


def request_types(item_codes: set[str]) -> dict[str, str]:
    """{stock item: how it is replenished}; services are left out."""
    rows = frappe.get_all(
        "Item",
        {"name": ("in", list(item_codes)), "is_stock_item": 1},
        ["name", "default_material_request_type"],
        order_by="name",
    )
    return {row.name: row.default_material_request_type or "Purchase" for row in rows}


def live_requests(names: list[str]) -> list[str]:
    """Of these material requests those that are submitted and from which nothing was ordered or received yet."""
    return frappe.get_all(
        "Material Request",
        {"name": ("in", names), "docstatus": 1, "per_ordered": 0, "per_received": 0},
        pluck="name",
        order_by="name",
    )
