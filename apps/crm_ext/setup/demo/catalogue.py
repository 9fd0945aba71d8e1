"""What the demo company makes, buys and sells: item groups, items with two languages, bills of materials, prices."""

from __future__ import annotations

import frappe

from crm_ext.setup.demo.company import PRICE_LISTS, rate_of
from crm_ext.setup.demo.words import GROUPS, PRODUCTS, SUPPLIERS, Product, Said
from crm_ext.setup.demo.world import World, post, put, put_once

# Half-way through the history prices in rials go up by this much.
PRICE_RISE = 1.22


def create(world: World) -> None:
    _item_groups(world)
    _suppliers(world)
    _items(world)
    _prices(world)
    for product in PRODUCTS:
        if product.kind == "made":
            _bill_of_materials(world, product)
    if world.wish.language == "both":
        _translations([*GROUPS, *(product.name for product in PRODUCTS)])


def item_group(world: World, group: str) -> str:
    return world.say(next(said for said in GROUPS if said.english == group))


def supplier(world: World, code: str) -> str:
    number, idea = next((number, idea) for number, idea in enumerate(SUPPLIERS) if idea.code == code)
    return world.say(idea.name, number + 1 if idea.country == "Iran" else 1)


def _item_groups(world: World) -> None:
    root = frappe.db.get_value("Item Group", {"is_group": 1, "parent_item_group": ["is", "not set"]})
    for group in GROUPS:
        put_once("Item Group", world.say(group), item_group_name=world.say(group), parent_item_group=root)


def _suppliers(world: World) -> None:
    lists = {"NORDPUMP": "Purchase Europe EUR", "TERMICA": "Purchase Import EUR"}
    for idea in SUPPLIERS:
        group = put_once("Supplier Group", idea.group, supplier_group_name=idea.group)
        accounts = []
        if idea.currency == "EUR" and idea.code != "NORDPUMP":
            accounts = [{"company": world.company, "account": world.account("Creditors EUR")}]
        name = supplier(world, idea.code)
        put_once(
            "Supplier",
            name,
            supplier_name=name,
            supplier_group=group,
            supplier_type="Company",
            country=idea.country,
            default_currency=idea.currency,
            default_price_list=lists.get(idea.code, "Purchase Iran"),
            accounts=accounts,
        )


def _items(world: World) -> None:
    unit = frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos"
    for product in PRODUCTS:
        stocked = product.kind in ("made", "traded", "part")
        put_once(
            "Item",
            product.code,
            item_code=product.code,
            item_name=world.say(product.name),
            description=_description(world, product.name),
            item_group=item_group(world, product.group),
            stock_uom=unit,
            is_stock_item=int(stocked),
            is_sales_item=int(product.kind in ("made", "traded", "service")),
            is_purchase_item=int(product.kind != "service"),
            include_item_in_manufacturing=int(product.kind == "part"),
        )


def _description(world: World, name: Said) -> str:
    if world.wish.language == "both":
        return f'{name.english}<br><span dir="rtl" lang="fa">{name.persian}</span>'
    return world.say(name)


def cost_at_start(product: Product) -> float:
    """Rials for one piece: what it is bought for, or the parts that a made one consumes."""
    if product.cost:
        return product.cost
    costs = {part.code: part.cost for part in PRODUCTS}
    return sum(costs[part] * quantity for part, quantity in product.parts)


def _prices(world: World) -> None:
    middle = world.story.days // 2
    for name, currency, selling, part in PRICE_LISTS:
        for product in PRODUCTS:
            base = product.price if selling else cost_at_start(product)
            if not base:
                continue
            first = base * part / rate_of(currency, 0)
            if currency == "IRR":
                _price(name, product.code, _round(first, currency), world.date(-10), world.date(middle - 1))
                _price(name, product.code, _round(first * PRICE_RISE, currency), world.date(middle), None)
            else:
                _price(name, product.code, _round(first, currency), world.date(-10), None)


def _round(amount: float, currency: str) -> float:
    """Prices as a price list shows them: hundred thousands of rials, or whole cents."""
    return round(amount, -5) if currency == "IRR" else round(amount, 2)


def _price(price_list: str, item: str, rate: float, valid_from: str, valid_upto: str | None) -> None:
    known = {"price_list": price_list, "item_code": item, "valid_from": valid_from}
    if not frappe.db.exists("Item Price", known):
        put("Item Price", **known, price_list_rate=rate, valid_upto=valid_upto)


def _bill_of_materials(world: World, product: Product) -> None:
    if frappe.db.exists("BOM", {"item": product.code, "docstatus": 1}):
        return
    post(
        frappe.get_doc(
            {
                "doctype": "BOM",
                "item": product.code,
                "company": world.company,
                "currency": "IRR",
                "quantity": 1,
                "rm_cost_as_per": "Price List",
                "buying_price_list": "Purchase Iran",
                "items": [{"item_code": part, "qty": quantity} for part, quantity in product.parts],
            }
        )
    )


def _translations(names: list[Said]) -> None:
    for name in names:
        known = {"language": "fa", "source_text": name.english}
        if not frappe.db.exists("Translation", known):
            put("Translation", **known, translated_text=name.persian)
