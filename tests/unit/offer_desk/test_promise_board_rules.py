"""What stands behind each promise: stock first, then supply, in the order of the promised days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules import promise_board as rules
from crm_ext.offer_desk.rules.promise_board import Cover, Need, Supply

TODAY = date(2026, 3, 10)


def day(distance: int) -> date:
    return TODAY + timedelta(days=distance)


def need(key: str, qty, on: int | None = 5) -> Need:
    return Need(key, "Pump", "North", None if on is None else day(on), Decimal(qty))


def supply(qty, on: int | None, name: str = "PO-1") -> Supply:
    return Supply("Pump", "North", None if on is None else day(on), Decimal(qty), "Purchase Order", name)


def covers(needs, in_stock=0, supplies=()):
    return rules.coverage(needs, {("Pump", "North"): Decimal(in_stock)}, supplies, TODAY)


def test_stock_goes_to_the_earlier_promise():
    found = covers([need("later", 3, 9), need("sooner", 3, 1)], 3, [supply(3, 4)]).covers
    assert found["sooner"] == Cover(TODAY)
    assert (found["later"].ready_on, found["later"].waits_for.name) == (day(4), "PO-1")


def test_what_is_set_aside_comes_before_every_promise():
    found = covers([need("due", 2, -3), need("reserved", 2, None)], 2).covers
    assert found["reserved"].missing == 0
    assert found["due"].missing == 2


def test_a_need_waits_for_the_last_of_its_supplies():
    found = covers([need("big", 10)], 2, [supply(4, 8, "PO-2"), supply(4, 3, "PO-1")]).covers["big"]
    assert (found.ready_on, found.waits_for.name, found.missing) == (day(8), "PO-2", 0)


def test_supply_that_is_overdue_is_not_ready_before_today():
    assert covers([need("a", 1)], 0, [supply(1, -6)]).covers["a"].ready_on == TODAY


def test_stock_that_nobody_needs_is_left():
    assert covers([need("a", 3)], 10).left == {("Pump", "North"): 7}


@pytest.mark.parametrize(
    ("in_stock", "supplies", "promised", "danger"),
    [
        (1, [], 5, None),
        (1, [], -1, "not_sent"),
        (0, [], 5, "short"),
        (0, [supply(1, 3)], 5, None),
        (0, [supply(1, 5)], 5, None),
        (0, [supply(1, 6)], 5, "late"),
        (0, [supply(1, -1)], 5, "supply_overdue"),
        (0, [supply(1, None)], 5, "supply_undated"),
    ],
)
def test_when_a_promise_is_in_danger(in_stock, supplies, promised, danger):
    cover = covers([need("a", 1, promised)], in_stock, supplies).covers["a"]
    assert rules.danger_of_promise(day(promised), cover, TODAY) == danger


@pytest.mark.parametrize(
    ("hours", "in_stock", "warn_days", "danger"),
    [
        (72, 1, 1, None),
        (5, 1, 1, "ending"),
        (40, 1, 2, "ending"),
        (5, 1, 0, "ending"),
        (72, 0, 1, "uncovered"),
    ],
)
def test_when_a_hold_is_in_danger(hours, in_stock, warn_days, danger):
    now = datetime(2026, 3, 10, 9)
    cover = covers([need("hold", 1, 0)], in_stock).covers["hold"]
    assert rules.danger_of_hold(now + timedelta(hours=hours), cover, now, warn_days) == danger


QUANTITIES = st.decimals(min_value="0.01", max_value=100, places=2)
NEEDS = st.lists(st.tuples(QUANTITIES, st.one_of(st.none(), st.integers(-5, 30))), max_size=8)
SUPPLIES = st.lists(st.tuples(QUANTITIES, st.one_of(st.none(), st.integers(-5, 30))), max_size=8)


@given(NEEDS, QUANTITIES, SUPPLIES)
def test_what_is_missing_is_exactly_what_stock_and_supply_do_not_cover(wanted, in_stock, coming):
    found = covers(
        [need(str(number), qty, on) for number, (qty, on) in enumerate(wanted)],
        in_stock,
        [supply(qty, on) for qty, on in coming],
    )
    all_wanted = sum((qty for qty, _on in wanted), Decimal(0))
    there = in_stock + sum((qty for qty, _on in coming), Decimal(0))
    assert sum(cover.missing for cover in found.covers.values()) == max(Decimal(0), all_wanted - there)
    assert found.left["Pump", "North"] == max(Decimal(0), in_stock - all_wanted)


@given(NEEDS, QUANTITIES, SUPPLIES)
def test_an_earlier_promise_is_never_ready_after_a_later_one(wanted, in_stock, coming):
    needs = [need(str(number), qty, on) for number, (qty, on) in enumerate(wanted)]
    found = covers(needs, in_stock, [supply(qty, on) for qty, on in coming]).covers
    ordered = sorted(needs, key=lambda one: one.day or date.min)
    ready = [found[one.key].ready_on or date.max for one in ordered]
    assert ready == sorted(ready)
