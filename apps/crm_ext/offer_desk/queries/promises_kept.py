"""Reads what orders promised and what became of it: each function is one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import frappe

from crm_ext.crm_ext_core.queries.visibility import readable

# More lines than a person can look through; the report says so where it stops there.
LINES_AT_MOST = 20_000


def lines(company: str, start: date, end: date, customer: str | None, item_code: str | None) -> list[dict]:
    """Lines of goods in submitted orders confirmed for the period that the user may read, oldest first.

    confirmed: the delivery date at submission; of lines without a record the one that the order says now.
    offered: the day that the quotation promised.
    """
    return frappe.db.sql(
        f"""
        select line.name, line.parent as sales_order, `tabSales Order`.customer, `tabSales Order`.customer_name,
            `tabSales Order`.owner, `tabSales Order`.status, `tabSales Order`.transaction_date,
            line.item_code, line.item_name, line.stock_qty, line.stock_uom, line.qty, line.delivered_qty,
            line.delivery_date, line.quotation_item, line.warehouse,
            coalesce(record.confirmed_day, line.delivery_date) as confirmed, record.promised_day as promised,
            record.basis, record.basis_doctype, record.basis_name, record.basis_due,
            offer.promised_day as offered
        from `tabSales Order Item` line
        join `tabSales Order` on `tabSales Order`.name = line.parent
        join tabItem item on item.name = line.item_code
        left join `tabPromise Record` record on record.line = line.name
        left join `tabPromise Record` offer on offer.line = line.quotation_item
        where line.docstatus = 1 and `tabSales Order`.company = %(company)s
            and coalesce(record.confirmed_day, line.delivery_date) between %(start)s and %(end)s
            and (%(customer)s is null or `tabSales Order`.customer = %(customer)s)
            and (%(item_code)s is null or line.item_code = %(item_code)s)
            and (item.is_stock_item = 1
                or exists (select 1 from `tabProduct Bundle` bundle where bundle.name = line.item_code))
            and {readable("Sales Order")}
        order by confirmed, line.parent, line.idx
        limit {LINES_AT_MOST}
        """,
        {
            "company": company,
            "start": start,
            "end": end,
            "customer": customer or None,
            "item_code": item_code or None,
        },
        as_dict=True,
    )


def deliveries(order_lines: Collection[str]) -> list[tuple[str, date, float]]:
    """(line of an order, day, quantity in stock units) of submitted delivery notes and of invoices that move stock."""
    return frappe.db.sql(
        """
        select line.so_detail, document.posting_date, line.stock_qty
        from `tabDelivery Note Item` line
        join `tabDelivery Note` document on document.name = line.parent
        where line.so_detail in %(lines)s and line.docstatus = 1
        union all
        select line.so_detail, document.posting_date, line.stock_qty
        from `tabSales Invoice Item` line
        join `tabSales Invoice` document on document.name = line.parent
        where line.so_detail in %(lines)s and line.docstatus = 1 and document.update_stock = 1
        """,
        {"lines": tuple(order_lines)},
    )


def representatives(orders: Collection[str]) -> dict[str, str]:
    """The first sales person of each order that has one."""
    rows = frappe.get_all(
        "Sales Team",
        filters={"parenttype": "Sales Order", "parent": ("in", list(orders))},
        fields=["parent", "sales_person"],
        order_by="idx desc",
    )
    return {row.parent: row.sales_person for row in rows}


def arrivals(orders: Collection[str], work_orders: Collection[str]) -> dict[tuple[str, str, str], date]:
    """When the last goods of an item came, by (doctype, document, item), for documents that are done."""
    rows = frappe.db.sql(
        """
        select 'Purchase Order', ordered.parent, ordered.item_code, max(document.posting_date)
        from `tabPurchase Order Item` ordered
        join `tabPurchase Receipt Item` line on line.purchase_order_item = ordered.name and line.docstatus = 1
        join `tabPurchase Receipt` document on document.name = line.parent
        where ordered.parent in %(orders)s and ordered.received_qty >= ordered.qty
        group by ordered.parent, ordered.item_code
        union all
        select 'Work Order', name, production_item, date(actual_end_date) from `tabWork Order`
        where name in %(work_orders)s and actual_end_date is not null and produced_qty + process_loss_qty >= qty
        """,
        {"orders": tuple(orders) or ("",), "work_orders": tuple(work_orders) or ("",)},
    )
    return {(doctype, document, item): day for doctype, document, item, day in rows}


def expired_holds(quotation_lines: Collection[str]) -> dict[str, date]:
    """The day on which the last hold on stock ended unused, by line of a quotation."""
    rows = frappe.db.sql(
        """
        select quotation_item, date(max(expires_at)) from `tabStock Hold`
        where quotation_item in %s and status = 'Expired' group by quotation_item
        """,
        [tuple(quotation_lines)],
    )
    return dict(rows)


def taken_for_later_orders(order_lines: Collection[str]) -> dict[str, str]:
    """By line of an order: a delivery note that took the same goods until the confirmed day for an order made later."""
    rows = frappe.db.sql(
        """
        select line.name, min(taken.parent)
        from `tabSales Order Item` line
        join `tabSales Order` mine on mine.name = line.parent
        join `tabPromise Record` record on record.line = line.name
        join `tabDelivery Note Item` taken
            on taken.item_code = line.item_code and taken.warehouse = line.warehouse and taken.docstatus = 1
        join `tabDelivery Note` document on document.name = taken.parent and document.is_return = 0
        join `tabSales Order` other on other.name = taken.against_sales_order
        where line.name in %s and record.basis = 'In Stock' and other.creation > mine.creation
            and document.posting_date between mine.transaction_date and record.confirmed_day
        group by line.name
        """,
        [tuple(order_lines)],
    )
    return dict(rows)


def recorded_lines(doctype: str, name: str) -> set[str]:
    """Lines of a document for which a promise is on record."""
    filters = {"document_type": doctype, "document": name}
    return set(frappe.get_all("Promise Record", filters=filters, pluck="line", order_by="line"))
