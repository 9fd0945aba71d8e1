"""What the configurator's rules refuse, and why an option cannot be chosen, in the user's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NoReturn

import frappe
from frappe import _

from crm_ext.offer_desk.rules.configurator import constraints as parts
from crm_ext.offer_desk.rules.configurator.constraints import Constraint
from crm_ext.offer_desk.rules.configurator.definitions import (
    AT_LEAST,
    AT_MOST,
    EXCLUDES,
    ONLY_WITH,
    REQUIRES,
    Model,
    Rule,
)
from crm_ext.offer_desk.rules.configurator.solving import Reason
from crm_ext.shared.results import Refusal


def throw(refusal: Refusal) -> NoReturn:
    frappe.throw(refusal_in_words(refusal), title=_("Offer Model"))


def refusal_in_words(refusal: Refusal) -> str:
    return _SENTENCES[refusal.code](**refusal.values)


def reason_in_words(model: Model, reason: Reason, apart: str | None = None) -> dict:
    """Sentences of the rules in conflict, and labels of the choices; `apart` is the option that is asked about."""
    return {
        "sentences": list(dict.fromkeys(constraint_in_words(model, part) for part in reason.constraints)),
        "choices": [model.option[code].label for code in reason.choices if code != apart],
    }


def constraint_in_words(model: Model, constraint: Constraint) -> str:
    if constraint.kind == parts.RULE:
        return _rule_in_words(model, next(rule for rule in model.rules if rule.code == constraint.subject))
    if constraint.kind in (parts.GROUP_AT_LEAST, parts.GROUP_AT_MOST, parts.PART_OF):
        return _group_in_words(model, constraint)
    option = model.option[constraint.subject]
    if constraint.kind == parts.GONE:
        return _("{0} is no longer sold.").format(option.label)
    if constraint.kind == parts.NOT_FOR_CUSTOMER_GROUP:
        return _("{0} is only for {1}.").format(option.label, _listed(option.customer_groups))
    if constraint.kind == parts.NOT_FOR_TERRITORY:
        return _("{0} is only for {1}.").format(option.label, _listed(option.territories))
    return _("{0} is offered from stock only, and there is not enough in stock.").format(option.label)


def _group_in_words(model: Model, constraint: Constraint) -> str:
    group = model.group[constraint.subject]
    if constraint.kind == parts.PART_OF:
        return _("{0} belongs to {1}.").format(group.label, model.option[group.parent].label)
    if constraint.kind == parts.GROUP_AT_LEAST:
        return _("{0}: at least {1} must be chosen.").format(group.label, group.at_least)
    return _("{0}: at most {1} can be chosen.").format(group.label, group.at_most)


def _rule_in_words(model: Model, rule: Rule) -> str:
    if rule.message:
        return rule.message
    when = _listed(model.option[code].label for code in rule.when)
    then = _listed(model.option[code].label for code in rule.then)
    if not rule.when:
        always = {
            AT_LEAST: _("At least {0} of these: {1}.").format(rule.number, then),
            AT_MOST: _("At most {0} of these: {1}.").format(rule.number, then),
        }
        return always[rule.kind]
    conditional = {
        REQUIRES: _("{0} requires {1}.").format(when, then),
        EXCLUDES: _("{0} does not go together with {1}.").format(when, then),
        ONLY_WITH: _("{0} only together with {1}.").format(when, then),
        AT_LEAST: _("{0} requires at least {1} of these: {2}.").format(when, rule.number, then),
        AT_MOST: _("{0} allows at most {1} of these: {2}.").format(when, rule.number, then),
    }
    return conditional[rule.kind]


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(names)


_SENTENCES: dict[str, Callable[..., str]] = {
    "not_a_code": lambda name: _(
        "{0} is no code. Use letters, digits and underscores, beginning with a letter; names of functions are taken."
    ).format(name),
    "code_twice": lambda name: _(
        "The code {0} is there twice. Give each option and input a code of its own."
    ).format(name),
    "group_twice": lambda group: _("The group {0} is there twice. Give each group a name of its own.").format(
        group
    ),
    "group_bounds": lambda group, least, most: _(
        "The group {0} asks for at least {1} and allows {2} at most. Correct one of the two."
    ).format(group, least, most),
    "option_without_group": lambda option, group: _(
        "The option {0} names the group {1}, which is not there. Add the group or choose another."
    ).format(option, group),
    "option_without_item": lambda option: _("Choose the item of the option {0}.").format(option),
    "option_without_model": lambda option: _("Choose the offer model of the option {0}.").format(option),
    "option_without_terms": lambda option: _("Choose the payment terms of the option {0}.").format(option),
    "too_many_options": lambda most: _(
        "An offer model has {0} options at most. Split it into nested models."
    ).format(most),
    "too_deep": lambda most: _("Models are nested {0} deep at most. Take one level out.").format(most),
    "nested_model_missing": lambda option, model: _(
        "The option {0} stands for the offer model {1}, which is not published. Publish that one first."
    ).format(option, model),
    "nesting_in_circles": lambda model: _(
        "The offer model {0} would contain itself. Take it out of the models nested in it."
    ).format(model),
    "formula_too_long": lambda most, option="": _(
        "The quantity of {0} is longer than {1} characters."
    ).format(option, most),
    "formula_not_read": lambda formula, option="": _(
        "The quantity of {0} cannot be read: {1}. Use numbers, codes, + - * / and ceil, floor, round, abs, min, max."
    ).format(option, formula),
    "formula_names_nothing": lambda option, names, formula: _(
        "The quantity of {0} refers to {1}, which is no option or input. Correct the formula: {2}"
    ).format(option, _listed(names), formula),
    "formula_cycle": lambda options: _("The quantities of {0} follow from each other in a circle.").format(
        _listed(options)
    ),
    "too_many_cases": lambda option, most: _(
        "The quantity of {0} follows from so many options that there are more than {1} cases. Name fewer of them."
    ).format(option, most),
    "division_by_zero": lambda option, formula: _(
        "The quantity of {0} divides by zero with these choices: {1}. Change a choice or an input."
    ).format(option, formula),
    "number_too_large": lambda option, formula, most: _(
        "The quantity of {0} is larger than {1} with these choices: {2}. Change a choice or an input."
    ).format(option, most, formula),
    "quantity_negative": lambda option, quantity: _(
        "The quantity of {0} would be {1}. Change a choice or an input."
    ).format(option, quantity),
    "rule_without_options": lambda rule: _("Rule {0} names no options. Name those that it is about.").format(
        rule
    ),
    "rule_without_condition": lambda rule, kind: _(
        "Rule {0} does not say when it applies. Name an option."
    ).format(rule),
    "rule_number": lambda rule, number, options: _(
        "Rule {0} asks for {1} of {2} options, which says nothing or cannot be kept. Correct the number."
    ).format(rule, number, options),
    "rule_names_nothing": lambda options: _("A rule names {0}, which is no option. Correct the code.").format(
        _listed(options)
    ),
    "limit_names_nothing": lambda option: _(
        "A limit names {0}, which is no option. Correct the code."
    ).format(option),
    "limit_of_other_kind": lambda option: _("Limit the option {0} to customer groups or territories.").format(
        option
    ),
    "valid_backwards": lambda: _("The model would end before it begins. Correct the dates."),
    "nothing_to_choose": lambda model: _(
        "{0} has no options yet. Add a group with options before it is published."
    ).format(model),
    "no_completion": lambda reason, model=None: _(
        "Nothing can be chosen that keeps all rules. Change one of these: {0}"
    ).format(_listed(sorted({part.subject for part in reason.constraints}))),
    "input_not_a_number": lambda input, value: _("{0}: {1} is no number.").format(input, value),
    "input_bounds": lambda input: _("{0}: the minimum is above the maximum.").format(input),
    "input_too_small": lambda input, least: _("{0}: at least {1}.").format(input, least),
    "input_too_large": lambda input, most: _("{0}: at most {1}.").format(input, most),
    "input_off_step": lambda input, step: _("{0}: in steps of {1}.").format(input, step),
    "input_unknown": lambda input: _("The offer model asks for no {0}. Open the configurator again.").format(
        input
    ),
    "impossible": lambda: _("There is no valid change. Take back one of the choices."),
}
