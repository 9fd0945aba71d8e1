"""A small offer model of pumps on a site, with items and prices."""

import frappe
import makers

from crm_ext.offer_desk.flow import offer_models


def priced_item(code, rate, **values):
    item = makers.item(code, **values)
    frappe.get_doc(
        {
            "doctype": "Item Price",
            "item_code": code,
            "price_list": "Standard Selling",
            "price_list_rate": rate,
        }
    ).insert()
    return item


def pump_model(mark, **values):
    """Body, motor and extras; steel does not go with 230 V, the inverter requires 400 V."""
    prices = {"IRON": 100, "STEEL": 180, "M230": 50, "M400": 70, "INV": 30, "SEAL": 2}
    for code, rate in prices.items():
        priced_item(f"{code} {mark}", rate)
    rows = [
        ("Body", "IRON", "Cast iron", "1"),
        ("Body", "STEEL", "Steel", "1"),
        ("Motor", "M230", "230 V", "1"),
        ("Motor", "M400", "400 V", "1"),
        ("Extras", "INV", "Inverter", "M400"),
        ("Extras", "SEAL", "Seal", "ceil(length / 2)"),
    ]
    return frappe.get_doc(
        {
            "doctype": "Offer Model",
            "title": f"Pump {mark}",
            "groups": [
                {"group_name": "Body", "at_least": 1, "at_most": 1},
                {"group_name": "Motor", "at_least": 1, "at_most": 1},
                {"group_name": "Extras", "at_least": 0, "at_most": 0},
            ],
            "options": [
                {
                    "option_group": group,
                    "option_code": code,
                    "label": label,
                    "kind": "Item",
                    "item_code": f"{code} {mark}",
                    "quantity": quantity,
                }
                for group, code, label, quantity in rows
            ],
            "rules": [
                {"when_options": "STEEL", "kind": "Excludes", "then_options": "M230"},
                {"when_options": "INV", "kind": "Requires", "then_options": "M400"},
            ],
            "inputs": [
                {"input_code": "length", "label": "Length", "default": "3", "minimum": "1", "maximum": "20"}
            ],
            **values,
        }
    ).insert()


def published(mark, **values):
    """(model, name of its version)"""
    model = pump_model(mark, **values)
    version = offer_models.publish(model.name)
    return model.reload(), version


def quotation_for(customer):
    """A quotation in the form, not saved."""
    return frappe.get_doc(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": customer,
            "company": makers.company(),
            "currency": "USD",
            "selling_price_list": "Standard Selling",
            "items": [],
        }
    )
