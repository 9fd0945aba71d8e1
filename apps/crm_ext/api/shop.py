"""The catalogue, the cart and the customer's order. Prices, currencies, warehouses and companies are never asked for."""

from decimal import Decimal, InvalidOperation

import frappe
from frappe import _

from crm_ext.api.guards import guard_flood, require_customer, require_own
from crm_ext.self_service.flow import (
    carts,
    catalogue,
    checkout,
    order_notices,
    order_questions,
    printing,
    shop_sentences,
    suggested,
)
from crm_ext.self_service.flow.service import as_service
from crm_ext.self_service.flow.shop import Shop, shop_of
from crm_ext.self_service.queries import carts as queries
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.results import Refusal

# In a minute: more than anybody turns pages, less than a machine that copies the catalogue.
_PAGES_FROM_ONE_ADDRESS, _PAGES_FROM_ALL = 240, 6000
_ORDERS_FROM_ONE_ADDRESS, _ORDERS_FROM_ALL = 60, 1200


def guard_catalogue() -> Shop:
    """Who buys here; refuses strangers, and machines that turn pages too fast."""
    here = require_customer()
    guard_flood("catalogue", _PAGES_FROM_ONE_ADDRESS, _PAGES_FROM_ALL, 60)
    return shop_of(here)


@frappe.whitelist(methods=["POST"])
def add_to_cart(item: str, qty: str = "1", is_suggested: int = 0) -> dict:
    """{ok, message, lines}: message is the sentence for the customer, lines how many there are now."""
    shop = shop_of(require_customer())
    refusal = carts.add(shop, item, qty)
    if refusal is None and is_suggested:
        suggested.taken(shop, item)
    return _answer(shop, refusal, _("It is in your cart."))


@frappe.whitelist(methods=["POST"])
def change_cart(item: str, qty: str) -> dict:
    """Set a quantity; zero takes the item out. {ok, message, lines}."""
    shop = shop_of(require_customer())
    refusal = carts.change(shop, item, qty)
    return _answer(shop, refusal, _("Your cart is up to date."))


@frappe.whitelist(methods=["POST"])
def remove_from_cart(item: str) -> dict:
    """Take an item out, also one that is sold no more. {ok, message, lines}."""
    shop = shop_of(require_customer())
    carts.remove(shop, item)
    return _answer(shop, None, _("The item is out of your cart."))


@frappe.whitelist(methods=["POST"])
def set_wishes(
    shipping_address: str | None = None,
    delivery_date: str | None = None,
    po_no: str | None = None,
    note: str | None = None,
) -> dict:
    """Where and when the customer wants the goods. {ok, message, lines}."""
    shop = shop_of(require_customer())
    refusal = carts.set_wishes(shop, shipping_address, delivery_date, po_no, note)
    return _answer(shop, refusal, _("Your cart is up to date."))


@frappe.whitelist(methods=["POST"])
def add_address(
    address_line1: str | None = None,
    address_line2: str | None = None,
    city: str | None = None,
    pincode: str | None = None,
    country: str | None = None,
    phone: str | None = None,
) -> dict:
    """A further shipping address of the customer. {ok, message, lines}."""
    shop = shop_of(require_customer())
    values = {
        "address_line1": address_line1, "address_line2": address_line2, "city": city,
        "pincode": pincode, "country": country, "phone": phone,
    }  # fmt: skip
    refusal = carts.add_address(shop, values)
    return _answer(shop, refusal, _("The address is kept."))


@frappe.whitelist(methods=["POST"])
def place_order(cart: str, seen_day: str | None = None, seen_total: str | None = None) -> dict:
    """{ok, message, order, is_waiting}: the same order however often the same cart is sent.

    seen_day, seen_total: the ISO day and the total that the page showed. They are compared with what holds now, so that
    nobody buys what they did not see, and promise nothing.
    """
    here = require_customer()
    guard_flood("checkout", _ORDERS_FROM_ONE_ADDRESS, _ORDERS_FROM_ALL, 60)
    placed = checkout.place(shop_of(here), cart, _seen(seen_day, seen_total))
    # ERPNext's remarks are for the desk: they may name costs.
    frappe.local.message_log = []
    if isinstance(placed, Refusal):
        return {"ok": False, "message": shop_sentences.sentence(placed, _currency(here)), "order": None, "is_waiting": False}
    message = (
        _("Thank you. Our sales desk looks at your order {0} first and comes back to you.")
        if placed.is_waiting
        else _("Thank you. Your order {0} is placed.")
    )
    return {
        "ok": True,
        "message": message.format(placed.order),
        "order": placed.order,
        "is_waiting": placed.is_waiting,
    }


