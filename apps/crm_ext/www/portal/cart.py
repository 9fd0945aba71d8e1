"""The cart: quantities, delivery and total, and the order. One form, which works without scripts."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import shop as api
from crm_ext.api.guards import require_customer
from crm_ext.crm_ext_core.flow import spelling
from crm_ext.self_service.flow import carts, pages, suggested
from crm_ext.self_service.flow.shop import shop_of

_QUANTITY = "qty:"
_WISHES = ("shipping_address", "delivery_date", "po_no", "note")
_ADDRESS = ("address_line1", "address_line2", "city", "pincode", "country", "phone")
_CART = "/portal/cart"


def get_context(context: Any) -> None:
    here = require_customer()
    shop = shop_of(here)
    given = frappe.form_dict
    context.errors, context.typed, context.problem = {}, {}, None
    if frappe.request.method == "POST":
        _post(context, given)
    pages.page(context, _("Cart"), "cart", here)
    context.shown = view = carts.view(shop)
    context.waiting = carts.waiting(shop)
    context.total = carts.total_of(view.order) if view.order else None
    context.wish = _wish(context, view)
    context.suggestions = suggested.beside(shop, view)
    if view.gone and not context.problem:
        context.problem = _("Please look at the marked lines. Nothing is lost.")


def _post(context: Any, given: Any) -> None:
    """What is typed is kept first; then the button that was pressed does its work."""
    if given.get("remove"):
        pages.go(_CART, api.remove_from_cart(given.remove)["message"])
    if given.get("add"):
        answer = api.add_to_cart(given.add, is_suggested=1)
        pages.go(_CART, answer["message"], is_bad=not answer["ok"])
    _keep_quantities(context, given)
    answer = api.set_wishes(**{name: given.get(name) for name in _WISHES})
    if not answer["ok"]:
        context.problem = answer["message"]
        context.typed["delivery_date"] = given.get("delivery_date")
    if given.get("do") == "address" and not context.problem:
        answer = api.add_address(**{name: given.get(name) for name in _ADDRESS})
        if answer["ok"]:
            pages.go(_CART, answer["message"])
        context.problem = answer["message"]
        context.typed.update({name: given.get(name) for name in _ADDRESS})
    if context.errors or context.problem:
        context.problem = context.problem or _("Please correct what is marked below. Nothing is lost.")
        return
    if given.get("do") == "order":
        _order(context, given)
    else:
        pages.go(_CART, answer["message"])


def _keep_quantities(context: Any, given: Any) -> None:
    for name, typed in given.items():
        if name.startswith(_QUANTITY):
            item = name.removeprefix(_QUANTITY)
            answer = api.change_cart(item, typed)
            if not answer["ok"]:
                context.errors[item] = answer["message"]
                context.typed[item] = typed


def _order(context: Any, given: Any) -> None:
    answer = api.place_order(given.get("cart"), given.get("seen_day"), given.get("seen_total"))
    if not answer["ok"]:
        context.problem = answer["message"]
    elif answer["is_waiting"]:
        pages.go(_CART, answer["message"])
    else:
        pages.go(pages.route("portal", "orders", answer["order"]), answer["message"])


def _wish(context: Any, view: carts.CartView) -> str:
    """The delivery wish as it was typed, or as the reader writes dates."""
    if context.typed.get("delivery_date"):
        return context.typed["delivery_date"]
    if not view.cart or not view.cart.delivery_date:
        return ""
    wish = frappe.utils.getdate(view.cart.delivery_date)
    return spelling.day(wish) if spelling.reads_persian() else wish.isoformat()
