"""The cart: what a customer collects, kept on the server, priced and dated anew whenever somebody looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.offer_desk.flow import promises
from crm_ext.self_service.flow import shop_sentences
from crm_ext.self_service.flow.shop import Shop, settings
from crm_ext.self_service.queries import carts as queries
from crm_ext.self_service.queries import catalogue
from crm_ext.self_service.rules.cart import MOST_LINES, read_quantity
from crm_ext.self_service.rules.checkout import last_day
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal, refuse

OPEN, ORDERED, WAITING, EMPTIED = "Open", "Ordered", "Waiting for the Sales Desk", "Emptied"
_LONGEST_PO_NO, _LONGEST_NOTE = 140, 1000


@dataclass(frozen=True)
class CartLine:
    """A line as it would be ordered now. problem: why it cannot be, as a sentence; amounts in the order's currency."""

    item_code: str
    item_name: str
    qty: Decimal
    uom: str
    picture: str | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    day: date | None = None
    is_free: bool = False
    problem: str = ""


@dataclass(frozen=True)
class CartView:
    """cart: None where nothing was collected yet; order: the sales order in memory, None without lines to order.

    day: when the whole can leave; None where one line has no date.
    """

    cart: Document | None
    lines: Sequence[CartLine]
    order: Document | None
    day: date | None
    addresses: Sequence[frappe._dict]

    @property
    def gone(self) -> list[str]:
        return [line.item_name for line in self.lines if line.problem]

    @property
    def unpriced(self) -> list[str]:
        return [
            line.item_name
            for line in self.lines
            if not line.problem and not line.is_free and line.rate is None
        ]


def view(shop: Shop, cart: Document | None = None) -> CartView:
    """The customer's open cart (or this one) with prices, taxes and dates of this moment; nothing is written."""
    cart = cart or current(shop)
    addresses = queries.addresses_of(shop.customer)
    if not cart or not cart.lines:
        return CartView(cart, (), None, None, addresses)
    items, problems = _judge(shop, cart)
    order = order_in_memory(shop, cart, items, problems, addresses)
    days = {key: promise.day for key, promise in promises.promise_document(order).items()} if order else {}
    lines = [*_shown(cart, items, problems, order, days), *_free_lines(order, days)]
    return CartView(cart, lines, order, last_day(days.values()), addresses)


def waiting(shop: Shop) -> list[frappe._dict]:
    """Orders of this login that the sales desk has to look at, as {sales_order, modified}."""
    return queries.waiting_orders(shop.customer, shop.company, shop.user, WAITING)


def total_of(order: Document) -> Decimal:
    """What is to be paid, in the order's currency."""
    return to_decimal(order.rounded_total or order.grand_total)


def current(shop: Shop) -> Document | None:
    name = queries.open_cart(shop.customer, shop.company, shop.user)
    return frappe.get_doc("Portal Cart", name) if name else None


def add(shop: Shop, item_code: str, typed: str | float | None) -> Refusal | None:
    """Put more of an item into the cart; on a refusal nothing changes."""
    return _set_quantity(shop, item_code, typed, is_more=True)


def change(shop: Shop, item_code: str, typed: str | float | None) -> Refusal | None:
    """Set an item's quantity; zero takes it out."""
    return _set_quantity(shop, item_code, typed, is_more=False)


def remove(shop: Shop, item_code: str) -> None:
    """Take an item out, also one that is sold no more."""
    cart = _locked(shop)
    cart.lines = [line for line in cart.lines if line.item_code != item_code]
    _save(cart)


def set_wishes(
    shop: Shop,
    shipping_address: str | None = None,
    delivery_date: str | None = None,
    po_no: str | None = None,
    note: str | None = None,
) -> Refusal | None:
    """Where and when the customer wants the goods; only own addresses. What is understood is kept in any case."""
    cart = _locked(shop)
    refusal = None
    own = {row.name for row in queries.addresses_of(shop.customer)}
    if not shipping_address or shipping_address in own:
        cart.shipping_address = shipping_address or None
    else:
        refusal = refuse("address_unknown")
    wish = parse_date(delivery_date) if (delivery_date or "").strip() else None
    if isinstance(wish, Refusal):
        refusal = refuse("wish_not_understood", typed=delivery_date)
    elif wish and wish < shop.today:
        refusal = refuse("wish_in_the_past")
    else:
        cart.delivery_date = wish
    cart.po_no = (po_no or "").strip()[:_LONGEST_PO_NO]
    cart.note = (note or "").strip()[:_LONGEST_NOTE]
    _save(cart)
    return refusal


