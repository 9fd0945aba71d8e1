"""Keeps cost out of what the desk is handed where permission levels do not reach: new documents and item details."""

from __future__ import annotations

from typing import Any

from frappe.model.document import Document

from crm_ext import erpnext_port
from crm_ext.offer_desk.queries.cost_sight import may_see_cost, viewer_roles

_FIELDS = ("valuation_rate", "gross_profit")


def hide_cost(document: Document) -> None:
    """Leave the cost off a quotation or order that is saved, or made of another, wherever cost is hidden from anybody.

    Permission levels alone do not hide it: Frappe answers a saved or mapped document with all that is on it, and a list
    with the second of two forbidden fields that are asked for side by side. The margin is told from stock and
    purchases, never from these fields, so nothing is lost.
    """
    if viewer_roles():
        for item in document.items:
            for field in _FIELDS:
                item.set(field, 0)


def item_details(args: Any, doc: Any, for_validate: Any, overwrite_warehouse: Any) -> dict:
    """ERPNext's details of an item for a line, without its cost for whoever may not see it."""
    details = erpnext_port.item_details(args, doc, for_validate, overwrite_warehouse)
    if not may_see_cost():
        for field in _FIELDS:
            details.pop(field, None)
    return details


def item_valuation(item_code: str, company: str, warehouse: str | None) -> dict:
    """ERPNext's valuation of an item; nought for whoever may not see it."""
    if not may_see_cost():
        return {"valuation_rate": 0.0}
    return erpnext_port.item_valuation(item_code, company, warehouse)
