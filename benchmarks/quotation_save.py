"""Saving a quotation of 5 items with everything of the offer desk active, against the same on ERPNext alone.

Two sites take turns, as in install_cost: one with the app (promise dates, margin floors, holds and reasons for changes
switched on), one without. Measured are the first save and a later one that changes a quantity and a price.

CRM_EXT_PLAIN_SITE names the site with ERPNext alone; it must be made like the measured one, but for the app.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import frappe
from install_cost import PAIRS, Worker, compared, guard_offers

LINES = 5
WORKS = ("Quotation, first save", "Quotation, saved again")
_CUSTOMER = "Measured Customer"


def measure(site: str) -> list[dict]:
    """Milliseconds, CPU milliseconds and statements, with the app ('ours') and without ('erpnext')."""
    plain = os.environ.get("CRM_EXT_PLAIN_SITE")
    if not plain:
        print("quotation_save needs CRM_EXT_PLAIN_SITE; it is left out.", file=sys.stderr)
        return []
    with Worker(site, works) as ours, Worker(plain, works) as theirs:
        return [
            figure
            for work in WORKS
            for figure in compared(work, ours, theirs, PAIRS, f"{LINES} lines with stock and prices")
        ]


def works() -> dict[str, Callable[[], object]]:
    """First and later saves of a quotation, after the masters that they name."""
    company = frappe.db.get_single_value("Global Defaults", "default_company")
    codes = [_item(company, number) for number in range(LINES)]
    if not frappe.db.exists("Customer", _CUSTOMER):
        frappe.get_doc({"doctype": "Customer", "customer_name": _CUSTOMER}).insert()
    guard_offers(True)
    saved = _quotation(company, codes).insert().name
    # Kept, so that rolling back a document does not take what it names away.
    frappe.db.commit()
    return {
        WORKS[0]: lambda: _quotation(company, codes).insert(),
        WORKS[1]: lambda: _change(saved),
    }


def _quotation(company: str, codes: list[str]) -> frappe.model.document.Document:
    return frappe.get_doc(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": _CUSTOMER,
            "company": company,
            "items": [{"item_code": code, "qty": number + 1} for number, code in enumerate(codes)],
        }
    )


def _change(name: str) -> None:
    quotation = frappe.get_doc("Quotation", name)
    quotation.items[0].qty += 1
    quotation.items[1].rate -= 1
    quotation.save()


def _item(company: str, number: int) -> str:
    """A stock item with a price and 100 pieces in stock."""
    code = f"Measured Pump {number}"
    if frappe.db.exists("Item", code):
        return code
    group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    frappe.get_doc(
        {"doctype": "Item", "item_code": code, "item_group": group, "stock_uom": "Nos", "is_stock_item": 1}
    ).insert()
    price_list = frappe.db.get_single_value("Selling Settings", "selling_price_list")
    frappe.get_doc(
        {"doctype": "Item Price", "item_code": code, "price_list": price_list, "price_list_rate": 100}
    ).insert()
    warehouse = frappe.get_all(
        "Warehouse", {"company": company, "is_group": 0}, pluck="name", order_by="lft", limit=1
    )[0]
    frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": company,
            "items": [{"item_code": code, "qty": 100, "basic_rate": 60, "t_warehouse": warehouse}],
        }
    ).submit()
    return code
