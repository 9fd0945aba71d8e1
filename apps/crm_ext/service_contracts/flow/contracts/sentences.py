"""Refusals of the rules of contracts, as sentences that say what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NoReturn

import frappe
from frappe import _

from crm_ext.crm_ext_core.flow.spelling import day
from crm_ext.shared.results import Refusal


def throw(refusal: Refusal) -> NoReturn:
    frappe.throw(sentence(refusal), title=_("Service Contract"))


def throw_all(refusals: Sequence[Refusal]) -> NoReturn:
    """All at once, so that nobody repairs a contract by saving it ten times."""
    sentences = [sentence(refusal) for refusal in refusals]
    if len(sentences) == 1:
        frappe.throw(sentences[0], title=_("Service Contract"))
    frappe.throw(sentences, title=_("Service Contract"), as_list=True)


def sentence(refusal: Refusal) -> str:
    """The reason and the way out. Raises KeyError for a code that no sentence was written for."""
    given = {name: day(value) if isinstance(value, date) else value for name, value in refusal.values.items()}
    return _SENTENCES[refusal.code](given)


_SENTENCES = {
    "contract_ends_before_start": lambda given: _(
        "The contract ends on {0}, before it starts on {1}. Choose a later end, or leave it empty."
    ).format(given["end"], given["start"]),
    "customer_disabled": lambda given: _(
        "Customer {0} is disabled and cannot be billed. Enable the customer or choose another."
    ).format(given["customer"]),
    "currency_of_account": lambda given: _(
        "The customer's account is kept in {1}, so the contract cannot be in {0}. Choose {1}, or give the customer an account in another currency."
    ).format(given["currency"], given["account_currency"]),
    "of_another_company": lambda given: _(
        "{0} {1} belongs to another company than {2}. Choose one of {2}."
    ).format(_(given["label"]), given["name"], given["company"]),
    "price_list_not_for_selling": lambda given: _(
        "Price list {0} is disabled or not for selling. Choose one that sells."
    ).format(given["price_list"]),
    "quantity_missing": lambda given: _("Line {0} has no quantity. Type one above zero.").format(
        given["line"]
    ),
    "price_list_missing": lambda given: _(
        "Line {0} takes its price from a price list, but the contract names none. Choose one under Billing, or type a rate."
    ).format(given["line"]),
    "rate_missing": lambda given: _(
        "Line {0} has no rate. Type one, take it from a price list, or give a discount of 100 % where the line is free."
    ).format(given["line"]),
    "discount_out_of_range": lambda given: _("Line {0}: a discount lies between 0 and 100 %.").format(
        given["line"]
    ),
    "parts_out_of_range": lambda given: _(
        "Line {0}: the share of parts that is included lies between 0 and 100 %."
    ).format(given["line"]),
    "meter_missing": lambda given: _(
        "Line {0} is metered. Say which meter of the equipment is billed."
    ).format(given["line"]),
    "metered_without_equipment": lambda given: _(
        "Line {0} is metered, but names no equipment whose meter is read. Choose one in the line, or list it under Coverage."
    ).format(given["line"]),
    "deferred_in_closed_period": lambda given: _(
        "Line {0} defers its revenue from {1}, but the books are closed until {2}. Let the line start later, or do not defer it."
    ).format(given["line"], given["start"], given["closed_until"]),
    "deferred_account_missing": lambda given: _(
        "Line {0} defers its revenue, but neither item {1} nor the company names an account for it. Set Deferred Revenue Account in the company."
    ).format(given["line"], given["item"]),
    "line_ends_before_start": lambda given: _(
        "Line {0} ends on {1}, before it starts on {2}. Choose a later end, or leave it empty."
    ).format(given["line"], given["end"], given["start"]),
    "line_starts_outside": lambda given: _(
        "Line {0} starts on {1}, outside of the contract ({2}). Choose a day in the contract, or change the days of the contract."
    ).format(given["line"], given["start"], _span(given["first"], given["last"])),
    "line_ends_outside": lambda given: _(
        "Line {0} ends on {1}, after the contract ends on {2}. Choose an earlier day, or leave it empty."
    ).format(given["line"], given["end"], given["last"]),
    "interval_missing": lambda given: _(
        "Line {0} does not say how often it is billed. Type a number of at least 1 before its period."
    ).format(given["line"]),
    "periods_counted_too_late": lambda given: _(
        "Line {0} counts its periods from {1}, after it starts on {2}. Choose {2} or an earlier day."
    ).format(given["line"], given["periods_from"], given["start"]),
    "item_disabled": lambda given: _("Line {0}: item {1} is disabled. Choose another item.").format(
        given["line"], given["item"]
    ),
    "item_not_sold": lambda given: _(
        "Line {0}: item {1} is not for sale. Allow sales in the item, or choose another."
    ).format(given["line"], given["item"]),
    "item_is_template": lambda given: _(
        "Line {0}: item {1} is a template. Choose one of its variants."
    ).format(given["line"], given["item"]),
    "lines_overlap": lambda given: _overlap(given),
    "coverage_of_unknown_line": lambda given: _(
        "Coverage names line {0}, which the contract does not have. Correct the line's number there, or remove the row."
    ).format(given["line"]),
    "coverage_ends_before_start": lambda given: _(
        "Coverage of line {0} ends on {1}, before it starts on {2}. Correct one of the two days."
    ).format(given["line"], given["end"], given["start"]),
    "equipment_of_another": lambda given: _(
        "Line {0}: equipment {1} does not belong to customer {2}. Choose equipment of this customer, or correct its owner."
    ).format(given["line"], given["equipment"], given["customer"]),
    "equipment_of_another_company": lambda given: _(
        "Line {0}: equipment {1} is served by another company than {2}. Choose other equipment, or correct its company."
    ).format(given["line"], given["equipment"], given["company"]),
    "equipment_scrapped": lambda given: _(
        "Line {0}: equipment {1} is scrapped. Choose other equipment."
    ).format(given["line"], given["equipment"]),
    "renewal_needs_end": lambda _given: _(
        "A contract without an end is not renewed. Give it an end, or set Renewal to None."
    ),
    "renewal_needs_months": lambda _given: _("Say by how many months the contract is renewed."),
    "index_step_missing": lambda _given: _("Type how many months lie between two steps, at least 1."),
    "index_bounds_crossed": lambda given: _(
        "The change is at least {0} % and at most {1} %, which leaves nothing. Raise the maximum or lower the minimum."
    ).format(given["minimum"], given["maximum"]),
    "index_table_empty": lambda _given: _(
        "The table has no values. Enter the index with the days from which it holds."
    ),
    "index_not_positive": lambda given: _("The index from {0} must be above zero.").format(given["day"]),
    "index_order": lambda given: _(
        "The row from {0} is not later than the row above it. Put the rows in the order of their days, each day once."
    ).format(given["day"]),
    "index_hole": lambda given: _(
        "Between {0} and {1} a step would find no value. Enter the value that held meanwhile."
    ).format(given["after"], given["before"]),
    "change_before_line": lambda given: _(
        "Line {0} begins on {1}; a change takes effect on a later day. To correct it from its beginning, cancel the contract and amend it."
    ).format(given["line"], given["start"]),
    "change_after_line": lambda given: _(
        "Line {0} ends on {1}. Let the change take effect by then, or add a new line."
    ).format(given["line"], given["end"]),
    "usage_billed": lambda given: _(
        "Line {0}: usage until {1} is billed already. Let the change take effect on {2} or later, or cancel that invoice first."
    ).format(given["line"], given["day"], given["next"]),
    "change_inside_period": lambda given: _(
        "Line {0} is paid by whole periods. Let the change take effect on {1}, when its next one begins."
    ).format(given["line"], given["next"]),
    "once_is_not_changed": lambda given: _(
        "Line {0} is billed once and is not changed later. End it and add a new line."
    ).format(given["line"]),
    "stays_as_it_is": lambda given: _(
        "Line {0}: its item, unit and period stay as they are. Tick Ends and add a new line instead."
    ).format(given["line"]),
    "nothing_changed": lambda _given: _("Nothing was changed. Change a line, add one, or end one."),
    "reason_missing": lambda _given: _("Give a reason, so that everybody understands the contract later."),
    "not_in_force": lambda given: _(
        "The contract is {0}. Only a submitted contract that still runs can be changed this way."
    ).format(_(given["status"])),
    "line_unknown": lambda _given: _(
        "The contract has no such line any more. Reload the page and try again."
    ),
    "day_outside_of_contract": lambda given: _(
        "{0} lies outside of the contract ({1}). Choose a day in it."
    ).format(given["day"], _span(given["first"], given["last"])),
    "terminated_already": lambda given: _(
        "The contract ends before its time on {0} already. Take that back first."
    ).format(given["day"]),
    "not_terminated": lambda _given: _(
        "The contract does not end before its time; there is nothing to take back."
    ),
    "suspended_already": lambda given: _(
        "The contract is suspended from {0} already. Resume it first."
    ).format(given["day"]),
    "not_suspended": lambda _given: _("The contract is not suspended."),
    "resumed_before_suspended": lambda given: _(
        "The contract is suspended from {0}; it can be resumed on a later day only."
    ).format(given["day"]),
    "notice_given_already": lambda given: _("Notice was given on {0} already. Withdraw it first.").format(
        given["day"]
    ),
    "notice_not_given": lambda _given: _("No notice was given; there is nothing to withdraw."),
    "draft_invoice": lambda given: _(
        "Invoice {0} of a later day is still a draft. Submit or delete it first."
    ).format(given["invoice"]),
    "credit_paid_out": lambda given: _(
        "Credit note {0} has to be taken back, but it is settled by {1}. Cancel {1} first, then do this again."
    ).format(given["note"], given["payments"]),
    "contract_has_no_end": lambda _given: _("The contract has no end, so there is nothing to renew."),
    "offer_unknown": lambda _given: _("Make an offer of renewal first."),
    "credit_without_amount": lambda given: _(
        "Line {0} gives a service credit, but no amount for a missed response or solution. Type one, or empty Credit for Missed Times."
    ).format(given["line"]),
    "credit_out_of_range": lambda given: _(
        "Line {0}: a service credit and its most per period lie between 0 and 100 %, an amount above zero."
    ).format(given["line"]),
    "credit_without_promise": lambda given: _(
        "Line {0} gives a service credit for a time that it does not promise. Type the hours, or name a service level agreement."
    ).format(given["line"]),
    "credit_waived": lambda _given: _("The complaint says why nothing is given back."),
    "credit_line_over": lambda given: _(
        "The line did not hold on {0}, when the complaint was opened."
    ).format(given["day"]),
    "credit_suspended": lambda given: _("The contract was suspended on {0}.").format(given["day"]),
    "credit_complaint_open": lambda _given: _("Decided when the complaint is closed."),
    "credit_not_billed": lambda given: _(
        "The period {0} to {1} is not billed yet. It is given back when it is."
    ).format(given["start"], given["end"]),
    "credit_invoice_draft": lambda given: _("Invoice {0} is still a draft. Submit it first.").format(
        given["invoice"]
    ),
    "credit_without_price": lambda given: _("The period {0} to {1} cost nothing.").format(
        given["start"], given["end"]
    ),
    "credit_capped": lambda given: _("The most for the period, {0} %, was given back already.").format(
        given["cap"].normalize()
    ),
    "complaint_credited": lambda given: _(
        "Credit note {1} was made for complaint {0}. Cancel it first, or close the complaint instead of deleting it."
    ).format(given["issue"], given["note"]),
    "penalty_account_missing": lambda given: _(
        "Name the account for penalties of {0} in the Field Service Settings."
    ).format(given["company"]),
    "billed_or_used": lambda _given: _(
        "Something was billed of this contract or drawn from it. Cancel those documents first, or end the contract before its time."
    ),
}


def _overlap(given: dict) -> str:
    span = _span(given["first"], given["last"])
    if given["equipment"]:
        return _(
            "Lines {0} and {1} both bill {2} for equipment {3} in {4}. End one of them earlier, or take the equipment out of one."
        ).format(given["line"], given["other"], given["item"], given["equipment"], span)
    return _(
        "Lines {0} and {1} both bill {2} in {3}. End one of them earlier, or name different equipment in each."
    ).format(given["line"], given["other"], given["item"], span)


def _span(first: str, last: str | None) -> str:
    return _("{0} to {1}").format(first, last) if last else _("from {0} on").format(first)
