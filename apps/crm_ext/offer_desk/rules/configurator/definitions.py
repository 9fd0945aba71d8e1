"""What an offer model is: groups of options, rules between them, inputs. Nested models are laid flat.

Options of a nested model carry the code of the option that brings them in front: MOTOR.M2 is option M2 of the model that
option MOTOR stands for. The model that a quotation was made with is kept as JSON: `as_plain` and `from_plain`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from crm_ext.shared.results import Refusal, refuse

PATH = "."
MOST_OPTIONS = 1_000
DEEPEST_NESTING = 5

# What an option stands for. All but the last three become a line of the quotation.
ITEM, SERVICE, WARRANTY, PACKAGING = "Item", "Service", "Warranty", "Packaging"
NESTED, PAYMENT_TERMS, CHARACTERISTIC = "Offer Model", "Payment Terms", "Characteristic"
KINDS_WITH_ITEM = (ITEM, SERVICE, WARRANTY, PACKAGING)

REQUIRES, EXCLUDES, AT_LEAST, AT_MOST, ONLY_WITH = "Requires", "Excludes", "At Least", "At Most", "Only With"
RULE_KINDS = (REQUIRES, EXCLUDES, AT_LEAST, AT_MOST, ONLY_WITH)


@dataclass(frozen=True)
class Option:
    """`quantity` is a formula in units of `uom` (empty: the item's stock unit)."""

    code: str
    label: str
    group: str
    kind: str = ITEM
    item_code: str = ""
    uom: str = ""
    payment_terms: str = ""
    offer_model: str = ""
    quantity: str = "1"
    is_default: bool = False
    picture: str = ""
    from_stock_until: str = ""  # ISO date; up to this day only what is in stock is offered
    customer_groups: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """From `at_least` to `at_most` options are chosen (at_most 0: any number), while `parent`, if any, is chosen."""

    code: str
    label: str
    at_least: int = 0
    at_most: int = 1
    parent: str = ""
    help: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Rule:
    """When all of `when` are chosen (none named: always), `then` has to keep `kind`; while `scope`, if any, is chosen.

    Requires: all of them. Excludes: none. At Least, At Most: `number` of them. Only With: each of `when` needs one of
    them at least.
    """

    code: str
    kind: str
    when: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    number: int = 0
    message: str = ""
    scope: str = ""


@dataclass(frozen=True)
class Input:
    """A number that the user enters, as text so that it stays exact; empty minimum or maximum: no bound."""

    code: str
    label: str
    default: str = "0"
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    scope: str = ""


@dataclass(frozen=True)
class Model:
    """An offer model with unique codes. Groups and options stand in the order in which they are shown and sold."""

    name: str
    title: str
    groups: tuple[Group, ...] = ()
    options: tuple[Option, ...] = ()
    rules: tuple[Rule, ...] = ()
    inputs: tuple[Input, ...] = ()
    picture: str = ""

    @cached_property
    def option(self) -> Mapping[str, Option]:
        return {option.code: option for option in self.options}

    @cached_property
    def group(self) -> Mapping[str, Group]:
        return {group.code: group for group in self.groups}

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of options by group."""
        found: dict[str, list[str]] = {group.code: [] for group in self.groups}
        for option in self.options:
            found.setdefault(option.group, []).append(option.code)
        return {group: tuple(codes) for group, codes in found.items()}

    def parent_of(self, code: str) -> str:
        """The option that brings this one in; empty for options of the model itself."""
        group = self.group.get(self.option[code].group)
        return group.parent if group else ""

    @cached_property
    def defaults(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options if option.is_default)


@dataclass(frozen=True)
class Facts:
    """What is so on the day for this customer, beside the model: names with all groups above them.

    gone: options whose item is disabled, deleted or no longer sold. short: options that stock does not cover.
    """

    today: date
    customer_groups: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Nested:
    """A model with what its nested models are, by name; as it is edited, before it is laid flat."""

    model: Model
    parts: Mapping[str, Nested] = field(default_factory=dict)


def laid_flat(nested: Nested) -> Model | Refusal:
    """One model with everything that the nested ones bring; nested ones may be flat already.

    Refused: too_deep, too_many_options, nested_model_missing.
    """
    model = nested.model
    laid_already = {group.parent for group in model.groups}
    groups, options = list(model.groups), list(model.options)
    rules, inputs = list(model.rules), list(model.inputs)
    for option in model.options:
        if option.kind != NESTED or option.code in laid_already:
            continue
        part = nested.parts.get(option.offer_model)
        if part is None:
            return refuse("nested_model_missing", option=option.code, model=option.offer_model)
        inner = laid_flat(part)
        if isinstance(inner, Refusal):
            return inner
        inner = _under(option.code, inner)
        groups += inner.groups
        options += inner.options
        rules += inner.rules
        inputs += inner.inputs
        if len(options) > MOST_OPTIONS:
            return refuse("too_many_options", most=MOST_OPTIONS)
    if any(option.code.count(PATH) >= DEEPEST_NESTING for option in options):
        return refuse("too_deep", most=DEEPEST_NESTING)
    return replace(
        model, groups=tuple(groups), options=tuple(options), rules=tuple(rules), inputs=tuple(inputs)
    )


def _under(code: str, model: Model) -> Model:
    """The model's parts with `code` in front of every name, alive only while that option is chosen."""

    def named(name: str) -> str:
        return f"{code}{PATH}{name}"

    def all_named(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(named(name) for name in names)

    return replace(
        model,
        groups=tuple(
            replace(group, code=named(group.code), parent=named(group.parent) if group.parent else code)
            for group in model.groups
        ),
        options=tuple(
            replace(option, code=named(option.code), group=named(option.group)) for option in model.options
        ),
        rules=tuple(
            replace(
                rule,
                code=named(rule.code),
                when=all_named(rule.when),
                then=all_named(rule.then),
                scope=named(rule.scope) if rule.scope else code,
            )
            for rule in model.rules
        ),
        inputs=tuple(
            replace(number, code=named(number.code), scope=named(number.scope) if number.scope else code)
            for number in model.inputs
        ),
    )


def scope_of(code: str) -> str:
    """The part of a flat code that names the nested model it belongs to, with its separator; empty at the top."""
    return code.rpartition(PATH)[0] + PATH if PATH in code else ""


def as_plain(model: Model) -> dict[str, Any]:
    return asdict(model)


def from_plain(plain: Mapping[str, Any]) -> Model:
    """The inverse of `as_plain`, also after the lists went through JSON."""
    return Model(
        name=plain["name"],
        title=plain["title"],
        picture=plain.get("picture") or "",
        groups=_made(Group, plain["groups"]),
        options=_made(Option, plain["options"]),
        rules=_made(Rule, plain["rules"]),
        inputs=_made(Input, plain["inputs"]),
    )


def _made(kind: type, rows: Sequence[Mapping[str, Any]]) -> tuple:
    return tuple(
        kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
        for row in rows
    )


def as_json(model: Model) -> str:
    return json.dumps(as_plain(model), ensure_ascii=False, sort_keys=True)


def fingerprint(model: Model) -> str:
    """SHA-256 of the model's JSON: the same for the same definition, whenever it was made."""
    return hashlib.sha256(as_json(model).encode()).hexdigest()
