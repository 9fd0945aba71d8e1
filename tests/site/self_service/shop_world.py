"""A shop with goods, prices and customers with logins, for tests of catalogue, cart and checkout."""

from __future__ import annotations

import frappe
import makers
from frappe.utils import getdate

from crm_ext.self_service.flow.shop import Shop
from crm_ext.self_service.queries import catalogue

PRICE_LIST = "Standard Selling"


def use_settings(**values):
    """Settings of the portal for this test; what is not named is off."""
    settings = frappe.get_doc("Self Service Settings")
    defaults = {
        "company": makers.company(), "warehouse": makers.warehouse(), "show_stock_as": "Steps", "few_below": 5,
        "minimum_order_amount": 0, "shipping_rule": None, "order_desk": None, "request_missing_goods": 1,
        "send_notices": 0,
    }  # fmt: skip
    settings.update({**defaults, **values})
    settings.save()


def goods(code: str, price: float | None = 100, stock: float = 0, **values):
    """A stock item in the catalogue, with a general price and goods in the portal's warehouse."""
    item = makers.item(code, 1, show_in_catalogue=1, **values)
    if price is not None:
        set_price(code, price)
    if stock:
        makers.stock(code, stock, 10)
    return item


def set_price(code: str, rate: float, **values):
    return frappe.get_doc(
        {
            "doctype": "Item Price",
            "item_code": code,
            "price_list": PRICE_LIST,
            "price_list_rate": rate,
            **values,
        }
    ).insert()


def login(email: str, *customers: str) -> str:
    """A login of the website, tied to these customers by the table on Customer."""
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": email,
            "first_name": email.split("@")[0],
            "user_type": "Website User",
            "send_welcome_email": 0,
        }
    ).insert()
    for name in customers:
        customer = frappe.get_doc("Customer", name)
        customer.append("portal_users", {"user": user.name})
        customer.save()
    return user.name


def shop(customer: str, user: str = "Administrator") -> Shop:
    warehouse = frappe.db.get_single_value("Self Service Settings", "warehouse")
    return Shop(
        user=user,
        customer=customer,
        company=makers.company(),
        warehouse=warehouse,
        shelves=tuple(catalogue.leaves_of(warehouse)),
        today=getdate(),
    )


def pricing_rule(title: str, **values):
    return frappe.get_doc(
        {
            "doctype": "Pricing Rule",
            "title": title,
            "selling": 1,
            "company": makers.company(),
            "currency": frappe.get_cached_value("Company", makers.company(), "default_currency"),
            "price_or_product_discount": "Price",
            "rate_or_discount": "Discount Percentage",
            **values,
        }
    ).insert()
