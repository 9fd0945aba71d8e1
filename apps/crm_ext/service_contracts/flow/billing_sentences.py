"""Why a contract was set aside, as a sentence that says what to do next."""

from __future__ import annotations

from datetime import date

from frappe import _

from crm_ext.crm_ext_core.flow.spelling import day
from crm_ext.shared.results import Refusal


def explain(refusal: Refusal) -> str:
    """The sentence of a refusal; values that are days are written as the reader writes days."""
    values = {
        name: day(value) if isinstance(value, date) else value for name, value in refusal.values.items()
    }
    return _SENTENCES[refusal.code](values)


_SENTENCES = {
    "price_missing": lambda v: _(
        "Line {0} has no price for {1} to {2}. Enter a rate in the contract, or a price in its price list."
    ).format(v["line"], v["start"], v["end"]),
    "outside_of_line": lambda v: _(
        "Line {0} does not last from {1} to {2}. Correct the dates of the line."
    ).format(v["line"], v["start"], v["end"]),
    "index_value_missing": lambda v: _(
        "Index clause {0} has no value for {1}. Enter the value in its table."
    ).format(v["clause"], v["day"]),
    "overage_price_missing": lambda v: _(
        "Line {0} has no price for what goes beyond. Enter the rate in the contract, or a price in its price list."
    ).format(v["line"]),
    "exchange_rate_missing": lambda v: _(
        "There is no exchange rate from {0} to {1} on {2}. Enter one as Currency Exchange."
    ).format(v["source"], v["target"], v["day"]),
    "meter_missing": lambda v: _("Line {0} counts usage but names no meter. Name it in the contract.").format(
        v["line"]
    ),
    "equipment_missing": lambda v: _(
        "Line {0} counts usage but names no equipment for {1} to {2}. Name it in the contract."
    ).format(v["line"], v["start"], v["end"]),
    "reading_missing": lambda v: _(
        "Meter {0} of equipment {1} has no reading for {2} to {3}. Enter a reading for the last day."
    ).format(v["meter"], v["equipment"], v["start"], v["end"]),
    "reading_awaited": lambda v: _("Known when the meter is read."),
    "customer_disabled": lambda v: _(
        "Customer {0} is disabled. Enable the customer, or stop the billing of the contract."
    ).format(v["customer"]),
    "period_closed": lambda v: _(
        "An accounting period is closed on {0}. Date the invoices on a later day, or open the period."
    ).format(v["day"]),
    "deferred_account_missing": lambda v: _(
        "Item {0} has no account for deferred revenue. Set it in the item, or as default in company {1}."
    ).format(v["item"], v["company"]),
    "refused_by_erpnext": lambda v: _("{0} Put this right, then bill again.").format(v["message"]),
    "billed_already": lambda v: _("What is due was billed by somebody else at the same time. Bill again."),
    "unexpected": lambda v: _("An unexpected error stopped this invoice, see Error Log {0}.").format(
        v["log"]
    ),
    "in_use": lambda v: _("Somebody was changing the contract all the time. Bill again."),
}