@frappe.whitelist(methods=["POST"])
def order_again(order: str) -> dict:
    """Put the lines of an own order into the cart. {ok, message, lines}."""
    here = require_own("Sales Order", order)
    shop = shop_of(here)
    left_out = carts.order_again(shop, order)
    if left_out:
        message = _("These are in your catalogue no more and were left out: {0}.").format(", ".join(left_out))
        return {"ok": False, "message": message, "lines": _lines(shop)}
    return _answer(shop, None, _("The lines of order {0} are in your cart.").format(order))


@frappe.whitelist(methods=["POST"])
def ask_about_order(order: str, question: str | None = None, kind: str | None = None) -> dict:
    """A question about an own order, or the wish to cancel it (kind "cancel"). {ok, message}."""
    here = require_own("Sales Order", order)
    refusal = order_questions.ask(here.user, here.customer, order, question, wants_to_cancel=kind == "cancel")
    if refusal is not None:
        return {"ok": False, "message": shop_sentences.sentence(refusal)}
    return {"ok": True, "message": _("We have your message and will answer soon.")}


@frappe.whitelist()
def order_pdf(order: str) -> None:
    """An own order as a file."""
    require_own("Sales Order", order)
    with as_service():
        printing.answer_with_pdf("Sales Order", order)


@frappe.whitelist()
def delivery_pdf(delivery: str) -> None:
    """An own delivery note as a file."""
    require_own("Delivery Note", delivery)
    with as_service():
        printing.answer_with_pdf("Delivery Note", delivery)


@frappe.whitelist(methods=["POST"])
def set_notices(is_subscribed: int = 0) -> dict:
    """Whether this login wants letters about the orders of the customer that it acts for. {ok, message}."""
    here = require_customer()
    order_notices.set_preference(here.user, here.customer, bool(is_subscribed))
    return {"ok": True, "message": _("Your wish is kept.")}


def guard_notices(user: str, customer: str, token: str) -> None:
    """The link of a letter: it opens this one choice, and nothing says whether its names exist."""
    guard_flood("notices", _ORDERS_FROM_ONE_ADDRESS, _ORDERS_FROM_ALL, 60)
    if not order_notices.is_signed(user, customer, token):
        raise frappe.DoesNotExistError


@frappe.whitelist(allow_guest=True, methods=["POST"])
def choose_notices(user: str, customer: str, token: str, is_subscribed: int = 0) -> None:
    """Stop the letters about orders, or have them again, by the link of a letter."""
    guard_notices(user, customer, token)
    order_notices.set_preference(user, customer, bool(is_subscribed))


@frappe.whitelist(methods=["POST"])
def show_in_catalogue(items: str | list, is_shown: int = 1) -> int:
    """For the list of items at the desk: put items into the catalogue or take them out; returns how many changed."""
    frappe.has_permission("Item", "write", throw=True)
    names = [str(name) for name in frappe.parse_json(items)]
    # Restrictions of the user on items or their groups hold here, too.
    own = frappe.get_list("Item", {"name": ("in", names)}, pluck="name", order_by="name", limit_page_length=0)
    return catalogue.show(own, bool(is_shown))


def _seen(day: str | None, total: str | None) -> checkout.Seen:
    """What cannot be read was not shown by us; then the customer is asked once more."""
    shown_day = parse_date(day) if day else None
    try:
        shown_total = Decimal(total) if total else None
    except InvalidOperation:
        shown_total = Decimal(-1)
    return checkout.Seen(None if isinstance(shown_day, Refusal) else shown_day, shown_total)


def _answer(shop: Shop, refusal: Refusal | None, done: str) -> dict:
    message = done if refusal is None else shop_sentences.sentence(refusal)
    return {"ok": refusal is None, "message": message, "lines": _lines(shop)}


def _lines(shop: Shop) -> int:
    return queries.number_of_lines(shop.customer, shop.company, shop.user)


def _currency(here) -> str | None:
    shop = shop_of(here)
    return frappe.get_cached_value("Company", shop.company, "default_currency")
