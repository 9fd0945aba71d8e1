"""How far an order has come, in the order in which things happen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

State = Literal["done", "current", "open"]


@dataclass(frozen=True)
class Paper:
    """A document of a step that the customer may see."""

    doctype: str
    name: str
    day: date | None


@dataclass(frozen=True)
class OrderFacts:
    """What has happened to an order. Quantities in stock units; shares from 0 to 1.

    reserved_on, requested_on, picked_on: None where that step does not occur. outstanding: of its invoices.
    """

    order: Paper
    confirmed_day: date | None
    is_cancelled: bool = False
    is_closed: bool = False
    is_stocked: bool = True
    reserved_on: date | None = None
    requested_on: date | None = None
    request_kind: Literal["", "made", "purchased"] = ""
    is_request_done: bool = False
    picked_on: date | None = None
    deliveries: Sequence[Paper] = ()
    delivered_share: Decimal = Decimal(0)
    invoices: Sequence[Paper] = ()
    invoiced_share: Decimal = Decimal(0)
    outstanding: Decimal = Decimal(0)
    paid_on: date | None = None


@dataclass(frozen=True)
class Step:
    """code: 'ordered', 'confirmed', 'reserved', 'made', 'purchased', 'picked', 'shipped', 'invoiced', 'paid', 'closed' or
    'cancelled'; is_partly: begun and not complete."""

    code: str
    state: State
    day: date | None = None
    papers: Sequence[Paper] = ()
    is_partly: bool = False


def steps(facts: OrderFacts) -> tuple[Step, ...]:
    """The order's way; exactly the first step that is not done is the current one, unless nothing is left to do."""
    if facts.is_cancelled:
        return (Step("ordered", "done", facts.order.day, (facts.order,)), Step("cancelled", "done"))
    shipped, invoiced = facts.delivered_share >= 1, facts.invoiced_share >= 1
    way = [
        ("ordered", True, facts.order.day, (facts.order,), False),
        ("confirmed", facts.confirmed_day is not None, facts.confirmed_day, (), False),
    ]
    if facts.is_stocked:
        if facts.reserved_on:
            way.append(("reserved", True, facts.reserved_on, (), False))
        if facts.request_kind:
            is_done = facts.is_request_done or shipped
            way.append((facts.request_kind, is_done, facts.requested_on, (), not is_done))
        if facts.picked_on:
            way.append(("picked", True, facts.picked_on, (), False))
        way.append(("shipped", shipped, _last(facts.deliveries), facts.deliveries, 0 < facts.delivered_share < 1))
    way.append(("invoiced", invoiced, _last(facts.invoices), facts.invoices, 0 < facts.invoiced_share < 1))
    is_paid = invoiced and facts.outstanding <= 0
    way.append(("paid", is_paid, facts.paid_on, (), bool(facts.paid_on) and not is_paid))
    if facts.is_closed:
        way = [step for step in way if step[1] or step[4]] + [("closed", True, None, (), False)]
    return _with_states(way)


def _with_states(way) -> tuple[Step, ...]:
    found: list[Step] = []
    is_current_given = False
    for code, is_done, day, papers, is_partly in way:
        state: State = "done" if is_done else "open" if is_current_given else "current"
        is_current_given = is_current_given or state == "current"
        found.append(Step(code, state, day, tuple(papers), is_partly))
    return tuple(found)


def _last(papers: Sequence[Paper]) -> date | None:
    return max((paper.day for paper in papers if paper.day), default=None)
