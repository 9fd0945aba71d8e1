"""Floors, limits and offers at a known margin for the tests of the margin guard."""

from __future__ import annotations

from types import SimpleNamespace

import frappe
import makers
import offers

COST = 80
# Whatever is left out of `settings` stands at these.
_PLAIN = {
    "has_default_floor": 0,
    "margin_judgement": "Each Line",
    "cost_basis": "Valuation",
    "freight_percent": 0,
    "credit_rate": 0,
    "margin_approval_limits": [],
    "cost_viewers": [],
}
FIELDS = (*_PLAIN, "default_margin_floor")


def settings(**values):
    """Offer Desk Settings with these values, as a person saves them."""
    document = frappe.get_doc("Offer Desk Settings")
    document.update({**_PLAIN, **values})
    return document.save()


def floor(percent: float = 10, **values):
    return settings(has_default_floor=1, default_margin_floor=percent, **values)


def case(name: str = "Margin", **customer):
    """A customer and an item that costs 80 of the company's currency."""
    code = f"{name} Pump"
    makers.item(code, is_stock_item=1, grant_commission=1, valuation_rate=COST)
    return SimpleNamespace(item=code, customer=makers.customer(f"{name} Customer", **customer))


def offer(case, rate: float = 100, qty: float = 10, **values):
    lines = values.pop("lines", None) or [{"item_code": case.item, "qty": qty, "rate": rate}]
    return offers.quotation(case.customer, lines, **values).insert()


def representative(name: str = "rep"):
    return _user(name, "Sales User", "Stock User")


def manager(name: str = "head"):
    return _user(name, "Sales User", "Sales Manager")


def _user(name: str, *roles: str) -> str:
    """Made by the administrator, whoever is logged in."""
    present = frappe.session.user
    frappe.set_user("Administrator")
    try:
        return makers.user(f"{name}@margin.example", *roles).name
    finally:
        frappe.set_user(present)


def order_from(quotation):
    from crm_ext.erpnext_port import make_from

    order = make_from("Quotation", quotation.name, "Sales Order")
    order.delivery_date = frappe.utils.add_days(frappe.utils.getdate(), 5)
    return order
