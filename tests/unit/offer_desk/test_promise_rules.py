"""What may be promised, and what never: by example, and for all mixtures of stock, supply and demand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules.availability import Lot, Movement, Shelf
from crm_ext.offer_desk.rules.promises import Ask, ItemFacts, LeadTime, Supply, promise, together
from crm_ext.offer_desk.rules.working_days import WorkingDays

TODAY = date(2026, 3, 2)  # a Monday
STORE, ANNEX = "Store", "Annex"


def on(number: int) -> date:
    return TODAY + timedelta(days=number)


def supply(stock=0, *moves, lead=None, lots=(), **values) -> Supply:
    """One item in one store; moves as (day, quantity)."""
    lead_time = None if lead is None else LeadTime(lead, "item")
    return Supply(
        today=TODAY,
        items={"pump": ItemFacts(lead_time=lead_time)},
        pools={None: (STORE,), STORE: (STORE,)},
        stock={("pump", STORE): Decimal(stock)},
        movements=[Movement("pump", STORE, on(day), Decimal(qty), "Doc", f"D{qty}") for day, qty in moves],
        lots=[Lot("pump", STORE, Decimal(qty), on(until)) for qty, until in lots],
        **values,
    )


def promised(qty, of: Supply, **values):
    return promise([Ask("line", "pump", Decimal(qty), **values)], of)["line"]


def days(found):
    return [((one.day - TODAY).days, int(one.qty)) for one in found.schedule]


def test_what_is_in_stock_can_leave_today():
    found = promised(4, supply(10))
    assert (found.day, found.in_stock, found.cause.code) == (TODAY, 4, "in_stock")


def test_what_is_missing_waits_for_supply_and_says_which():
    found = promised(8, supply(3, (5, 2), (9, 20)))
    assert (found.day, found.in_stock) == (on(9), 3)
    assert (found.cause.code, found.cause.name, found.cause.due) == ("supply", "D20", on(9))
    assert days(found) == [(0, 3), (5, 2), (9, 3)]


def test_stock_that_a_later_order_is_promised_is_not_given_away():
    found = promised(8, supply(10, (20, -6), (30, 50)))
    assert found.day == on(30) and found.in_stock == 4


def test_stock_is_free_until_supply_for_the_later_order_arrives():
    assert promised(10, supply(10, (15, 6), (20, -6))).day == TODAY


def test_overdue_supply_counts_from_today_and_is_not_in_stock():
    found = promised(5, supply(0, (-3, 5)))
    assert (found.day, found.in_stock, found.cause.code) == (TODAY, 0, "supply")
    assert found.cause.due == on(-3)


def test_overdue_demand_still_counts():
    assert promised(5, supply(5, (-10, -1), (4, 1))).day == on(4)


def test_buying_anew_comes_before_supply_that_is_later():
    found = promised(5, supply(2, (60, 100), lead=7))
    assert (found.day, found.cause.code, found.cause.days) == (on(7), "lead_time", 7)
    assert days(found) == [(0, 2), (7, 3)]


def test_without_supply_and_lead_time_there_is_no_date_but_what_can_leave():
    found = promised(5, supply(2))
    assert (found.day, found.cause.code, days(found)) == (None, "no_lead_time", [(0, 2)])


def test_an_item_that_may_go_below_zero_says_so_and_gets_no_invented_date():
    of = supply(2)
    of = replace(of, items={"pump": ItemFacts(allows_negative_stock=True)})
    assert (promised(5, of).day, promised(5, of).cause.code) == (None, "negative_stock")


def test_a_second_line_sees_what_the_first_took():
    asks = [Ask(number, "pump", Decimal(6)) for number in (1, 2)]
    found = promise(asks, supply(10, (12, 10)))
    assert (found[1].day, found[2].day, found[2].in_stock) == (TODAY, on(12), 4)


def test_an_option_takes_nothing_from_a_line_wherever_it_stands():
    asks = [Ask("option", "pump", Decimal(6), optional=True), Ask("line", "pump", Decimal(6))]
    found = promise(asks, supply(10, (12, 10)))
    assert (found["line"].day, found["option"].day) == (TODAY, on(12))


def test_two_options_do_not_compete():
    asks = [Ask(number, "pump", Decimal(6), optional=True) for number in (1, 2)]
    assert {one.day for one in promise(asks, supply(10)).values()} == {TODAY}


def test_a_group_of_warehouses_gives_together():
    of = replace(
        supply(6),
        stock={("pump", STORE): Decimal(6), ("pump", ANNEX): Decimal(5)},
        pools={"All": (STORE, ANNEX)},
    )
    asks = [
        Ask(1, "pump", Decimal(8), "All"),
        Ask(2, "pump", Decimal(3), "All"),
        Ask(3, "pump", Decimal(1), "All"),
    ]
    found = promise(asks, of)
    assert (found[1].day, found[2].day, found[3].day) == (TODAY, TODAY, None)


def test_shortage_in_one_warehouse_is_not_met_from_another():
    of = supply(6, (0, 0))
    of = replace(
        of,
        pools={"All": (STORE, ANNEX)},
        movements=[Movement("pump", ANNEX, TODAY, Decimal(-6))],
    )
    assert promised(6, of, warehouse="All").day == TODAY


def test_demand_without_a_warehouse_is_met_from_any_of_them():
    of = replace(supply(6), movements=[Movement("pump", "", on(3), Decimal(-4))])
    assert promised(3, of).in_stock == 2


def test_handling_and_holidays_come_before_the_truck():
    weekend = WorkingDays(frozenset({on(5), on(6)}))
    of = supply(0, (3, 5), working_days=weekend, handling_days=2)
    assert promised(5, of).day == on(7)


def test_goods_in_stock_leave_on_the_next_working_day():
    of = supply(5, working_days=WorkingDays(frozenset({TODAY})))
    assert (promised(5, of).day, promised(5, of).in_stock) == (on(1), 5)


def test_lead_times_count_working_days():
    of = supply(0, lead=5, working_days=WorkingDays(frozenset({on(5), on(6)})))
    assert promised(1, of).day == on(7)


def test_a_batch_counts_until_its_last_day_and_not_after():
    of = supply(10, (3, 2), lots=[(10, 5)])
    assert promised(10, of).day == TODAY
    assert promised(2, replace(of, stock={("pump", STORE): Decimal(10)})).day == TODAY
    asks = [Ask(1, "pump", Decimal(10)), Ask(2, "pump", Decimal(2))]
    assert promise(asks, of)[2].day == on(3)


def test_a_batch_that_expires_during_handling_is_not_promised():
    of = supply(10, lots=[(10, 1)], handling_days=2)
    assert promised(1, of).day is None
    assert promised(1, replace(of, handling_days=1)).day == on(1)


def test_an_expired_batch_is_not_in_stock():
    found = promised(8, supply(10, lots=[(4, -1)]))
    assert (found.day, found.in_stock) == (None, 6)


def test_expiring_goods_go_to_the_orders_that_can_use_them():
    """Ten of twenty expire on day 5; an order of day 3 takes them, so that nothing of the rest is lost."""
    of = supply(20, (3, -10), lots=[(10, 5)])
    assert promised(10, of).day == TODAY
    assert promised(11, of).day is None


def test_goods_that_expire_do_not_serve_an_order_after_that():
    of = supply(10, (8, -4), lots=[(10, 5)])
    assert promised(10, of).day == TODAY


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (ItemFacts(refusal="item_disabled"), "item_disabled"),
        (ItemFacts(is_drop_shipped=True), "drop_ship_no_lead_time"),
    ],
)
def test_what_cannot_be_sold_has_no_date(facts, code):
    found = promised(1, replace(supply(5), items={"pump": facts}))
    assert (found.day, found.schedule, found.cause.code) == (None, (), code)


def test_services_need_no_stock():
    found = promised(3, replace(supply(0), items={"pump": ItemFacts(is_stocked=False)}))
    assert (found.day, found.cause.code) == (TODAY, "service")


def test_the_supplier_delivers_past_our_warehouse():
    of = supply(100, lead=4, handling_days=3)
    found = promised(1, of, drop_ship=True)
    assert (found.day, found.cause.code, found.in_stock) == (on(4), "drop_ship", 0)


def test_an_unknown_item_and_a_foreign_warehouse_are_refused():
    assert promise([Ask(1, "ghost", Decimal(1))], supply(5))[1].cause.code == "item_unknown"
    assert promised(1, supply(5), warehouse="Elsewhere").cause.code == "no_warehouse"


def test_nothing_asked_is_nothing_promised():
    assert promised(0, supply(5)).cause.code == "nothing_asked"


def test_a_bundle_leaves_with_its_slowest_part_and_in_whole_sets():
    of = Supply(
        today=TODAY,
        items={"pump": ItemFacts(), "bolt": ItemFacts()},
        pools={None: (STORE,)},
        stock={("pump", STORE): Decimal(3), ("bolt", STORE): Decimal(7)},
        movements=[Movement("bolt", STORE, on(4), Decimal(9), "Purchase Order", "P1")],
    )
    found = promise([Ask("p", "pump", Decimal(3)), Ask("b", "bolt", Decimal(12))], of)
    whole = together("set", Decimal(3), [(Decimal(1), found["p"]), (Decimal(4), found["b"])])
    assert (whole.day, whole.in_stock, whole.cause.name) == (on(4), 1, "P1")
    assert days(whole) == [(0, 1), (4, 2)]


def test_a_bundle_with_a_part_without_date_has_none():
    found = promise([Ask("p", "pump", Decimal(3)), Ask("b", "ghost", Decimal(3))], supply(3))
    whole = together("set", Decimal(3), [(Decimal(1), found["p"]), (Decimal(1), found["b"])])
    assert (whole.day, whole.cause.code, whole.schedule) == (None, "item_unknown", ())


# For all mixtures

quantities = st.decimals(min_value=Decimal("0.001"), max_value=500, places=3)
numbers_of_days = st.integers(min_value=-10, max_value=60)
supplies = st.lists(st.tuples(numbers_of_days, quantities), max_size=6)
demands = st.lists(st.tuples(numbers_of_days, quantities.map(lambda qty: -qty)), max_size=6)
stocks = st.decimals(min_value=-100, max_value=500, places=3)
lots = st.lists(st.tuples(quantities, st.integers(min_value=-5, max_value=70)), max_size=3)


@st.composite
def situations(draw, with_lots=True):
    """Stock of which some may expire, supply and demand, all of them dated."""
    expiring = draw(lots) if with_lots else []
    stock = draw(stocks) + sum((qty for qty, _until in expiring), Decimal(0))
    moves = [*draw(supplies), *draw(demands)]
    return supply(stock, *moves, lots=expiring, lead=draw(st.none() | st.integers(0, 40)))


def later(day):
    return day or date.max


@given(situations(), st.lists(quantities, min_size=1, max_size=4))
def test_never_more_is_promised_than_can_be_there(of, wanted):
    """Whatever is promised by a day without ordering anew is covered by stock and supply until that day."""
    of = replace(of, items={"pump": ItemFacts()})
    found = promise([Ask(number, "pump", qty) for number, qty in enumerate(wanted)], of)
    stock = of.stock["pump", STORE]
    for day in {one.day for one in found.values() if one.day}:
        given_away = sum(qty for number, qty in enumerate(wanted) if later(found[number].day) <= day)
        arrived = sum(one.qty for one in of.movements if one.qty > 0 and max(one.day, TODAY) <= day)
        assert given_away <= stock + arrived


@given(situations(with_lots=False), st.lists(quantities, min_size=1, max_size=4))
def test_no_demand_becomes_later_by_a_promise(of, wanted):
    """On every day on which stock sufficed for all demand so far, it still does with the promises."""
    of = replace(of, items={"pump": ItemFacts()})
    found = promise([Ask(number, "pump", qty) for number, qty in enumerate(wanted)], of)
    taken = [(found[number].day, qty) for number, qty in enumerate(wanted) if found[number].day]
    for number in range(0, 62):
        level = of.stock["pump", STORE] + sum(one.qty for one in of.movements if one.day <= on(number))
        if level >= 0:
            assert level - sum(qty for day, qty in taken if day <= on(number)) >= 0


@given(situations(with_lots=False), quantities)
def test_the_day_of_one_line_is_the_first_possible(of, qty):
    """Checked against the definition: the lowest later level, day by day."""

    def free(number):
        levels = [
            of.stock["pump", STORE]
            + sum(one.qty for one in of.movements if max(one.day, TODAY) <= on(later_day))
            for later_day in range(number, 62)
        ]
        return max(min(levels), 0)

    lead = of.items["pump"].lead_time
    expected = next(
        (on(number) for number in range(62) if free(number) >= qty or (lead and number >= lead.days)), None
    )
    assert promised(qty, of).day == expected


@given(situations(), quantities, quantities)
def test_wanting_more_is_never_sooner(of, qty, more):
    assert later(promised(qty + more, of).day) >= later(promised(qty, of).day)


@given(situations(), quantities, st.tuples(numbers_of_days, quantities))
def test_more_supply_is_never_later(of, qty, more):
    richer = replace(of, movements=[*of.movements, Movement("pump", STORE, on(more[0]), more[1])])
    assert later(promised(qty, richer).day) <= later(promised(qty, of).day)


@given(
    situations(with_lots=False),
    st.lists(quantities, min_size=1, max_size=3),
    st.tuples(numbers_of_days, quantities),
)
def test_more_demand_is_never_sooner(of, wanted, more):
    poorer = replace(of, movements=[*of.movements, Movement("pump", STORE, on(more[0]), -more[1])])
    before, after = promised(wanted[0], of), promised(wanted[0], poorer)
    assert later(after.day) >= later(before.day)
    assert after.in_stock <= before.in_stock


@given(situations(), quantities)
def test_the_order_of_what_is_read_does_not_matter(of, qty):
    expected = promised(qty, of)
    for moves in list(permutations(of.movements[:3])):
        other = replace(of, movements=[*of.movements[3:], *moves], lots=list(reversed(of.lots)))
        assert (promised(qty, other).day, promised(qty, other).schedule) == (expected.day, expected.schedule)


@given(situations(), quantities)
def test_parts_add_up_to_what_is_promised(of, qty):
    found = promised(qty, of)
    parts = sum((one.qty for one in found.schedule), Decimal(0))
    assert parts == qty if found.day else parts < qty
    assert list(found.schedule) == sorted(found.schedule, key=lambda one: one.day)
    assert 0 <= found.in_stock <= qty


@given(st.lists(st.tuples(quantities, st.integers(0, 30)), max_size=4), supplies, demands)
def test_a_shelf_never_gives_more_than_it_said(batches, coming, wanted):
    shelf = Shelf(
        TODAY,
        sum((qty for qty, _until in batches), Decimal(0)),
        [Movement("pump", STORE, on(day), qty) for day, qty in [*coming, *wanted]],
        [Lot("pump", STORE, qty, on(until)) for qty, until in batches],
    )
    for number in (7, 0, 20):
        free = shelf.free(on(number))
        shelf.take(free, on(number))
        assert shelf.free(on(number)) == 0