def add_address(shop: Shop, values: Mapping[str, str | None]) -> Refusal | None:
    """A further shipping address of the customer, chosen for the cart."""
    fields = {
        name: (values.get(name) or "").strip()[:140]
        for name in ("address_line1", "address_line2", "city", "pincode", "country", "phone")
    }
    fields["country"] = fields["country"] or frappe.get_cached_value("Company", shop.company, "country")
    if not fields["address_line1"] or not fields["city"]:
        return refuse("address_incomplete")
    if not frappe.db.exists("Country", fields["country"]):
        return refuse("country_unknown", country=fields["country"])
    title = frappe.get_cached_value("Customer", shop.customer, "customer_name")
    address = frappe.get_doc(
        {"doctype": "Address", "address_title": title, "address_type": "Shipping", **fields}
    )
    address.append("links", {"link_doctype": "Customer", "link_name": shop.customer})
    # The guard of the door has said for which customer this login acts; logins have no right to addresses.
    address.insert(ignore_permissions=True)
    cart = _locked(shop)
    cart.shipping_address = address.name
    _save(cart)
    return None


def order_again(shop: Shop, order: str) -> list[str]:
    """Put the lines of an old order into the cart; gives back the names of items that cannot be bought any more."""
    left_out = []
    for row in queries.lines_of_order(order):
        item = catalogue.items([row.item_code]).get(row.item_code)
        qty = to_decimal(row.qty)
        if item and row.uom != item.uom:
            qty = qty * to_decimal(row.conversion_factor or 1) / to_decimal(item.conversion_factor)
        if add(shop, row.item_code, f"{qty:f}") is not None:
            left_out.append(row.item_name)
    return left_out


def forget_customer(customer: str) -> None:
    """A customer that is deleted takes carts and wishes along."""
    names = queries.carts_of(customer)
    if names:
        frappe.db.delete("Portal Cart Line", {"parent": ("in", names)})
        frappe.db.delete("Portal Cart", {"name": ("in", names)})
    frappe.db.delete("Notice Preference", {"customer": customer})


# How the cart is kept


def _set_quantity(shop: Shop, item_code: str, typed: str | float | None, is_more: bool) -> Refusal | None:
    item = _buyable(shop, item_code)
    if item is None:
        return refuse("item_unknown")
    least = to_decimal(item.min_order_qty) / to_decimal(item.conversion_factor)
    cart = _locked(shop)
    line = next((line for line in cart.lines if line.item_code == item_code), None)
    had = to_decimal(line.qty) if line and is_more and line.uom == item.uom else Decimal(0)
    qty = read_quantity(typed, is_whole=item.is_whole, least=least - had, unit=_(item.uom))
    if isinstance(qty, Refusal):
        return qty
    if had and qty:
        qty = read_quantity(f"{had + qty:f}", is_whole=item.is_whole, least=least, unit=_(item.uom))
        if isinstance(qty, Refusal):
            return qty
    if line and (line.qty, line.uom) == (float(qty), item.uom):
        return None
    if not qty and not is_more:
        cart.lines = [kept for kept in cart.lines if kept is not line]
    elif qty and line:
        line.qty, line.uom = float(qty), item.uom
    elif qty and len(cart.lines) >= MOST_LINES:
        return refuse("cart_full", most=MOST_LINES)
    elif qty:
        cart.append("lines", {"item_code": item_code, "qty": float(qty), "uom": item.uom})
    _save(cart)
    return None


def _buyable(shop: Shop, item_code: str | None) -> frappe._dict | None:
    item = catalogue.items([item_code]).get(item_code) if item_code else None
    if item and catalogue.may_buy(item, catalogue.restrictions(shop.customer), shop.today):
        return item
    return None


def _locked(shop: Shop) -> Document:
    """The open cart, made where there is none; of two requests at one moment the second waits for the first."""
    name = queries.open_cart(shop.customer, shop.company, shop.user) or _make(shop)
    return frappe.get_doc("Portal Cart", name, for_update=True)


def _make(shop: Shop) -> str:
    cart = frappe.get_doc(
        {
            "doctype": "Portal Cart",
            "customer": shop.customer,
            "company": shop.company,
            "user": shop.user,
            "status": OPEN,
            "open_key": open_key(shop.customer, shop.company, shop.user),
        }
    )
    frappe.db.savepoint("portal_cart")
    try:
        # The guard of the door has said for which customer this login acts.
        return cart.insert(ignore_permissions=True).name
    except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
        frappe.db.rollback(save_point="portal_cart")
        frappe.clear_last_message()
        # Made by another request at this moment; a locking read sees what was committed after ours began.
        return frappe.db.get_value("Portal Cart", {"open_key": cart.open_key}, "name", for_update=True)


