"""Quotations with options and alternatives for the tests of the offer desk."""

from __future__ import annotations

import frappe
import makers
from frappe.utils import add_days, getdate

PRICE_LIST = "Standard Selling"


def priced_item(code: str, price: float, **values):
    item = makers.item(code, **values)
    frappe.get_doc(
        {"doctype": "Item Price", "item_code": code, "price_list": PRICE_LIST, "price_list_rate": price}
    ).insert()
    return item


def quotation(customer, lines, options=(), **values):
    return frappe.get_doc(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": customer.name,
            "company": makers.company(),
            "selling_price_list": PRICE_LIST,
            "valid_till": add_days(getdate(), 30),
            "items": [{"qty": 1, **line} for line in lines],
            "quotation_options": [{"qty": 1, **option} for option in options],
            **values,
        }
    )


def amended(offer):
    """A draft amendment of an offer, which is cancelled for it."""
    offer.cancel()
    revision = frappe.copy_doc(offer)
    revision.amended_from = offer.name
    revision.docstatus = 0
    return revision
