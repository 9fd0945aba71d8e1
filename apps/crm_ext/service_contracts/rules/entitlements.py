"""What a contract line still gives: visits and hours of a period, parts, times, covered causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from crm_ext.shared.money import to_decimal

Unit = Literal["Visit", "Hour"]


@dataclass(frozen=True)
class Entitlement:
    """What a line gives on a day. visits_left, hours_left: of the period the day lies in; None: not counted.

    contract_line: name of the row that holds on the day; line_number: what people see. covered_causes: empty covers
    every cause. response_hours, resolution_hours: 0 where the line promises none. under_warranty: the warranty of the
    equipment, apart from the contract.
    """

    contract: str
    contract_line: str
    line_number: int
    customer: str
    visits_left: int | None
    hours_left: Decimal | None
    parts_percent: Decimal
    response_hours: Decimal
    resolution_hours: Decimal
    service_level_agreement: str | None
    covered_causes: tuple[str, ...]
    under_warranty: bool


@dataclass(frozen=True)
class Drawn:
    """within: drawn from what the line includes; beyond: what went over it and is billed as overage; refused: neither.

    within + beyond + refused is what was asked for.
    """

    within: Decimal
    beyond: Decimal = Decimal(0)
    refused: Decimal = Decimal(0)


def included(row: Mapping[str, Any], unit: Unit) -> Decimal | None:
    """How many visits or hours a row gives in each of its periods; None where they are not counted.

    Prepaid lines give their quantity where nothing else is typed.
    """
    typed = to_decimal(row["visits_included"] if unit == "Visit" else row["hours_included"])
    prepaid = row["kind"] == ("Prepaid Visits" if unit == "Visit" else "Prepaid Hours")
    if prepaid and not typed:
        typed = to_decimal(row["qty"])
    return typed if typed or prepaid else None


def draw(asked: Decimal, left: Decimal | None, *, overage_is_billed: bool) -> Drawn:
    """Share out what is asked for: what is left first, then overage where the line has a price for it."""
    if left is None or asked <= left:
        return Drawn(within=asked)
    within = max(left, Decimal(0))
    beyond = asked - within
    return Drawn(within, beyond=beyond) if overage_is_billed else Drawn(within, refused=beyond)


def best(candidates: Sequence[tuple[Mapping[str, Any], int, bool]]) -> Mapping[str, Any] | None:
    """The row that a service is taken from, out of (row, how closely it names the equipment, something is left).

    The closest one that still has something left; among equals the one that ends first, so that nothing lapses unused.
    Where all are used up, the closest one.
    """
    if not candidates:
        return None
    return min(
        candidates,
        key=lambda one: (
            not one[2],
            -one[1],
            one[0]["ends_on"] or date.max,
            one[0]["contract"],
            one[0]["line_number"],
        ),
    )[0]
