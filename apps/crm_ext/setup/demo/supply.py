"""Goods: bought from suppliers, made from parts, moved to the branches; and the suppliers' money."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from crm_ext import erpnext_port as erp
from crm_ext.setup.demo import catalogue
from crm_ext.setup.demo.company import rate_of, tax_template
from crm_ext.setup.demo.marketing import entry_type
from crm_ext.setup.demo.story import Event
from crm_ext.setup.demo.words import SUPPLIERS
from crm_ext.setup.demo.world import World, post

SUPPLIER = {idea.code: idea for idea in SUPPLIERS}


def purchase(world: World, event: Event) -> None:
    """Order, receipt and bill of one lot on the same day."""
    place, code, _chunk = event.key.split("/")
    day = world.date(event.day)
    order = purchase_order(world, place, code, event.day, event.day, event.detail)
    receipt = erp.make_from("Purchase Order", order.name, "Purchase Receipt")
    receipt.update({"set_posting_time": 1, "posting_date": day, "posting_time": "08:00:00"})
    post(receipt)
    bill = erp.make_from("Purchase Receipt", receipt.name, "Purchase Invoice")
    bill.update(
        {
            "set_posting_time": 1,
            "posting_date": day,
            "posting_time": "08:30:00",
            "bill_no": event.key.replace("/", "-"),
            "bill_date": day,
            "due_date": world.date(event.day + 35),
            "payment_schedule": [],
        }
    )
    world.remember("bill", event.key, post(bill).name)


def purchase_order(
    world: World, place: str, code: str, ordered: int, due: int, lines: Iterable[tuple[str, int]]
) -> Document:
    """A submitted order for a branch's store; both days are of the story, `due` may lie behind its end."""
    currency = SUPPLIER[code].currency
    rate = 1.0 if currency == world.currency_of(place) else rate_of(currency, ordered)
    order = frappe.get_doc(
        {
            "doctype": "Purchase Order",
            "supplier": catalogue.supplier(world, code),
            "company": world.company_of(place),
            "transaction_date": world.date(ordered),
            "schedule_date": world.date(due),
            "currency": currency,
            "conversion_rate": rate,
            "buying_price_list": _price_list(code),
            "price_list_currency": currency,
            "plc_conversion_rate": rate,
            "set_warehouse": world.store(place),
            "taxes_and_charges": tax_template(world, place),
            "cost_center": world.cost_center(place),
            "items": [
                {
                    "item_code": item,
                    "qty": quantity,
                    "schedule_date": world.date(due),
                    "warehouse": world.store(place),
                    "cost_center": world.cost_center(place),
                }
                for item, quantity in lines
            ],
        }
    )
    order.run_method("set_missing_values")
    return post(order)


def _price_list(code: str) -> str:
    return {"NORDPUMP": "Purchase Europe EUR", "TERMICA": "Purchase Import EUR"}.get(code, "Purchase Iran")


def pay_supplier(world: World, event: Event) -> None:
    place, code, _chunk = event.key.split("/")
    name, currency = world.recall("bill", event.key), SUPPLIER[code].currency
    home = currency == world.currency_of(place)
    outstanding = frappe.db.get_value("Purchase Invoice", name, "outstanding_amount")
    bank = world.account("Main Bank" if home else f"{currency} Bank", place)
    document = erp.payment_for("Purchase Invoice", name, bank, outstanding)
    document.posting_date = document.reference_date = world.date(event.day)
    document.reference_no = event.key.replace("/", "-")
    document.cost_center = world.cost_center(place)
    document.source_exchange_rate = document.target_exchange_rate = (
        1.0 if home else rate_of(currency, event.day)
    )
    document.set_amounts()
    post(document)


def manufacture(world: World, event: Event) -> None:
    """A lot of one product from the parts of its bill of materials, in the factory's store."""
    ((item, quantity),) = event.detail
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": entry_type("Manufacture"),
            "purpose": "Manufacture",
            "company": world.company,
            "set_posting_time": 1,
            "posting_date": world.date(event.day),
            "posting_time": "12:00:00",
            "from_bom": 1,
            "bom_no": frappe.db.get_value("BOM", {"item": item, "docstatus": 1, "is_default": 1}),
            "fg_completed_qty": quantity,
            "from_warehouse": world.store("ISF"),
            "to_warehouse": world.store("ISF"),
        }
    )
    entry.get_items()
    for row in entry.items:
        row.cost_center = world.cost_center("ISF")
    post(entry)


def distribute(world: World, event: Event) -> None:
    """The factory's lorry round: what the branches will deliver next."""
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": entry_type("Material Transfer"),
            "purpose": "Material Transfer",
            "company": world.company,
            "set_posting_time": 1,
            "posting_date": world.date(event.day),
            "posting_time": "18:00:00",
            "items": [
                {
                    "item_code": item,
                    "qty": quantity,
                    "s_warehouse": world.store("ISF"),
                    "t_warehouse": world.store(place),
                    "cost_center": world.cost_center(place),
                }
                for place, item, quantity in event.detail
            ],
        }
    )
    post(entry)


HANDLERS = {
    "purchase": purchase,
    "pay_supplier": pay_supplier,
    "manufacture": manufacture,
    "distribute": distribute,
}