def open_key(customer: str, company: str, user: str) -> str:
    return "|".join((customer, company, user))


def _save(cart: Document) -> None:
    # The guard of the door has said for which customer this login acts.
    cart.flags.ignore_permissions = True
    # A cart may hold items that are gone: they are shown with a sentence, and nothing is lost.
    cart.flags.ignore_links = True
    cart.save()


# How the cart is shown


def _judge(shop: Shop, cart: Document) -> tuple[dict[str, frappe._dict], dict[str, str]]:
    """Items of the lines, and {item: sentence} for those that cannot be ordered as they stand."""
    items = catalogue.items([line.item_code for line in cart.lines])
    restricted = catalogue.restrictions(shop.customer)
    problems: dict[str, str] = {}
    for line in cart.lines:
        item = items.get(line.item_code)
        if not item or not catalogue.may_buy(item, restricted, shop.today):
            problems[line.item_code] = shop_sentences.sentence(refuse("item_gone"))
            continue
        if line.uom != item.uom:
            problems[line.item_code] = shop_sentences.sentence(refuse("unit_changed", unit=_(item.uom)))
            continue
        least = to_decimal(item.min_order_qty) / to_decimal(item.conversion_factor)
        qty = read_quantity(line.qty, is_whole=item.is_whole, least=least, unit=_(item.uom))
        if isinstance(qty, Refusal):
            problems[line.item_code] = shop_sentences.sentence(qty)
    return items, problems


def order_in_memory(
    shop: Shop,
    cart: Document,
    items: Mapping[str, frappe._dict],
    problems: Mapping[str, str],
    addresses: Sequence[frappe._dict],
) -> Document | None:
    """The sales order that the cart would make now, priced and taxed by ERPNext; None where no line can be ordered."""
    orderable = [line for line in cart.lines if line.item_code not in problems]
    if not orderable:
        return None
    shelves = shop.shelves_of([line.item_code for line in orderable])
    wish = getdate(cart.delivery_date) if cart.delivery_date else None
    lines = [
        {
            "item_code": line.item_code,
            "qty": line.qty,
            "uom": line.uom,
            "warehouse": shelves.get(line.item_code),
            "delivery_date": max(wish or shop.today, shop.today),
        }
        for line in orderable
    ]
    values = {"po_no": cart.po_no or None, "shipping_rule": settings().shipping_rule or None}
    if cart.shipping_address in {row.name for row in addresses}:
        values["shipping_address_name"] = cart.shipping_address
    return erpnext_port.portal_order(shop.customer, shop.company, shop.today, lines, **values)


def _shown(
    cart: Document,
    items: Mapping[str, frappe._dict],
    problems: Mapping[str, str],
    order: Document | None,
    days: Mapping[str, date | None],
) -> list[CartLine]:
    rows = {row.item_code: row for row in order.items if not row.is_free_item} if order else {}
    return [
        _line(line, items.get(line.item_code), problems.get(line.item_code, ""), rows.get(line.item_code), days)
        for line in cart.lines
    ]


def _line(
    line: Document,
    item: frappe._dict | None,
    problem: str,
    row: Document | None,
    days: Mapping[str, date | None],
) -> CartLine:
    image = (item.image if item else "") or ""
    is_priced = bool(row and row.price_list_rate)
    return CartLine(
        item_code=line.item_code,
        # A stranger's item is not named: only its code, which the customer brought.
        item_name=item.item_name if item and row else line.item_code,
        qty=to_decimal(line.qty),
        uom=line.uom,
        picture=image if row and image.startswith(("/files/", "https://")) else None,
        rate=to_decimal(row.rate) if is_priced else None,
        amount=to_decimal(row.amount) if is_priced else None,
        day=days.get(promises.row_key(row)) if row else None,
        problem=problem,
    )


def _free_lines(order: Document | None, days: Mapping[str, date | None]) -> list[CartLine]:
    return [
        CartLine(
            row.item_code, row.item_name or row.item_code, to_decimal(row.qty), row.uom,
            rate=Decimal(0), amount=Decimal(0), day=days.get(promises.row_key(row)), is_free=True,
        )
        for row in (order.items if order else ())
        if row.is_free_item
    ]  # fmt: skip
