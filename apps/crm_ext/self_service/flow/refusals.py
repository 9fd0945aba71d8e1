"""The sentences of refusals about invoices, payments and promises: each says what to do next."""

from __future__ import annotations

from typing import NoReturn

import frappe
from frappe import _

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.shared.results import Refusal


def sentence(refusal: Refusal, currency: str | None = None) -> str:
    """In the language of the reader; amounts in `currency`."""
    values = {**refusal.values, "currency": currency}
    return _SENTENCES[refusal.code](values)


def throw(refusal: Refusal, currency: str | None = None) -> NoReturn:
    frappe.throw(sentence(refusal, currency))


def _amount(values: dict, name: str) -> str:
    return spelling.money(values[name], values["currency"])


# A callable for each, so that the words are looked up when somebody reads them.
_SENTENCES = {
    "nothing_chosen": lambda values: _("No invoice is chosen. Please choose at least one."),
    "too_many_chosen": lambda values: _(
        "At most {0} invoices can be paid at once. Please choose fewer and pay the others after."
    ).format(values["most"]),
    "companies_mixed": lambda values: _(
        "These invoices are from different companies. Please choose those of one company."
    ),
    "currencies_mixed": lambda values: _(
        "These invoices are in different currencies ({0}). Please choose those of one currency."
    ).format(", ".join(values["currencies"])),
    "accounts_mixed": lambda values: _(
        "These invoices are kept on different accounts. Please pay them one after the other."
    ),
    "invoice_not_open": lambda values: _(
        "Nothing is open on invoice {0} any more. Please leave it out."
    ).format(values["invoice"]),
    "invoice_reported": lambda values: _(
        "You have told us of a transfer for invoice {0} already (payment {1}). Please wait until it has arrived."
    ).format(values["invoice"], values["payment"]),
    "amount_not_understood": lambda values: _("{0} is no amount. Please write it in digits.").format(
        values["amount"]
    ),
    "amount_not_positive": lambda values: _("The amount must be more than zero."),
    "amount_too_fine": lambda values: _(
        "{0} has too many digits after the point. Please round it to {1}."
    ).format(values["amount"], values["precision"]),
    "amount_above_outstanding": lambda values: _(
        "Only {1} is open on invoice {0}. Please pay that or less."
    ).format(values["invoice"], _amount(values, "outstanding")),
    "promise_above_outstanding": lambda values: _(
        "Only {0} is open on these invoices. Please promise that or less."
    ).format(_amount(values, "outstanding")),
    "day_missing": lambda values: _("Please say on which day you will pay."),
    "day_in_the_past": lambda values: _("The day {0} is over. Please choose a day that is to come.").format(
        spelling.day(values["day"])
    ),
    "day_too_late": lambda values: _(
        "A promise can reach {0} days ahead, until {1}. Please choose an earlier day or write to us."
    ).format(values["days"], spelling.day(values["latest"])),
}
