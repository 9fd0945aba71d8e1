"""The sentences of refusals about complaints and supplier claims: each says what to do next."""

from __future__ import annotations

from typing import NoReturn

import frappe
from frappe import _

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.shared.results import Refusal


def throw(refusal: Refusal) -> NoReturn:
    frappe.throw(_SENTENCES[refusal.code](refusal.values))


# A callable for each, so that the words are looked up when somebody reads them.
_SENTENCES = {
    "not_asked": lambda values: _("The customer has not been asked yet. Ask the customer first."),
    "still_waiting": lambda values: _(
        "The customer was asked and has time to answer until {0}. Record the answer if they gave it to you."
    ).format(spelling.moment(values["until"])),
    "answered_otherwise": lambda values: _(
        "This question was answered already. Please write or call us if something has changed."
    ),
    "no_stars": lambda values: _("Please choose between 1 and {0} stars.").format(values["most"]),
    "photo_too_large": lambda values: _(
        "The photo {0} has {1} MB; at most {2} MB can be sent. Please send it smaller."
    ).format(values["name"], values["size"], values["largest"]),
    "no_photo": lambda values: _(
        "{0} is not a photo. Please send pictures as JPEG, PNG, WebP, GIF or HEIC."
    ).format(values["name"]),
    "nothing_claimed": lambda values: _("Nothing is claimed yet. Add a line with an amount."),
    "line_without_amount": lambda values: _(
        "Line {0} claims nothing. Type a quantity and a rate, or remove the line."
    ).format(values["line"]),
    "claim_is_not_open": lambda values: _(
        "The claim is {0}. Only a claim that is submitted and open can be settled or refused."
    ).format(_(values["status"])),
}
