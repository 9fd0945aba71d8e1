"""What making goods takes: materials, minutes of operations, working days and what the operations cost.

Pure. Bills of materials come in as recipes that may name one another; each is gone through for the quantity wanted.
Operations of one recipe follow each other; its sub-assemblies are made side by side before it. Times of operations are
as a Work Order of ERPNext reckons them: for one batch, times quantity over batch size, unless the time is fixed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

_NOTHING = Decimal(0)
_MINUTES_OF_AN_HOUR = Decimal(60)


@dataclass(frozen=True)
class Step:
    """An operation. minutes: for one batch; hour_rate: company currency; minutes_of_day: that its workstation works."""

    minutes: Decimal
    batch: Decimal
    is_fixed: bool
    hour_rate: Decimal
    minutes_of_day: Decimal


@dataclass(frozen=True)
class Part:
    """What goes into the recipe's own quantity, in stock units; bom: how it is made, None where it is a material."""

    item_code: str
    qty: Decimal
    bom: str | None = None


@dataclass(frozen=True)
class Recipe:
    """A bill of materials: what `quantity` of its item takes."""

    quantity: Decimal
    steps: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Plan:
    """materials: by item in stock units; days: working days, whole ones; operating_cost: company currency."""

    materials: Mapping[str, Decimal]
    minutes: Decimal
    days: int
    operating_cost: Decimal


def plan(recipes: Mapping[str, Recipe], bom: str, qty: Decimal) -> Plan:
    """What `qty` of the bill's item takes, sub-assemblies included."""
    materials: dict[str, Decimal] = defaultdict(Decimal)
    minutes = cost = _NOTHING
    for recipe, wanted in _made(recipes, bom, qty):
        for step in recipe.steps:
            taken = _minutes(step, recipe, wanted)
            minutes += taken
            cost += taken / _MINUTES_OF_AN_HOUR * step.hour_rate
        for part in recipe.parts:
            if part.bom not in recipes:
                materials[part.item_code] += part.qty * wanted / recipe.quantity
    days = _days(recipes, bom, qty).to_integral_value(ROUND_CEILING)
    return Plan(dict(materials), minutes, int(days), cost)


def _made(recipes: Mapping[str, Recipe], bom: str, qty: Decimal) -> list[tuple[Recipe, Decimal]]:
    """Each recipe that is followed, with the quantity that it makes."""
    recipe = recipes[bom]
    made = [(recipe, qty)]
    for part in recipe.parts:
        if part.bom in recipes:
            made += _made(recipes, part.bom, part.qty * qty / recipe.quantity)
    return made


def _days(recipes: Mapping[str, Recipe], bom: str, qty: Decimal) -> Decimal:
    recipe = recipes[bom]
    own = sum((_minutes(step, recipe, qty) / step.minutes_of_day for step in recipe.steps), _NOTHING)
    before = (
        _days(recipes, part.bom, part.qty * qty / recipe.quantity)
        for part in recipe.parts
        if part.bom in recipes
    )
    return own + max(before, default=_NOTHING)


def _minutes(step: Step, recipe: Recipe, qty: Decimal) -> Decimal:
    return step.minutes if step.is_fixed else step.minutes * qty / recipe.quantity / step.batch
