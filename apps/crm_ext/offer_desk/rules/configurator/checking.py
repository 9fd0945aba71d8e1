"""Whether a finished choice keeps every rule, looked at rule by rule; and whether a model can be offered at all."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from crm_ext.offer_desk.rules.configurator import formulas, solving
from crm_ext.offer_desk.rules.configurator.constraints import Constraint, constraints
from crm_ext.offer_desk.rules.configurator.definitions import (
    AT_LEAST,
    AT_MOST,
    KINDS_WITH_ITEM,
    MOST_OPTIONS,
    NESTED,
    PAYMENT_TERMS,
    RULE_KINDS,
    Facts,
    Input,
    Model,
    Nested,
    Rule,
)
from crm_ext.shared.results import Refusal, refuse


def broken(model: Model, chosen: frozenset[str], facts: Facts | None = None) -> tuple[Constraint, ...]:
    """The constraints that a choice does not keep; none when the configuration is whole and valid."""
    return tuple(constraint for constraint in constraints(model, facts) if not constraint.is_kept_by(chosen))


def unknown_options(model: Model, chosen: Iterable[str]) -> list[str]:
    return sorted(set(chosen) - set(model.option))


def read_inputs(model: Model, given: Mapping[str, object]) -> dict[str, Fraction] | Refusal:
    """Exact values by code. Refused: input_unknown, input_not_a_number, input_too_small, input_too_large, input_off_step."""
    known = {number.code: number for number in model.inputs}
    found: dict[str, Fraction] = {}
    for code, typed in given.items():
        if code not in known:
            return refuse("input_unknown", input=code)
        value = formulas.to_fraction(typed)
        if value is None:
            return refuse("input_not_a_number", input=known[code].label, value=str(typed)[:40])
        refusal = _outside(known[code], value)
        if refusal is not None:
            return refusal
        found[code] = value
    return found


def check_draft(model: Model) -> Refusal | None:
    """What cannot stand even in a model that is still being written; None where all is well. One model, not nested."""
    for refusal in _refusals_of_draft(model):
        return refusal
    return None


def check_whole(nested: Nested, flat: Model) -> Refusal | None:
    """Whether the model with all that it brings in can be published: see `check_draft` for what is looked at before."""
    if not flat.groups or not flat.options:
        return refuse("nothing_to_choose", model=nested.model.title)
    order = formulas.order(flat)
    if isinstance(order, Refusal):
        return order
    unknown = sorted(
        name for rule in flat.rules for name in (*rule.when, *rule.then) if name not in flat.option
    )
    if unknown:
        return refuse("rule_names_nothing", options=unknown)
    with solving.Problem(flat) as problem:
        if not problem.is_possible([]):
            return refuse("no_completion", reason=problem.reason([]))
    combinations = solving.complete(flat, frozenset(), {})
    return combinations if isinstance(combinations, Refusal) else None


def dead_options(flat: Model) -> Mapping[str, solving.Reason]:
    """Options that can never be chosen, with the reason; of a model that has a completion."""
    states = solving.state(flat, frozenset()).options
    return {
        code: state.reason
        for code, state in states.items()
        if state.status == solving.IMPOSSIBLE and state.reason
    }


def is_code(text: str) -> bool:
    """A word that formulas can name: letters, digits and underscores."""
    return text.isidentifier() and not keyword.iskeyword(text) and unicodedata.normalize("NFKC", text) == text


def _outside(number: Input, value: Fraction) -> Refusal | None:
    least, most = formulas.to_fraction(number.minimum or "x"), formulas.to_fraction(number.maximum or "x")
    if least is not None and value < least:
        return refuse("input_too_small", input=number.label, least=number.minimum)
    if most is not None and value > most:
        return refuse("input_too_large", input=number.label, most=number.maximum)
    step = formulas.to_fraction(number.step or 0)
    if step and (value - (least or 0)) % step:
        return refuse("input_off_step", input=number.label, step=number.step)
    return None


def _refusals_of_draft(model: Model) -> Iterator[Refusal]:
    yield from _wrong_names(model)
    yield from _wrong_groups(model)
    yield from _wrong_options(model)
    yield from _wrong_inputs(model)
    for rule in model.rules:
        yield from _wrong_rule(model, rule)
    if not any(option.kind == NESTED for option in model.options):
        order = formulas.order(model)
        if isinstance(order, Refusal):
            yield order


def _wrong_names(model: Model) -> Iterator[Refusal]:
    names = [
        *(option.code for option in model.options),
        *(number.code for number in model.inputs),
    ]
    for name in names:
        if not is_code(name) or name in formulas.FUNCTIONS:
            yield refuse("not_a_code", name=name)
    for twice in _twice(names):
        yield refuse("code_twice", name=twice)
    for twice in _twice([group.code for group in model.groups]):
        yield refuse("group_twice", group=twice)


def _wrong_groups(model: Model) -> Iterator[Refusal]:
    for group in model.groups:
        if group.at_least < 0 or group.at_most < 0 or (group.at_most and group.at_least > group.at_most):
            yield refuse("group_bounds", group=group.label, least=group.at_least, most=group.at_most)


def _wrong_options(model: Model) -> Iterator[Refusal]:
    if len(model.options) > MOST_OPTIONS:
        yield refuse("too_many_options", most=MOST_OPTIONS)
    for option in model.options:
        if option.group not in model.group:
            yield refuse("option_without_group", option=option.code, group=option.group)
        if option.kind in KINDS_WITH_ITEM and not option.item_code:
            yield refuse("option_without_item", option=option.code)
        if option.kind == NESTED and not option.offer_model:
            yield refuse("option_without_model", option=option.code)
        if option.kind == PAYMENT_TERMS and not option.payment_terms:
            yield refuse("option_without_terms", option=option.code)
        formula = formulas.parse(option.quantity)
        if isinstance(formula, Refusal):
            yield refuse(formula.code, **{**formula.values, "option": option.code})


def _wrong_inputs(model: Model) -> Iterator[Refusal]:
    for number in model.inputs:
        for text in (number.default, number.minimum, number.maximum, number.step):
            if text and formulas.to_fraction(text) is None:
                yield refuse("input_not_a_number", input=number.label, value=text[:40])
        least, most = formulas.to_fraction(number.minimum or "x"), formulas.to_fraction(number.maximum or "x")
        if least is not None and most is not None and least > most:
            yield refuse("input_bounds", input=number.label)
        refusal = _outside(number, formulas.to_fraction(number.default or 0) or Fraction(0))
        if refusal is not None:
            yield refusal


def _wrong_rule(model: Model, rule: Rule) -> Iterator[Refusal]:
    if rule.kind not in RULE_KINDS or not rule.then:
        yield refuse("rule_without_options", rule=rule.code)
    if rule.kind not in (AT_LEAST, AT_MOST) and not rule.when:
        yield refuse("rule_without_condition", rule=rule.code, kind=rule.kind)
    if rule.kind == AT_LEAST and not 0 < rule.number <= len(set(rule.then)):
        yield refuse("rule_number", rule=rule.code, number=rule.number, options=len(set(rule.then)))
    if rule.kind == AT_MOST and not 0 <= rule.number < len(set(rule.then)):
        yield refuse("rule_number", rule=rule.code, number=rule.number, options=len(set(rule.then)))
    nested = {option.code for option in model.options if option.kind == NESTED}
    unknown = sorted(
        name
        for name in (*rule.when, *rule.then)
        if name not in model.option and name.partition(".")[0] not in nested
    )
    if unknown:
        yield refuse("rule_names_nothing", options=unknown)


def _twice(names: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]
