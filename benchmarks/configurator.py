"""Answers of the configurator on 200 options with 400 rules, beside the way without a solver.

Models are drawn at random around a choice that is known to be valid: two thirds of the groups take one option, a tenth of
the quantities follow from other options, and rules of all kinds tie options across the whole model, which is harder than a
real catalogue, whose rules stay near. Each is asked with no, 5, 15 and 30 choices made.

The way without a solver is what one writes first: try to complete the choices by backtracking, group by group, once for
every option. It does not come to an end on 200 options, so the two are compared on a small model.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import combinations
from statistics import median
from time import perf_counter

from crm_ext.offer_desk.rules.configurator import solving
from crm_ext.offer_desk.rules.configurator.constraints import Constraint, constraints
from crm_ext.offer_desk.rules.configurator.definitions import (
    AT_LEAST,
    AT_MOST,
    ONLY_WITH,
    RULE_KINDS,
    Group,
    Model,
    Option,
    Rule,
)

OPTIONS, RULES, MODELS = 200, 400, 12
SMALL_OPTIONS, SMALL_RULES = 16, 16
CHOICES = (0, 5, 15, 30)
# (at least, at most) of a group, and how often.
BOUNDS = (((1, 1), 55), ((0, 1), 15), ((0, 0), 15), ((1, 2), 15))


def measure(site: str) -> Iterator[dict]:
    """Milliseconds of one answer: median and worst over all models and choices. The site is not touched."""
    taken: dict[str, list[float]] = {}
    for seed in range(MODELS):
        chance = random.Random(seed)
        model, valid = drawn(chance, OPTIONS, RULES)
        values = {code: Decimal(chance.randint(100, 1_000_000)) / 100 for code in model.option}
        days = {code: chance.randint(0, 60) for code in model.option}
        for count in CHOICES:
            chosen = frozenset(chance.sample(sorted(valid), min(count, len(valid))))
            for name, answer in questions(model, chosen, values, days, chance).items():
                taken.setdefault(name, []).append(milliseconds(answer))
    size = f"{OPTIONS} options, {RULES} rules"
    for name, times in taken.items():
        yield figure(f"configurator: {name}, median", size, median(times))
        yield figure(f"configurator: {name}, worst", size, max(times))
    yield beside_backtracking()


def questions(
    model: Model, chosen: frozenset[str], values: dict, days: dict, chance: random.Random
) -> dict[str, Callable]:
    wanted = frozenset({chance.choice(sorted(model.option))})
    return {
        "states and reasons": lambda: solving.state(model, chosen),
        "nearest change": lambda: solving.repair(model, chosen, wanted),
        "cheapest": lambda: solving.complete(model, chosen, values),
        "highest margin": lambda: solving.complete(model, chosen, values, highest=True, leave_extras=True),
        "fastest": lambda: solving.fastest(model, chosen, days, values),
    }


def beside_backtracking() -> dict:
    ours, naive = [], []
    for seed in range(MODELS):
        model, _valid = drawn(random.Random(seed), SMALL_OPTIONS, SMALL_RULES)
        ours.append(milliseconds(lambda model=model: solving.state(model, frozenset())))
        naive.append(milliseconds(lambda model=model: states_by_backtracking(model)))
    size = f"{SMALL_OPTIONS} options, {SMALL_RULES} rules; without a solver"
    return figure("configurator: states", size, median(ours), median(naive))


def figure(name: str, size: str, ours: float, other: float | None = None) -> dict:
    return {
        "name": name,
        "size": size,
        "ours": round(ours, 2),
        "erpnext": round(other, 2) if other else None,
        "ratio": round(other / ours, 2) if other else None,
        "unit": "ms",
    }


def milliseconds(answer: Callable) -> float:
    begin = perf_counter()
    answer()
    return (perf_counter() - begin) * 1000


def drawn(chance: random.Random, options: int, rules: int) -> tuple[Model, frozenset[str]]:
    """A model and one valid choice in it."""
    groups: list[Group] = []
    parts: list[Option] = []
    while len(parts) < options:
        bounds = chance.choices([bound for bound, _weight in BOUNDS], [weight for _bound, weight in BOUNDS])[
            0
        ]
        group = Group(f"g{len(groups)}", f"Group {len(groups)}", *bounds)
        groups.append(group)
        for _member in range(min(chance.randint(2, 8), options - len(parts))):
            parts.append(
                Option(f"o{len(parts)}", f"Option {len(parts)}", group.code, quantity=quantity(chance, parts))
            )
    valid = valid_choice(chance, groups, parts)
    kept: list[Rule] = []
    while len(kept) < rules:
        rule = drawn_rule(chance, parts, len(kept))
        if all(part.is_kept_by(valid) for part in constraints(Model("m", "M", rules=(rule,)))):
            kept.append(rule)
    return Model("m", "M", tuple(groups), tuple(parts), tuple(kept)), valid


def quantity(chance: random.Random, parts: list[Option]) -> str:
    plain = [option.code for option in parts if option.quantity == "1"]
    if len(plain) < 2 or chance.random() > 0.1:
        return "1"
    return " + ".join(("1", *chance.sample(plain, 2)))


def valid_choice(chance: random.Random, groups: list[Group], parts: list[Option]) -> frozenset[str]:
    chosen = set()
    for group in groups:
        if group.at_least or chance.random() < 0.4:
            chosen.add(chance.choice([option.code for option in parts if option.group == group.code]))
    return frozenset(chosen)


def drawn_rule(chance: random.Random, parts: list[Option], number: int) -> Rule:
    kind = chance.choice(RULE_KINDS)
    counted = kind in (AT_LEAST, AT_MOST)
    codes = [option.code for option in parts]
    when = chance.sample(codes, 1 if kind == ONLY_WITH else chance.choice((1, 1, 1, 2)))
    then = chance.sample(
        codes, chance.randint(1, 5) if counted or kind == ONLY_WITH else chance.choice((1, 1, 2))
    )
    return Rule(f"r{number}", kind, tuple(when), tuple(then), 1 if counted else 0)


def states_by_backtracking(model: Model) -> dict[str, tuple[bool, bool]]:
    """For each option whether it can be chosen and whether it can be left out."""
    ties = constraints(model)
    return {
        code: (
            can_be_completed(model, ties, {code: True}),
            can_be_completed(model, ties, {code: False}),
        )
        for code in model.option
    }


def can_be_completed(model: Model, ties: tuple[Constraint, ...], decided: dict[str, bool]) -> bool:
    return _from_group(model, ties, decided, 0, frozenset())


def _from_group(
    model: Model, ties: tuple[Constraint, ...], decided: dict[str, bool], place: int, chosen: frozenset[str]
) -> bool:
    if place == len(model.groups):
        return all(tie.is_kept_by(chosen) for tie in ties)
    group = model.groups[place]
    members = model.members[group.code]
    for count in range(group.at_least, (group.at_most or len(members)) + 1):
        for taken in combinations(members, count):
            if all((code in taken) == decided[code] for code in members if code in decided):
                if _from_group(model, ties, decided, place + 1, chosen | set(taken)):
                    return True
    return False
