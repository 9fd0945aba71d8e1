"""The sentences of refusals about carts and orders: each says what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from frappe import _

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.shared.results import Refusal


def sentence(refusal: Refusal, currency: str | None = None) -> str:
    """In the language of the reader; amounts in `currency`."""
    return _SENTENCES[refusal.code]({**refusal.values, "currency": currency})


def _names(values: Mapping[str, Any]) -> str:
    return ", ".join(values["items"])


# A callable for each, so that the words are looked up when somebody reads them.
_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "quantity_not_understood": lambda values: _("This is no quantity. Please write it in digits."),
    "quantity_negative": lambda values: _(
        "A quantity cannot be less than zero. Zero takes the item out of the cart."
    ),
    "quantity_too_large": lambda values: _("At most {0} can be ordered here. Please ask us for more.").format(
        spelling.number(values["most"])
    ),
    "quantity_too_fine": lambda values: _(
        "Please write the quantity with three digits after the point at most."
    ),
    "quantity_not_whole": lambda values: _(
        "{0} is sold in whole numbers only. Please round the quantity."
    ).format(values["unit"]),
    "quantity_below_least": lambda values: _("The smallest order of this item is {0} {1}.").format(
        spelling.number(values["least"]), values["unit"]
    ),
    "item_unknown": lambda values: _(
        "This item is not in your catalogue. Please look for another one or ask us."
    ),
    "item_gone": lambda values: _(
        "This item is no longer in your catalogue. Please take it out of the cart."
    ),
    "unit_changed": lambda values: _("This item is sold by {0} now. Please set the quantity anew.").format(
        values["unit"]
    ),
    "cart_full": lambda values: _("A cart holds {0} items at most. Please order these first.").format(
        spelling.number(values["most"])
    ),
    "cart_empty": lambda values: _("There is nothing in the cart. Please choose something in the catalogue."),
    "items_gone": lambda values: _("These lines need your attention before you can order: {0}.").format(
        _names(values)
    ),
    "items_unpriced": lambda values: _(
        "There is no price for these items yet: {0}. Please take them out, or ask us for a quotation."
    ).format(_names(values)),
    "address_unknown": lambda values: _("This address is not one of yours. Please choose another one."),
    "address_incomplete": lambda values: _("Please write the street and the city of the new address."),
    "country_unknown": lambda values: _(
        "We do not know the country {0}. Please write its English name."
    ).format(values["country"]),
    "wish_not_understood": lambda values: _("{0} is no date. Please write year, month and day.").format(
        values["typed"]
    ),
    "wish_in_the_past": lambda values: _("The delivery wish is over. Please choose a day that is to come."),
    "below_least_amount": lambda values: _("Orders begin at {0}. Please add something.").format(
        spelling.money(values["least"], values["currency"])
    ),
    "customer_disabled": lambda values: _("Your account is closed at the moment. Please ask us to open it."),
    "customer_frozen": lambda values: _("Your account is frozen at the moment. Please ask us to open it."),
    "date_moved": lambda values: _(
        "In the meantime the goods can leave on {0} only. Nothing is ordered yet: please confirm the new date."
    ).format(spelling.day(values["day"])),
    "total_changed": lambda values: _(
        "The total is {0} now. Nothing is ordered yet: please look at your cart and confirm."
    ).format(spelling.money(values["total"], values["order_currency"])),
    "date_lost": lambda values: _(
        "In the meantime we cannot name a day for all goods. Nothing is ordered yet: please confirm once more, "
        "and we shall tell you the day."
    ),
    "not_taken": lambda values: _(
        "We could not take the order. Your cart is kept, and our sales desk has been told and will call you."
    ),
    "question_empty": lambda values: _("Please write what you would like to know."),
    "cart_unknown": lambda values: _(
        "This cart is not here, or it is not one of yours. Please look at your cart again."
    ),
}
