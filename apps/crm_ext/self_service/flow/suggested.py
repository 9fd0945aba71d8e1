"""What else a customer may want beside the cart: the offer desk's suggestions, as cards that this customer may buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import frappe

from crm_ext.offer_desk.flow import suggestions
from crm_ext.offer_desk.flow.suggestions import Suggestion
from crm_ext.self_service.flow.carts import CartView
from crm_ext.self_service.flow.catalogue import Card, cards_of
from crm_ext.self_service.flow.shop import Shop
from crm_ext.self_service.queries import carts as queries

_MOST = 4


def beside(shop: Shop, view: CartView) -> Sequence[Card]:
    """At most four cards; what is shown is recorded once for each cart."""
    if not view.cart or not view.lines:
        return ()
    found = suggestions.suggest(
        [line.item_code for line in view.lines if not line.problem],
        customer=shop.customer,
        company=shop.company,
        place="Portal",
        limit=_MOST,
        document=("Portal Cart", view.cart.name),
    )
    cards = [card for card in cards_of(shop, [one.item_code for one in found]) if card.price.rate is not None]
    if cards:
        shown = {card.item.name for card in cards}
        _note(shop, view.cart.name, [one for one in found if one.item_code in shown], "Shown")
        # A page that is looked at writes nothing else; without this the record is thrown away with the request.
        frappe.local.flags.commit = True
    return cards


def taken(shop: Shop, item_code: str) -> None:
    """The customer put a suggested item into the open cart."""
    cart = queries.open_cart(shop.customer, shop.company, shop.user)
    if cart:
        _note(shop, cart, [item_code], "Taken")


def _note(
    shop: Shop, cart: str, found: Sequence[Suggestion | str], outcome: Literal["Shown", "Taken"]
) -> None:
    suggestions.note(
        found,
        outcome,
        customer=shop.customer,
        company=shop.company,
        place="Portal",
        document=("Portal Cart", cart),
    )
