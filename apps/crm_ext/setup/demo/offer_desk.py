"""What the offer desk and the portal show on the day on which the history ends: offers that wait, goods on their way,
holds, a template, and customers with a login of their own."""

from __future__ import annotations

from datetime import date, timedelta

import frappe
from frappe.model.document import Document

from crm_ext.offer_desk.flow import stock_holds
from crm_ext.setup.demo.company import tax_template
from crm_ext.setup.demo.people import BUYERS, buyer, person, user
from crm_ext.setup.demo.supply import purchase_order
from crm_ext.setup.demo.words import PRODUCTS, Said
from crm_ext.setup.demo.world import World, post, put, put_once

# Name, priority, days on hold, and which of the customers have it: those whose number gives this rest by four.
GRADES = (("Key Account", 10, 7, 0), ("Regular", 50, 3, 1), ("Occasional", 90, 2, 2))
MARGIN_FLOOR = 12
APPROVAL_LIMITS = (("Sales Manager", 5),)
LEAD_TIMES = {"TERMICA": 28, "ALUSEPAHAN": 7, "MOTORGEN": 10, "RIKHTE": 12}
PICTURES = {
    "RG-CP-15": "pump", "RG-CP-40": "pump", "RG-SP-75": "borehole-pump", "RG-CR-25": "circulator",
    "RG-WB-24": "boiler", "RG-WB-32": "boiler", "RG-FB-80": "boiler", "RG-RD-10": "radiator", "RG-ET-24": "tank",
    "SP-SEAL-15": "spare-part", "SP-BOARD-24": "control-board", "SV-INSTALL": "service", "SV-COMMISSION": "service",
}  # fmt: skip
# Item, kind, what goes with it.
ACCESSORIES = (
    ("RG-CP-15", "Spare Part", "SP-SEAL-15"),
    ("RG-CP-40", "Spare Part", "SP-SEAL-15"),
    ("RG-WB-24", "Spare Part", "SP-BOARD-24"),
    ("RG-WB-24", "Complement", "RG-ET-24"),
    ("RG-WB-24", "Better Model", "RG-WB-32"),
    ("RG-WB-32", "Complement", "RG-ET-24"),
    ("RG-FB-80", "Complement", "RG-CR-25"),
)
# Goods on their way to the factory's store: supplier, days from today, lines. The first one is late.
PURCHASES = (
    ("ALUSEPAHAN", -4, (("RG-ET-24", 30),)),
    ("TERMICA", 9, (("RG-WB-24", 12), ("RG-FB-80", 4))),
    ("TERMICA", 24, (("RG-WB-24", 20), ("RG-WB-32", 10))),
)
# Offers of the last days: number of the customer, days ago, lines, options. The second one is held in stock.
OFFERS = (
    (27, 1, (("RG-WB-24", 4), ("RG-RD-10", 24)), (("SV-INSTALL", 1), ("RG-ET-24", 4))),
    (24, 2, (("RG-CP-15", 2),), (("SP-SEAL-15", 2),)),
    (4, 3, (("RG-FB-80", 3), ("RG-CR-25", 3)), (("SV-COMMISSION", 1),)),
)
HELD = 1
TEMPLATE = Said("Boiler exchange", "تعویض پکیج")


def create(world: World) -> None:
    """After the history, since none of its documents was made under these rules."""
    _grades(world)
    _items()
    _template(world)
    _purchases(world)
    _portal(world)
    _offers(world)
    _margin_floor()


def _grades(world: World) -> None:
    for name, priority, days, rest in GRADES:
        put_once("Customer Grade", name, grade_name=name, priority=priority, hold_days=days)
        customers = [
            world.recall("customer", buyer.number) for buyer in world.story.buyers if buyer.number % 4 == rest
        ]
        frappe.db.set_value("Customer", {"name": ("in", customers)}, "customer_grade", name)


