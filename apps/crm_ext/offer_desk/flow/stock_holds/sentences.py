"""Refusals of the rules of holds, as sentences that say what to do next."""

from __future__ import annotations

from typing import NoReturn

import frappe
from frappe import _

from crm_ext.crm_ext_core.flow.spelling import day
from crm_ext.shared.results import Refusal


def throw(refusal: Refusal) -> NoReturn:
    frappe.throw(sentence(refusal), title=_("Stock Hold"))


def sentence(refusal: Refusal) -> str:
    values = refusal.values
    match refusal.code:
        case "offer_not_submitted":
            return _("Submit the quotation first; only an offer that was made can hold stock.")
        case "offer_closed":
            return _("This quotation is {0} and holds no stock any more. Make a new one.").format(
                _(values["status"])
            )
        case "line_unknown":
            return _("The quotation has no such line. Reload the page and choose again.")
        case "nothing_to_hold":
            return _(
                "Nothing of this quotation is left to hold: its lines are ordered already, or are no stock items."
            )
        case "quantity_not_a_number":
            return _("{0} is not a quantity. Give a number above zero.").format(values["typed"])
        case "quantity_not_positive":
            return _(
                "A hold needs a quantity above zero; {0} is not. To give stock back, release the hold."
            ).format(values["typed"])
        case "hold_not_active":
            return _("This hold is {0} already. Hold the stock anew from its quotation.").format(
                _(values["status"])
            )
        case "reason_missing":
            return _("Give a reason, so that your colleagues understand.")
        case "days_out_of_range":
            return _("Extend by 1 to {0} days.").format(values["most"])
        case "extensions_used_up":
            return _(
                "This hold was extended {0} times, which is the limit. A Sales Manager may extend it further."
            ).format(values["maximum"])
        case "offer_ends_first":
            return _(
                "The quotation is valid until {0}, and its hold cannot outlive it. Prolong the offer first."
            ).format(day(values["valid_till"]))
        case "takeover_needs_manager":
            return _("Only a Sales Manager decides that one offer takes the stock of another. Ask one.")
        case "takeover_of_own_hold":
            return _("This quotation has that hold already.")
        case "takeover_needs_better_grade":
            return _(
                "Stock is taken over only for a customer of a better grade; among equals, who came first keeps it. Ask the other offer's owner to release it."
            )
        case "takeover_not_needed":
            return _("No line of this quotation lacks that item. Reload the page.")
    raise KeyError(refusal.code)
