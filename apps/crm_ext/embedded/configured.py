"""The configurator on the made-up company's goods: what a choice leaves open, why not, and three ways to complete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from crm_ext.embedded.generated_stock import PRICES
from crm_ext.offer_desk.rules.configurator import definitions, formulas, solving
from crm_ext.offer_desk.rules.configurator.definitions import Group, Input, Model, Option, Rule
from crm_ext.offer_desk.rules.promises import Ask, Supply, promise
from crm_ext.shared.results import Refusal
from crm_ext.shared.text import _lt

MODEL = Model(
    name="heating-set",
    title=_lt("Heating for a house"),
    inputs=(Input("rooms", _lt("Rooms"), default="8", minimum="1", maximum="40"),),
    groups=(
        Group("boiler", _lt("Boiler"), at_least=1),
        Group("pump", _lt("Pump"), at_least=1),
        Group("heat", _lt("Radiators"), at_least=1),
        Group("control", _lt("Control")),
        Group("service", _lt("Services"), at_most=0),
    ),
    options=(
        Option("boiler_24", "Condensing boiler 24 kW", "boiler", item_code="BO-24"),
        Option("boiler_35", "Condensing boiler 35 kW", "boiler", item_code="BO-35"),
        Option("pump_25", "Heating circulator 25-60", "pump", item_code="CR-25", quantity="ceil(rooms / 10)"),
        Option("pump_40", "Centrifugal pump 4 kW", "pump", item_code="CP-40"),
        Option("radiators", "Radiator, 10 sections", "heat", item_code="RD-10", quantity="rooms + 1"),
        Option("floor_heating", "Floor heating, for one room", "heat", item_code="FH-01", quantity="rooms"),
        Option("thermostat", "Room thermostat", "control", item_code="TH-01", quantity="rooms"),
        Option("unit", "Control unit", "control", item_code="CL-12"),
        Option("install", "Installation on site", "service", definitions.SERVICE, item_code="SV-IN"),
        Option("warranty", "Five-year warranty", "service", definitions.WARRANTY, item_code="WA-05"),
    ),
    rules=(
        Rule(
            "strong_pump", definitions.EXCLUDES, ("boiler_35",), ("pump_25",),
            message=_lt("The 35 kW boiler needs the larger pump."),
        ),
        Rule(
            "floor_needs_thermostat", definitions.REQUIRES, ("floor_heating",), ("thermostat",),
            message=_lt("Floor heating is regulated room by room."),
        ),
        Rule(
            "warranty_needs_installation", definitions.REQUIRES, ("warranty",), ("install",),
            message=_lt("The long warranty is given on what we install ourselves."),
        ),
    ),
)  # fmt: skip
# What the customer has said so far, and what they ask for next although it does not fit.
CHOSEN = frozenset({"boiler_35", "warranty"})
WANTED = frozenset({"pump_25"})
# Share of the price that the goods cost; services cost half of it.
COST_OF_GOODS, COST_OF_SERVICE = Decimal("0.62"), Decimal("0.5")


@dataclass(frozen=True)
class Choice:
    """One option as it stands: possible, forced or impossible, chosen or not, and why."""

    group: str
    label: str
    status: str
    is_chosen: bool
    reason: str


@dataclass(frozen=True)
class Way:
    """A completion: its lines as (label, pieces), price, margin and the day on which all of it can leave."""

    title: str
    lines: tuple[tuple[str, Decimal], ...]
    price: Decimal
    margin: Decimal
    day: date | None


@dataclass(frozen=True)
class Configured:
    """dropped, added: the nearest change that would let in what is wanted."""

    title: str
    choices: tuple[Choice, ...]
    wanted: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    ways: tuple[Way, ...]

    @property
    def groups(self) -> list[tuple[str, list[Choice]]]:
        """Choices by group, in the model's order."""
        return [(group, list(choices)) for group, choices in groupby(self.choices, lambda choice: choice.group)]


def configured(supply: Supply) -> Configured:
    """The demo's model after `CHOSEN`, on what the made-up company can promise."""
    state = solving.state(MODEL, CHOSEN)
    change = solving.repair(MODEL, CHOSEN, WANTED)
    if isinstance(change, Refusal):
        raise AssertionError(change.code)  # the model is this file's own
    return Configured(
        MODEL.title,
        tuple(_choice(option, state.options[option.code]) for option in MODEL.options),
        _labels(WANTED),
        _labels(change.dropped),
        _labels(change.added - WANTED),
        tuple(_ways(supply)),
    )


def _choice(option: Option, stands: solving.OptionState) -> Choice:
    return Choice(
        MODEL.group[option.group].label, option.label, stands.status, stands.is_chosen, _said(stands.reason)
    )


def _said(reason: solving.Reason | None) -> str:
    """The house's own words for the rules that decide; empty where a group alone does."""
    messages = {rule.code: rule.message for rule in MODEL.rules}
    named = [messages[one.subject] for one in reason.constraints if one.subject in messages] if reason else []
    return named[0] if named else ""


def _labels(codes: frozenset[str]) -> tuple[str, ...]:
    return tuple(option.label for option in MODEL.options if option.code in codes)


def _ways(supply: Supply) -> list[Way]:
    prices = {option.code: Decimal(PRICES[option.item_code]) for option in MODEL.options}
    margins = {code: price - _cost(MODEL.option[code], price) for code, price in prices.items()}
    days = {code: _days(code, supply) for code in MODEL.option}
    inputs = _inputs()
    found = (
        (_lt("Cheapest"), solving.complete(MODEL, CHOSEN, prices, inputs=inputs)),
        (_lt("There first"), solving.fastest(MODEL, CHOSEN, days, prices, inputs=inputs)),
        (_lt("Highest margin"), solving.complete(MODEL, CHOSEN, margins, inputs=inputs, highest=True)),
    )
    return [_way(title, completion.chosen, prices, supply) for title, completion in found]


def _way(title: str, chosen: frozenset[str], prices: Mapping[str, Decimal], supply: Supply) -> Way:
    pieces = formulas.quantities(MODEL, chosen, _inputs())
    price = sum((prices[code] * qty for code, qty in pieces.items()), Decimal(0))
    cost = sum((_cost(MODEL.option[code], prices[code]) * qty for code, qty in pieces.items()), Decimal(0))
    promised = promise([Ask(code, MODEL.option[code].item_code, qty) for code, qty in pieces.items()], supply)
    days = [one.day for one in promised.values()]
    return Way(
        title,
        tuple((MODEL.option[code].label, qty) for code, qty in pieces.items()),
        price,
        price - cost,
        None if None in days else max(days),
    )


def _inputs() -> dict[str, Fraction]:
    return {one.code: Fraction(one.default) for one in MODEL.inputs}


def _cost(option: Option, price: Decimal) -> Decimal:
    return price * (COST_OF_GOODS if option.kind == definitions.ITEM else COST_OF_SERVICE)


def _days(code: str, supply: Supply) -> int:
    """Days until the whole quantity of an option can leave."""
    qty = formulas.quantities(MODEL, frozenset({code}), _inputs())[code]
    (promised,) = promise([Ask(code, MODEL.option[code].item_code, qty)], supply).values()
    return (promised.day - supply.today).days if promised.day else solving.NEVER
