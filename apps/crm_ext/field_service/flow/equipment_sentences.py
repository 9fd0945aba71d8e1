"""What the records of equipment say to people where something cannot be."""

from __future__ import annotations

from typing import NoReturn

import frappe
from frappe import _

from crm_ext.shared.results import Refusal


def throw(refusal: Refusal) -> NoReturn:
    frappe.throw(explain(refusal))


def explain(refusal: Refusal) -> str:
    """The sentence of a refusal, in the language of the user."""
    values = refusal.values
    if refusal.code == "serial_no_of_another_customer":
        doctype, name = values["document"] or (None, None)
        if not name:
            return _("Serial number {0} is at another customer, {1}. Check the number.").format(
                values["serial_no"], values["customer"]
            )
        return _(
            'Serial number {0} was delivered to another customer, {1}, by {2} {3}. Check the number; if the unit was sold on, open its record and use "Move".'
        ).format(values["serial_no"], values["customer"], _(doctype), name)
    sentence = {
        "half_a_place": _("A place needs latitude and longitude. Enter both, or leave both empty."),
        "coordinates_swapped": _(
            "Latitude {0} does not exist, but it would fit as the longitude. Swap the two numbers."
        ),
        "latitude_absurd": _("Latitude {0} does not exist. Enter degrees from -90 to 90, such as 35.6997."),
        "longitude_absurd": _(
            "Longitude {0} does not exist. Enter degrees from -180 to 180, such as 51.3380."
        ),
        "part_of_itself": _("Equipment cannot be a part of itself. Choose the whole that it belongs to."),
        "part_of_own_part": _("{0} is itself a part of this equipment. Choose another whole."),
        "tree_too_deep": _("Parts are nested deeper than {0} levels. Hang this part higher up."),
    }[refusal.code]
    return sentence.format(next(iter(values.values()), ""))
