"""What to say, and what to do next, when an option or an offer cannot be taken."""

from __future__ import annotations

import frappe
from frappe import _

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.shared.results import Refusal


def of_quantity(refusal: Refusal, row: int) -> str:
    """The sentence for a quantity in a row of the options."""
    if refusal.code == "quantity_too_large":
        return _("Option {0}: the quantity is larger than {1}. Type a smaller one.").format(
            row, frappe.format(refusal.values["largest"], "Int")
        )
    return _("Option {0}: the quantity must be a number above zero. Correct it or remove the option.").format(
        row
    )


def of_choice(refusal: Refusal) -> str:
    """The sentence for a choice among options and alternatives that does not go together."""
    values = refusal.values
    if refusal.code == "two_of_a_choice":
        return _("{0}: take either {1} or {2}, not both.").format(
            values["group"], values["first"], values["second"]
        )
    if refusal.code == "option_ordered":
        return _("{0} was ordered already. Take the tick away.").format(values["item_code"])
    if refusal.code == "two_alternatives":
        return _("{0} and {1} are alternatives for the same line. Take one of them.").format(
            values["first"], values["second"]
        )
    return _("The offer has changed since this page was opened. Open it again and choose once more.")


def of_standing(refusal: Refusal) -> str:
    """The sentence for an offer that may not be ordered."""
    values = refusal.values
    if refusal.code == "offer_superseded":
        return _("A newer offer, {0}, has taken the place of this one. Order from that one.").format(
            values["quotation"]
        )
    if refusal.code == "offer_cancelled":
        return _("This offer was withdrawn. Ask for a new one.")
    if refusal.code == "offer_not_submitted":
        return _("This offer is a draft. Submit it first, then make the order.")
    if refusal.code == "offer_lost":
        return _("This offer was declined. Amend it or make a new one to order after all.")
    if refusal.code == "offer_ordered":
        if values["order"]:
            return _("Order {0} was already made of this offer. Go on there.").format(values["order"])
        return _("This offer was already ordered. Go on in its order.")
    return _("This offer was valid until {0}. Ask for a new one, or for a longer validity.").format(
        spelling.day(values["valid_until"])
    )
