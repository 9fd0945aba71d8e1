"""Rules speak in codes; people read sentences that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from frappe import _

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.sales_process.rules.facts import FACTS, Judgement, Measure
from crm_ext.sales_process.rules.processes import Activity
from crm_ext.shared.money import rounded
from crm_ext.shared.results import Refusal


def refusal_sentence(refusal: Refusal) -> str:
    """Why a process definition cannot be saved, and how to put it right."""
    values = refusal.values
    match refusal.code:
        case "process_without_stages":
            return _("Add at least one stage to the process.")
        case "horizon_too_short":
            return _("Give opportunities at least one day until they count as lost.")
        case "stage_twice":
            return _("Stage {0} is listed twice. Remove one of the rows.").format(_(values["stage"]))
        case "probability_out_of_range":
            return _("The probability of stage {0} must lie between 0 and 100.").format(_(values["stage"]))
        case "stage_not_listed":
            return _(
                "Stage {0} is used by an activity or a criterion but is not among the stages. Add it there or choose another."
            ).format(_(values["stage"]))
        case "fact_unknown":
            return _("{0} is not a fact that can be checked. Choose one from the list.").format(
                values["fact"]
            )
        case "operator_does_not_fit":
            return _("{0} cannot be answered with {1}. Choose one of: {2}.").format(
                _(values["fact"]), _(values["operator"]), listed(_(one) for one in values["fitting"])
            )
        case "activity_not_listed":
            return _(
                "Activity {0} of a criterion of stage {1} is not among the activities. Add it there first."
            ).format(values["activity"] or "?", _(values["stage"]))
        case "process_taken":
            return _(
                "{0} already serves this opportunity type and company. Disable it first, or choose another type or company."
            ).format(values["process"])
    raise KeyError(refusal.code)


def spelled_reason(reason: str | None) -> str:
    """A reason that the history has given itself in the reader's language; a manager's own words as they are."""
    own = {
        "not checked: import": _("not checked: import"),
        "not checked: migration": _("not checked: migration"),
        "not checked: background job": _("not checked: background job"),
        "not checked: amendment": _("not checked: amendment"),
        "not checked: opportunity decided": _("not checked: opportunity decided"),
        "not checked: no process": _("not checked: no process"),
        "not checked: written directly": _("not checked: written directly"),
    }
    return own.get(reason, reason or "")


def activity_sentence(activity: Activity) -> str:
    return _("Not done yet: {0} ({1})").format(activity.name, _(activity.kind))


def judgement_sentence(judgement: Judgement, currency: str) -> str:
    """A fact as it is, and what is asked of it where that is a number. Amounts in `currency`, the company's."""
    finding = _FINDINGS[judgement.finding.code](_Words(judgement.finding.values, currency))
    measure = FACTS[judgement.fact].measure
    if measure is Measure.ANSWER or judgement.finding.value is None:
        return finding
    asked = _number_of(judgement.threshold, measure, currency)
    if judgement.operator == "At least":
        return _("{0} (at least {1} asked)").format(finding, asked)
    return _("{0} (at most {1} asked)").format(finding, asked)


def listed(names: Iterable[str]) -> str:
    return _(", ").join(names)


class _Words:
    """The values of a finding, spelled for the reader's language."""

    def __init__(self, values: Mapping[str, Any], currency: str) -> None:
        self.values = values
        self.currency = currency

    def text(self, key: str) -> str:
        return _isolated(str(self.values[key]))

    def names(self, key: str) -> str:
        return listed(map(_isolated, self.values[key]))

    def money(self, key: str) -> str:
        return _number_of(self.values[key], Measure.AMOUNT, self.currency)

    def percent(self, key: str) -> str:
        return _number_of(self.values[key], Measure.PERCENT, self.currency)

    def count(self, key: str) -> str:
        return _number_of(Decimal(self.values[key]), Measure.COUNT, self.currency)

    def day(self, key: str) -> str:
        return spelling.day(self.values[key])


def _number_of(value: Decimal, measure: Measure, currency: str) -> str:
    if measure is Measure.AMOUNT:
        text = spelling.money(value, currency)
    elif measure is Measure.PERCENT:
        text = _("{0} %").format(spelling.figure(f"{rounded(value, 1):f}"))
    else:
        text = spelling.figure(f"{rounded(value, 2).normalize():f}")
    # The sign of a currency stays on the line of its number.
    return _isolated(text.replace(" ", "\u00a0")) if spelling.reads_persian() else text


def _isolated(text: str) -> str:
    """Between marks that keep a Latin name or an amount from mixing with the order of Persian text around it."""
    return f"\u2068{text}\u2069" if spelling.reads_persian() else text


def _stock_short(words: _Words) -> str:
    sentence = _("Stock promised for {0}: {1} of {2}").format(
        words.text("item"), words.count("promised"), words.count("wanted")
    )
    if words.values["others"]:
        return _("{0}, and {1} more items are short").format(sentence, words.count("others"))
    return sentence


_FINDINGS: dict[str, Callable[[_Words], str]] = {
    "party_is_customer": lambda words: _("Customer: {0}").format(words.text("customer")),
    "party_is_no_customer": lambda words: _("Nobody has been made a customer yet"),
    "contact_reachable": lambda words: _("Contact can be reached at {0}").format(words.text("address")),
    "contact_unreachable": lambda words: _("No e-mail address or telephone number is known"),
    "decision_maker_named": lambda words: _("Decision maker: {0}").format(words.text("person")),
    "decision_maker_unknown": lambda words: _("No contact person with a job title is named"),
    "closing_expected": lambda words: _("Closing expected on {0}").format(words.day("date")),
    "closing_not_expected": lambda words: _("No expected closing date is set"),
    "competitors_known": lambda words: _("Competitors: {0}").format(words.names("competitors")),
    "competitors_unknown": lambda words: _("No competitor is named"),
    "activity_done": lambda words: _("Done: {0}").format(words.text("activity")),
    "activity_open": lambda words: _("Not done yet: {0}").format(words.text("activity")),
    "items_listed": lambda words: _("Items listed: {0}").format(words.count("count")),
    "quotations_submitted": lambda words: _("Quotations submitted: {0}").format(words.count("count")),
    "opportunity_amount": lambda words: _("Opportunity amount: {0}").format(words.money("amount")),
    "credit_needs_customer": lambda words: _("Credit is checked once the party is a customer"),
    "no_credit_limit": lambda words: _("No credit limit is set, so credit is available"),
    "credit_available": lambda words: _("Credit available: {0} of {1} needed").format(
        words.money("available"), words.money("needed")
    ),
    "stock_needs_items": lambda words: _("Stock is checked once items are listed"),
    "stock_covers_all": lambda words: _("Everything can be promised in time"),
    "stock_short": _stock_short,
    "cost_unknown": lambda words: _("Margin unknown: no cost is known for {0}").format(words.names("items")),
    "margin_needs_rates": lambda words: _("Margin is checked once items have rates"),
    "margin": lambda words: _("Margin: {0}").format(words.percent("percent")),
    "advance_needs_amount": lambda words: _("An advance is checked once the amount is known"),
    "advance_received": lambda words: _("Advance received: {0} of {1} ({2})").format(
        words.money("received"), words.money("amount"), words.percent("percent")
    ),
}
