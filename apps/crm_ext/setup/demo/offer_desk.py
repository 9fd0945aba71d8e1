"""What the offer desk and the portal show on the day on which the history ends: offers that wait, goods on their way,
holds, a template, and customers with a login of their own."""

from __future__ import annotations

from datetime import date, timedelta

import frappe
from frappe.model.document import Document

from crm_ext.offer_desk.flow import configurations, offer_models, stock_holds
from crm_ext.setup.demo.company import tax_template
from crm_ext.setup.demo.people import BUYERS, buyer, person, user
from crm_ext.setup.demo.supply import purchase_order
from crm_ext.setup.demo.words import PRODUCTS, Said
from crm_ext.setup.demo.world import World, put, put_once

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
# What a house needs for heating; options as (group, code, item, pieces by formula), the first of a group is the default.
MODEL = Said("Heating for a house", "گرمایش یک خانه")
MODEL_GROUPS = {
    "Boiler": (Said("Boiler", "پکیج یا دیگ"), 1, 1),
    "Pump": (Said("Circulation", "گردش آب"), 0, 1),
    "Heat": (Said("Radiators", "رادیاتور"), 1, 1),
    "Extras": (Said("Extras", "افزودنی‌ها"), 0, 0),
    "Services": (Said("Services", "خدمات"), 0, 0),
}
MODEL_OPTIONS = (
    ("Boiler", "WB24", "RG-WB-24", "1"),
    ("Boiler", "WB32", "RG-WB-32", "1"),
    ("Boiler", "FB80", "RG-FB-80", "1"),
    ("Pump", "CIRC", "RG-CR-25", "ceil(rooms / 12)"),
    ("Heat", "RADIATORS", "RG-RD-10", "rooms + 1"),
    ("Extras", "TANK", "RG-ET-24", "1"),
    ("Extras", "BOARD", "SP-BOARD-24", "1"),
    ("Services", "INSTALL", "SV-INSTALL", "1"),
    ("Services", "COMMISSION", "SV-COMMISSION", "1"),
)
MODEL_RULES = (
    (
        "FB80",
        "Requires",
        "CIRC",
        Said("The floor-standing boiler has no pump of its own.", "دیگ زمینی پمپ ندارد."),
    ),
    (
        "FB80",
        "Requires",
        "COMMISSION",
        Said("We start the floor-standing boiler up ourselves.", "راه‌اندازی دیگ زمینی با خود ماست."),
    ),
    (
        "BOARD",
        "Only With",
        "WB24 WB32",
        Said("This control board fits the wall-hung boilers only.", "این برد فقط به پکیج دیواری می‌خورد."),
    ),
    (
        "COMMISSION",
        "Requires",
        "INSTALL",
        Said("We train where we have installed.", "آموزش همراه با نصب ماست."),
    ),
)
CONFIGURED_FOR, CONFIGURED = 9, frozenset({"WB32", "CIRC", "RADIATORS", "TANK", "INSTALL"})
TEMPLATE = Said("Boiler exchange", "تعویض پکیج")


def create(world: World) -> None:
    """After the history, since none of its documents was made under these rules."""
    _grades(world)
    _items()
    _template(world)
    _purchases(world)
    _portal(world)
    _offers(world)
    _configured_offer(world, _model(world))
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
        quotation = _offer(world, world.recall("customer", customer), _day(world, -days_ago), lines, options)
        # In two steps: ERPNext tells by the draft before it that a quotation has become open.
        quotation.insert().submit()
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
            "items": [
                {"item_code": item, "qty": qty, "warehouse": world.store("ISF")} for item, qty in lines
            ],
            "quotation_options": [{"item_code": item, "qty": qty} for item, qty in options],
        }
    )
    quotation.run_method("set_missing_values")
    return quotation


def _model(world: World) -> str:
    """The published version of the offer model."""
    title = world.say(MODEL)
    if not frappe.db.exists("Offer Model", title):
        names = {code: world.say(said) for code, (said, _least, _most) in MODEL_GROUPS.items()}
        goods = {product.code: world.say(product.name) for product in PRODUCTS}
        put(
            "Offer Model",
            title=title,
            company=world.company,
            picture="/assets/crm_ext/images/demo/boiler.svg",
            groups=[
                {"group_name": names[code], "at_least": least, "at_most": most}
                for code, (_said, least, most) in MODEL_GROUPS.items()
            ],
            options=[
                {
                    "option_group": names[group],
                    "option_code": code,
                    "label": goods[item],
                    "kind": "Service" if item.startswith("SV-") else "Item",
                    "item_code": item,
                    "quantity": quantity,
                    "picture": f"/assets/crm_ext/images/demo/{PICTURES[item]}.svg",
                    "is_default": int(code in ("WB24", "RADIATORS")),
                }
                for group, code, item, quantity in MODEL_OPTIONS
            ],
            rules=[
                {"when_options": when, "kind": kind, "then_options": then, "message": world.say(said)}
                for when, kind, then, said in MODEL_RULES
            ],
            inputs=[
                {
                    "input_code": "rooms",
                    "label": world.say(Said("Rooms", "اتاق‌ها")),
                    "default": "6",
                    "minimum": "1",
                    "maximum": "60",
                }
            ],
        )
        offer_models.publish(title)
    return frappe.db.get_value("Offer Model", title, "published_version")


def _configured_offer(world: World, version: str) -> None:
    """A draft that the representative is still talking about."""
    if world.recall("offer", "configured"):
        return
    draft = _offer(world, world.recall("customer", CONFIGURED_FOR), _day(world, 0), (), ())
    saved = configurations.save(
        draft, version, CONFIGURED, {"rooms": "8"}, configuration=None, request_key=f"demo/{world.wish.seed}"
    )
    world.remember("offer", "configured", saved["quotation"])


def _margin_floor() -> None:
    settings = frappe.get_doc("Offer Desk Settings")
    settings.update({"has_default_floor": 1, "default_margin_floor": MARGIN_FLOOR})
    settings.set(
        "margin_approval_limits", [{"role": role, "minimum_margin": limit} for role, limit in APPROVAL_LIMITS]
    )
    settings.save()
