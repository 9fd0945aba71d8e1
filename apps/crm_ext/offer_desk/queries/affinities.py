"""What was bought together: the lines of sales, for the nightly count."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import frappe

from crm_ext.marketing_automation.queries import columnar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# An order and its invoice are one purchase: of invoices, only lines that were never ordered count.
_LINES = """
    select item.parent as document, item.item_code as item_code
    from `tabSales Invoice` invoice join `tabSales Invoice Item` item on item.parent = invoice.name
    where invoice.docstatus = 1 and invoice.is_return = 0 and invoice.company = %(company)s
        and invoice.posting_date >= %(since)s and item.is_free_item = 0 and ifnull(item.sales_order, '') = ''
        and item.item_code > ''
        and not exists (select 1 from `tabProduct Bundle` bundle where bundle.new_item_code = item.item_code)
    union all
    select item.parent, item.item_code
    from `tabSales Order` sales_order join `tabSales Order Item` item on item.parent = sales_order.name
    where sales_order.docstatus = 1 and sales_order.company = %(company)s
        and sales_order.transaction_date >= %(since)s and item.is_free_item = 0
        and not exists (select 1 from `tabProduct Bundle` bundle where bundle.new_item_code = item.item_code)"""
_WORTH_THE_BULK_READER = 40_000


def companies() -> list[str]:
    return frappe.get_all("Company", filters={"is_group": 0}, pluck="name", order_by="name")


def read_lines(
    connection: DuckDBPyConnection, table: str, columns: dict[str, str], company: str, since: date
) -> int:
    """The company's sold lines since a day into a table of the embedded database; says how many."""
    return columnar.read_into(
        connection,
        table,
        columns,
        _LINES,
        {"company": company, "since": since},
        in_bulk=frappe.db.count("Sales Invoice", cache=True) > _WORTH_THE_BULK_READER,
    )
