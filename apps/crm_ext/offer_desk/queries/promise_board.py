"""Reads the warehouse's page: what is promised and held, as far as the user may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import frappe
from frappe.desk.reportview import build_match_conditions

# The statuses in which something is left to deliver.
_OPEN = """`tabSales Order`.docstatus = 1
    and `tabSales Order`.status in ('To Deliver and Bill', 'To Deliver', 'To Pay')
    and line.delivered_qty < line.qty and line.delivered_by_supplier = 0"""
_PROMISED = """coalesce(
    line.promise_date, line.delivery_date, `tabSales Order`.delivery_date, `tabSales Order`.transaction_date
)"""
_LINES = f"""
    select line.name as `key`, line.item_code, line.item_name, line.warehouse, line.stock_uom,
        line.stock_qty - line.delivered_qty * line.conversion_factor as qty,
        `tabSales Order`.name as sales_order, `tabSales Order`.customer, `tabSales Order`.customer_name,
        {_PROMISED} as promised,
        line.delivery_date as delivery, line.idx as number, '' as bundle
    from `tabSales Order`
    join `tabSales Order Item` line on line.parent = `tabSales Order`.name
    join `tabItem` item on item.name = line.item_code and item.is_stock_item = 1
    where {_OPEN}
"""
_PARTS = f"""
    select part.name as `key`, part.item_code, part.item_name, part.warehouse, part.uom as stock_uom,
        part.qty * (line.qty - line.delivered_qty) / line.qty as qty,
        `tabSales Order`.name as sales_order, `tabSales Order`.customer, `tabSales Order`.customer_name,
        {_PROMISED} as promised,
        line.delivery_date as delivery, line.idx as number, line.item_code as bundle
    from `tabSales Order`
    join `tabSales Order Item` line on line.parent = `tabSales Order`.name
    join `tabPacked Item` part on part.parent_detail_docname = line.name and part.parenttype = 'Sales Order'
    join `tabItem` item on item.name = part.item_code and item.is_stock_item = 1
    where {_OPEN}
"""
_CONDITIONS = {
    "company": "`tabSales Order`.company = %(company)s",
    "customer": "`tabSales Order`.customer = %(customer)s",
    "item_group": """item.item_group in (select below.name from `tabItem Group` above join `tabItem Group` below
        on below.lft >= above.lft and below.rgt <= above.rgt where above.name = %(item_group)s)""",
    "warehouse": """{warehouse} in (select below.name from `tabWarehouse` above join `tabWarehouse` below
        on below.lft >= above.lft and below.rgt <= above.rgt where above.name = %(warehouse)s)""",
    "until": f"{_PROMISED} <= %(until)s",
}
# The same of holds, whose table has all of it.
_HOLD_CONDITIONS = {
    "company": "`tabStock Hold`.company = %(company)s",
    "customer": "`tabStock Hold`.customer = %(customer)s",
    "item_group": _CONDITIONS["item_group"],
    "warehouse": _CONDITIONS["warehouse"].replace("{warehouse}", "`tabStock Hold`.warehouse"),
}


def promised(scope: Mapping[str, Any], most: int) -> list[dict]:
    """Open lines of orders, bundles by their parts, by promised day: quantities in stock units, no prices."""
    parts = [
        f"{select} and {_where(scope, _CONDITIONS, warehouse)} {_readable('Sales Order')}"
        for select, warehouse in ((_LINES, "line.warehouse"), (_PARTS, "part.warehouse"))
    ]
    return frappe.db.sql(
        f"({parts[0]}) union all ({parts[1]}) order by promised, sales_order, number, `key` limit %(most)s",
        {**scope, "most": most},
        as_dict=True,
    )


def held(scope: Mapping[str, Any], now: datetime, most: int) -> list[dict]:
    """Active holds, those that end first first."""
    return frappe.db.sql(
        f"""
        select `tabStock Hold`.name as `key`, `tabStock Hold`.item_code, `tabStock Hold`.item_name,
            `tabStock Hold`.warehouse, `tabStock Hold`.stock_uom, `tabStock Hold`.qty, `tabStock Hold`.asked_qty,
            `tabStock Hold`.expires_at, `tabStock Hold`.extensions, `tabStock Hold`.quotation,
            `tabStock Hold`.customer, `tabStock Hold`.customer_name
        from `tabStock Hold`
        join `tabItem` item on item.name = `tabStock Hold`.item_code
        where `tabStock Hold`.status = 'Active' and `tabStock Hold`.expires_at > %(now)s
            and {_where(scope, _HOLD_CONDITIONS)} {_readable("Stock Hold")}
        order by `tabStock Hold`.expires_at, `tabStock Hold`.name limit %(most)s
        """,
        {**scope, "now": now, "most": most},
        as_dict=True,
    )


def addresses(customers: Collection[str]) -> dict[str, str]:
    """E-mail address by customer, where one is known."""
    rows = frappe.get_list(
        "Customer",
        filters={"name": ("in", list(customers) or [""]), "email_id": ("is", "set")},
        fields=["name", "email_id"],
        order_by="name",
        limit=0,
    )
    return {row.name: row.email_id for row in rows}


def changeable(quotations: Collection[str]) -> set[str]:
    """Those of the quotations that the user may read, where the user may write quotations at all."""
    if not quotations or not frappe.has_permission("Quotation", "write"):
        return set()
    filters = {"name": ("in", list(quotations))}
    return set(frappe.get_list("Quotation", filters=filters, pluck="name", order_by="name", limit=0))


def _where(scope: Mapping[str, Any], conditions: Mapping[str, str], warehouse: str = "") -> str:
    chosen = [condition for name, condition in conditions.items() if scope.get(name)]
    return " and ".join(chosen).replace("{warehouse}", warehouse) or "1 = 1"


def _readable(doctype: str) -> str:
    """The user's own condition (roles, user permissions, shares); percent signs in it are doubled already."""
    condition = build_match_conditions(doctype)
    return f"and {condition}" if condition else ""
