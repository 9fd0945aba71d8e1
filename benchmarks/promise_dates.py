"""Promise dates of a quotation with 100 lines: this app against reading ERPNext's stock line by line.

ERPNext has no promise date. What its quotation shows beside a line is the projected quantity of the item in the
warehouse, read again for each line (`get_bin_details`); that is measured beside ours, though it names no day. Both on the
same quotation in the same run with warm caches.

The site gets what a trading company has open: 5,000 sales orders (all older ones count as delivered), 500 purchase
orders of five lines, stock of every item. All of it is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from statistics import median

import frappe
from document_trail import statements_and_milliseconds
from frappe.utils import getdate

LINES = 100
OPEN_ORDERS = 5_000
PURCHASE_ORDERS, LINES_OF_A_PURCHASE = 500, 5
IN_STOCK = 2
REPEATS = 15


def measure(site: str) -> list[dict]:
    """Statements and milliseconds as median of repeats: for storing the dates, and for the form with alternatives."""
    from crm_ext.offer_desk.flow import promises

    try:
        quotation = _quotation()
        stored = _measured(lambda: promises.promise_document(quotation))
        shown = _measured(lambda: promises.promise_with_alternatives(quotation))
        erpnext = _measured(lambda: _stock_line_by_line(quotation))
    finally:
        frappe.db.rollback()
        frappe.clear_cache()
    size = f"quotation of {LINES} lines, {OPEN_ORDERS:,} open orders, {PURCHASE_ORDERS} open purchase orders"
    return [
        *_figures("promise_dates", size, stored, erpnext),
        *_figures("promise_dates_on_the_form", size, shown, erpnext),
    ]


def _quotation():
    company = frappe.db.get_single_value("Global Defaults", "default_company")
    warehouse = frappe.get_all(
        "Warehouse",
        {"company": company, "is_group": 0, "warehouse_type": ("is", "not set")},
        pluck="name",
        order_by="lft",
    )[0]
    items = open_business(company, warehouse)
    step = max(len(items) // LINES, 1)
    chosen = items[::step][:LINES]
    line = {"uom": "Nos", "stock_uom": "Nos", "conversion_factor": 1, "warehouse": warehouse}
    return frappe.get_doc(
        {
            "doctype": "Quotation",
            "company": company,
            "items": [
                {"name": f"line {number}", "item_code": code, "qty": 1 + number % 7, **line}
                for number, code in enumerate(chosen)
            ],
        }
    )


def open_business(company: str, warehouse: str) -> list[str]:
    """What is open in a trading company, see above; returns the items. For the caller to roll back."""
    items = frappe.get_all("Item", {"name": ("like", "BULK-%")}, pluck="name", order_by="name")
    if items:
        _open_orders(company)
        _stock(items, warehouse)
        _purchase_orders(items, warehouse, company)
    return items


def _open_orders(company: str) -> None:
    """The latest 5,000 orders stay open, one every half day to be delivered; everything before is history."""
    kept = frappe.get_all(
        "Sales Order",
        {"company": company, "docstatus": 1},
        pluck="name",
        order_by="name desc",
        limit=OPEN_ORDERS,
    )
    for doctype, key, change in (
        ("Sales Order", "name", "status = 'Completed'"),
        ("Sales Order Item", "parent", "delivered_qty = qty"),
    ):
        frappe.db.sql(f"update `tab{doctype}` set {change} where {key} not in %s", [kept])
    frappe.db.sql(
        """
        update `tabSales Order Item` set delivery_date = date_add(%s, interval mod(crc32(name), 60) day)
        where parent in %s
        """,
        [getdate(), kept],
    )


def _stock(items: list[str], warehouse: str) -> None:
    moment = frappe.utils.now()
    rows = [
        (
            frappe.generate_hash(length=12),
            moment,
            moment,
            "Administrator",
            "Administrator",
            code,
            warehouse,
            IN_STOCK,
        )
        for code in items
    ]
    columns = ("name", "creation", "modified", "owner", "modified_by", "item_code", "warehouse", "actual_qty")
    frappe.db.bulk_insert("Bin", columns, rows, ignore_duplicates=True)


def _purchase_orders(items: list[str], warehouse: str, company: str) -> None:
    """Submitted orders with the columns that stock planning reads, due within two months."""
    orders, lines = [], []
    stamp = (frappe.utils.now(), frappe.utils.now(), "Administrator", "Administrator", 1)
    for number in range(PURCHASE_ORDERS):
        name, day = f"BULK-PO-{number:05d}", getdate() + timedelta(days=number % 60)
        orders.append((name, *stamp, company, "To Receive and Bill", day, getdate()))
        for position in range(LINES_OF_A_PURCHASE):
            code = items[(number * LINES_OF_A_PURCHASE + position) % len(items)]
            lines.append(
                (f"{name}-{position}", *stamp, name, "Purchase Order", code, warehouse, day, 9, 9, 1)
            )
    names = ("name", "creation", "modified", "owner", "modified_by", "docstatus")
    frappe.db.bulk_insert(
        "Purchase Order", (*names, "company", "status", "schedule_date", "transaction_date"), orders
    )
    frappe.db.bulk_insert(
        "Purchase Order Item",
        (
            *names,
            "parent",
            "parenttype",
            "item_code",
            "warehouse",
            "schedule_date",
            "qty",
            "stock_qty",
            "conversion_factor",
        ),
        lines,
    )


def _stock_line_by_line(quotation) -> None:
    from erpnext.stock.get_item_details import get_bin_details

    for row in quotation.items:
        get_bin_details(row.item_code, row.warehouse, quotation.company, include_child_warehouses=True)


def _measured(work: Callable[[], object]) -> tuple[int, float]:
    work()
    runs = [statements_and_milliseconds(work) for _ in range(REPEATS)]
    return max(count for count, _ in runs), median(milliseconds for _, milliseconds in runs)


def _figures(name: str, size: str, ours: tuple[int, float], erpnext: tuple[int, float]) -> list[dict]:
    return [
        {
            "name": name,
            "size": size,
            "ours": round(own, 1),
            "erpnext": round(other, 1),
            "ratio": round(other / own, 1),
            "unit": unit,
        }
        for own, other, unit in zip(ours, erpnext, ("statements", "ms"), strict=True)
    ]
