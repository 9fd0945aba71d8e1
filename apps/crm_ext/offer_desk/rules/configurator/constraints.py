"""Which constraints a model and the facts of the day make: each with a name by which a reason can call it.

`constraints` says them in words of the model ("at least 1 of these, when that is chosen"); `solving` turns them into
clauses and `checking` looks at them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crm_ext.offer_desk.rules.configurator.definitions import (
    AT_LEAST,
    AT_MOST,
    EXCLUDES,
    ONLY_WITH,
    REQUIRES,
    Facts,
    Group,
    Model,
    Option,
    Rule,
)

# Kinds of constraints, as reasons name them.
GROUP_AT_LEAST, GROUP_AT_MOST, RULE, PART_OF = "group_at_least", "group_at_most", "rule", "part_of"
GONE, NOT_FOR_CUSTOMER_GROUP, NOT_FOR_TERRITORY, NOT_IN_STOCK = "gone", "customer_group", "territory", "stock"


@dataclass(frozen=True)
class Constraint:
    """While all of `when` are chosen: at least `least` and at most `most` (None: no bound) of `of` are chosen.

    `subject` is the code of the group, rule or option that the constraint comes from.
    """

    kind: str
    subject: str
    when: tuple[str, ...]
    of: tuple[str, ...]
    least: int = 0
    most: int | None = None

    def is_kept_by(self, chosen: frozenset[str]) -> bool:
        if not all(code in chosen for code in self.when):
            return True
        count = sum(code in chosen for code in self.of)
        return count >= self.least and (self.most is None or count <= self.most)


def constraints(model: Model, facts: Facts | None = None) -> tuple[Constraint, ...]:
    """All of them, in the model's order; without facts those of the model alone."""
    found: list[Constraint] = []
    for group in model.groups:
        found += _of_group(group, model.members[group.code])
    for rule in model.rules:
        found += _of_rule(rule)
    if facts:
        for option in model.options:
            found += _of_facts(option, facts)
    return tuple(found)


def _of_group(group: Group, members: tuple[str, ...]) -> Iterator[Constraint]:
    when = (group.parent,) if group.parent else ()
    if group.at_least > 0:
        yield Constraint(GROUP_AT_LEAST, group.code, when, members, least=group.at_least)
    if 0 < group.at_most < len(members):
        yield Constraint(GROUP_AT_MOST, group.code, (), members, most=group.at_most)
    if group.parent:
        for member in members:
            yield Constraint(PART_OF, group.code, (member,), (group.parent,), least=1)


def _of_rule(rule: Rule) -> Iterator[Constraint]:
    when = (*((rule.scope,) if rule.scope else ()), *rule.when)
    then = tuple(dict.fromkeys(rule.then))
    if rule.kind == REQUIRES:
        yield Constraint(RULE, rule.code, when, then, least=len(then))
    elif rule.kind == EXCLUDES:
        yield Constraint(RULE, rule.code, when, then, most=0)
    elif rule.kind == AT_LEAST:
        yield Constraint(RULE, rule.code, when, then, least=rule.number)
    elif rule.kind == AT_MOST:
        yield Constraint(RULE, rule.code, when, then, most=rule.number)
    elif rule.kind == ONLY_WITH:
        for code in rule.when:
            yield Constraint(RULE, rule.code, (code,), then, least=1)


def _of_facts(option: Option, facts: Facts) -> Iterator[Constraint]:
    if option.code in facts.gone:
        yield _never(GONE, option)
    if option.customer_groups and not facts.customer_groups.intersection(option.customer_groups):
        yield _never(NOT_FOR_CUSTOMER_GROUP, option)
    if option.territories and not facts.territories.intersection(option.territories):
        yield _never(NOT_FOR_TERRITORY, option)
    if option.code in facts.short and facts.today.isoformat() <= option.from_stock_until:
        yield _never(NOT_IN_STOCK, option)


def _never(kind: str, option: Option) -> Constraint:
    return Constraint(kind, option.code, (), (option.code,), most=0)
