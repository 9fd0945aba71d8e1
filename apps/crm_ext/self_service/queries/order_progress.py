"""Reads of one order's way through the house, a fixed number of queries for each order."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe.query_builder.functions import Max, Min


def order(name: str) -> frappe._dict:
    return frappe.db.get_value(
        "Sales Order",
        name,
        [
            "name", "transaction_date", "delivery_date", "status", "docstatus", "currency", "net_total", "grand_total",
            "rounded_total", "per_delivered", "per_billed", "po_no", "shipping_address", "customer", "company",
        ],
        as_dict=True,
    )  # fmt: skip


def lines(name: str) -> list[frappe._dict]:
    return frappe.get_all(
        "Sales Order Item",
        {"parent": name, "parenttype": "Sales Order"},
        [
            "name", "item_code", "item_name", "qty", "uom", "rate", "amount", "delivered_qty", "delivery_date",
            "delivered_by_supplier",
        ],
        order_by="idx",
    )  # fmt: skip


def taxes(name: str) -> list[frappe._dict]:
    return frappe.get_all(
        "Sales Taxes and Charges",
        {"parent": name, "parenttype": "Sales Order", "tax_amount": ("!=", 0)},
        ["description", "tax_amount"],
        order_by="idx",
    )


def has_stock(item_codes: Collection[str]) -> bool:
    return bool(
        frappe.get_all(
            "Item",
            {"name": ("in", list(item_codes) or [""]), "is_stock_item": 1},
            pluck="name",
            order_by="name",
            limit=1,
        )
    )


def deliveries(name: str) -> list[frappe._dict]:
    return _documents("Delivery Note", "against_sales_order", name, "posting_date", "transporter_name", "lr_no")


def invoices(name: str) -> list[frappe._dict]:
    return _documents("Sales Invoice", "sales_order", name, "posting_date", "outstanding_amount")


def _documents(doctype: str, link: str, order: str, *fields: str) -> list[frappe._dict]:
    """Submitted documents with a line of the order, returns left out, oldest first."""
    document, line = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
    return (
        frappe.qb.from_(line)
        .join(document)
        .on(document.name == line.parent)
        .select(document.name, *(document[field] for field in fields))
        .distinct()
        .where((line[link] == order) & (document.docstatus == 1) & (document.is_return == 0))
        .orderby(document.posting_date)
        .orderby(document.name)
        .run(as_dict=True)
    )


def paid_on(order: str, invoices: Collection[str]):
    """The day of the last payment for the order or its invoices."""
    entry, reference = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Reference")
    return (
        frappe.qb.from_(reference)
        .join(entry)
        .on(entry.name == reference.parent)
        .select(Max(entry.posting_date))
        .where((entry.docstatus == 1) & reference.reference_name.isin([order, *invoices]))
        .where(reference.reference_doctype.isin(["Sales Order", "Sales Invoice"]))
        .run(pluck=True)[0]
    )


def reserved_on(order: str):
    entry = frappe.qb.DocType("Stock Reservation Entry")
    return (
        frappe.qb.from_(entry)
        .select(Min(entry.creation))
        .where((entry.voucher_type == "Sales Order") & (entry.voucher_no == order) & (entry.docstatus == 1))
        .run(pluck=True)[0]
    )


def requests(order: str) -> list[frappe._dict]:
    """Material requests for the order as {material_request_type, transaction_date, per_received}."""
    request, line = frappe.qb.DocType("Material Request"), frappe.qb.DocType("Material Request Item")
    return (
        frappe.qb.from_(line)
        .join(request)
        .on(request.name == line.parent)
        .select(request.name, request.material_request_type, request.transaction_date, request.per_received, request.per_ordered)
        .distinct()
        .where((line.sales_order == order) & (request.docstatus == 1))
        .orderby(request.transaction_date)
        .run(as_dict=True)
    )  # fmt: skip


def work_orders(order: str) -> list[frappe._dict]:
    return frappe.get_all(
        "Work Order",
        {"sales_order": order, "docstatus": 1},
        ["name", "creation", "status"],
        order_by="creation",
    )


def picked_on(order: str):
    pick, line = frappe.qb.DocType("Pick List"), frappe.qb.DocType("Pick List Item")
    return (
        frappe.qb.from_(line)
        .join(pick)
        .on(pick.name == line.parent)
        .select(Max(pick.modified))
        .where((line.sales_order == order) & (pick.docstatus == 1))
        .run(pluck=True)[0]
    )


def open_issue(customer: str, subject: str, description: str) -> str | None:
    return frappe.db.get_value(
        "Issue",
        {"customer": customer, "subject": subject, "description": description, "status": ("!=", "Closed")},
        order_by="creation desc",
    )


def owner_of(order: str) -> str:
    return frappe.db.get_value("Sales Order", order, "owner")