def _items() -> None:
    for product in PRODUCTS:
        item = frappe.get_doc("Item", product.code)
        item.lead_time_days = LEAD_TIMES.get(product.supplier or "", 0)
        if product.code in PICTURES:
            item.image = f"/assets/crm_ext/images/demo/{PICTURES[product.code]}.svg"
            item.show_in_catalogue = 1
        item.save()
    for item_code, kind, accessory in ACCESSORIES:
        known = {"item_code": item_code, "kind": kind, "accessory": accessory}
        if not frappe.db.exists("Item Accessory", known):
            put("Item Accessory", **known)


def _template(world: World) -> None:
    put_once(
        "Offer Template",
        world.say(TEMPLATE),
        title=world.say(TEMPLATE),
        items=[{"item_code": "RG-WB-24", "qty": 1}, {"item_code": "RG-RD-10", "qty": 8}],
        options=[{"item_code": "SV-INSTALL", "qty": 1}, {"item_code": "RG-ET-24", "qty": 1}],
        validity_days=21,
        payment_terms_template="Half in advance, half after 30 days",
    )


def _purchases(world: World) -> None:
    today = world.story.days - 1
    for number, (supplier, days, lines) in enumerate(PURCHASES):
        if not world.recall("coming", number):
            order = purchase_order(world, "ISF", supplier, today + min(days, 0) - 20, today + days, lines)
            world.remember("coming", number, order.name)


def _day(world: World, days: int) -> str:
    return str(date.fromisoformat(world.wish.until) + timedelta(days=days))


def _portal(world: World) -> None:
    settings = frappe.get_doc("Self Service Settings")
    settings.update(
        {
            "company": world.company,
            "warehouse": world.store("ISF"),
            "support_email": user("sales"),
            "support_phone": "+983155500000",
        }
    )
    settings.save()
    for login, number, language in BUYERS:
        _buyer(world, login, number, language)


def _buyer(world: World, login: str, number: int, language: str) -> None:
    """A website user, linked to the customer as ERPNext's own portal does it."""
    email = buyer(login)
    if frappe.db.exists("User", email):
        return
    first, last, _letters = person(world, number)
    put(
        "User",
        email=email,
        first_name=first,
        last_name=last,
        language=language,
        send_welcome_email=0,
        user_type="Website User",
        roles=[{"role": "Customer"}],
    )
    customer = frappe.get_doc("Customer", world.recall("customer", number))
    customer.append("portal_users", {"user": email})
    customer.save()
    world.remember("user", login, email)


def _offers(world: World) -> None:
    for number, (customer, days_ago, lines, options) in enumerate(OFFERS):
        if world.recall("offer", number):
            continue
        quotation = post(_offer(world, world.recall("customer", customer), _day(world, -days_ago), lines, options))
        world.remember("offer", number, quotation.name)
        if number == HELD:
            stock_holds.hold(quotation.name)


def _offer(world: World, customer: str, day: str, lines: tuple, options: tuple) -> Document:
    quotation = frappe.get_doc(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": customer,
            "company": world.company,
            "order_type": "Sales",
            "transaction_date": day,
            "valid_till": _day(world, 30),
            "selling_price_list": frappe.db.get_value("Customer", customer, "default_price_list"),
            "taxes_and_charges": tax_template(world, "ISF"),
            "items": [{"item_code": item, "qty": qty, "warehouse": world.store("ISF")} for item, qty in lines],
            "quotation_options": [{"item_code": item, "qty": qty} for item, qty in options],
        }
    )
    quotation.run_method("set_missing_values")
    return quotation


def _margin_floor() -> None:
    settings = frappe.get_doc("Offer Desk Settings")
    settings.update({"has_default_floor": 1, "default_margin_floor": MARGIN_FLOOR})
    settings.set("margin_approval_limits", [{"role": role, "minimum_margin": limit} for role, limit in APPROVAL_LIMITS])
    settings.save()
