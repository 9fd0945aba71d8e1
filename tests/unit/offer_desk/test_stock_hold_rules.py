"""Who gets how much of what is free, for how long, and what may be done with a hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules import stock_holds as rules
from crm_ext.offer_desk.rules.stock_holds import Allotment, Stock, Wish
from crm_ext.shared.results import Refusal

NOW = datetime(2026, 3, 10, 9, 0)
QUANTITIES = st.decimals(min_value=0, max_value=1000, places=2)
PLACES = ("North", "South", "West")


def wish(key: str, qty, *places: str, **values) -> Wish:
    return Wish(key, "Pump", places or ("North",), Decimal(qty), **values)


def stock(**places) -> dict:
    return {("Pump", place): Decimal(qty) for place, qty in places.items()}


# How much


def test_a_wish_gets_what_it_wants_where_there_is_enough():
    assert rules.allot([wish("a", 3)], stock(North=5)) == [Allotment("a", "Pump", "North", Decimal(3))]


def test_a_wish_gets_what_there_is_where_there_is_less():
    assert rules.allot([wish("a", 3)], stock(North=2)) == [Allotment("a", "Pump", "North", Decimal(2))]


def test_the_better_priority_comes_first_whoever_asked_first():
    given_out = rules.allot(
        [
            wish("early", 4, priority=9, asked_at=NOW),
            wish("late", 4, priority=1, asked_at=NOW + timedelta(1)),
        ],
        stock(North=5),
    )
    assert [(one.key, one.qty) for one in given_out] == [("late", 4), ("early", 1)]


def test_among_equals_who_asked_first_comes_first():
    given_out = rules.allot(
        [wish("late", 4, asked_at=NOW), wish("early", 4, asked_at=NOW - timedelta(1))], stock(North=5)
    )
    assert [one.key for one in given_out] == ["early", "late"]


def test_one_warehouse_that_has_enough_is_better_than_two():
    given_out = rules.allot([wish("a", 4, "North", "South")], stock(North=3, South=4))
    assert given_out == [Allotment("a", "Pump", "South", Decimal(4))]


def test_the_preferred_warehouse_serves_where_several_could():
    given_out = rules.allot([wish("a", 2, "South", "North")], stock(North=9, South=2))
    assert given_out[0].warehouse == "South"


def test_a_wish_is_spread_over_as_few_warehouses_as_possible():
    given_out = rules.allot([wish("a", 9, *PLACES)], stock(North=1, South=6, West=4))
    assert [(one.warehouse, one.qty) for one in given_out] == [("South", 6), ("West", 3)]


def test_counted_units_are_not_divided():
    given_out = rules.allot([wish("a", "2.5", whole_numbers=True)], stock(North="1.9"))
    assert given_out[0].qty == 1


@st.composite
def wishes(draw):
    return [
        Wish(
            key=str(number),
            item_code=draw(st.sampled_from(["Pump", "Seal"])),
            warehouses=tuple(draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4))),
            qty=draw(QUANTITIES),
            priority=draw(st.integers(1, 3)),
            asked_at=NOW + timedelta(hours=draw(st.integers(0, 3))),
            whole_numbers=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


FREE = st.dictionaries(st.tuples(st.sampled_from(["Pump", "Seal"]), st.sampled_from(PLACES)), QUANTITIES)


@given(wishes(), FREE)
def test_never_more_is_given_than_is_free_or_was_wanted(asked, free):
    given_out = rules.allot(asked, free)
    for pair, qty in free.items():
        assert sum(one.qty for one in given_out if (one.item_code, one.warehouse) == pair) <= qty
    for one in asked:
        assert sum(part.qty for part in given_out if part.key == one.key) <= one.qty
    assert all(one.qty > 0 and (one.item_code, one.warehouse) in free for one in given_out)


@given(wishes(), FREE)
def test_nobody_is_left_short_while_a_later_one_gets_from_the_same_warehouse(asked, free):
    asked = [
        Wish(one.key, one.item_code, one.warehouses, one.qty, one.priority, one.asked_at) for one in asked
    ]
    given_out = rules.allot(asked, free)
    got = {one.key: sum(part.qty for part in given_out if part.key == one.key) for one in asked}
    for one in asked:
        for other in asked:
            if got[one.key] < one.qty and (one.priority, one.asked_at) < (other.priority, other.asked_at):
                assert not any(
                    part.key == other.key
                    and part.item_code == one.item_code
                    and part.warehouse in one.warehouses
                    for part in given_out
                )


@given(QUANTITIES, QUANTITIES, QUANTITIES, QUANTITIES)
def test_what_others_took_since_is_not_given_again(promised, committed, held, gone):
    seen = Stock(actual=Decimal(1000), committed=Decimal(5), held=Decimal(5))
    now = Stock(Decimal(1000) - gone, Decimal(5) + committed, Decimal(5) + held)
    assert rules.still_free(promised, seen, now) == max(Decimal(0), promised - committed - held - gone)


def test_what_came_back_since_is_left_for_the_next_question():
    seen, now = Stock(Decimal(5), Decimal(4), Decimal(1)), Stock(Decimal(9), Decimal(0), Decimal(0))
    assert rules.still_free(Decimal(0), seen, now) == 0


# What is asked


@pytest.mark.parametrize("typed", ["NaN", "sNaN", "inf", "-Infinity", "many", "", "1,5", [], {}])
def test_what_is_no_number_is_refused(typed):
    assert rules.quantity_to_hold(typed, Decimal(5)).code == "quantity_not_a_number"


@pytest.mark.parametrize("typed", [0, -1, "-0.001", "0e9"])
def test_a_hold_of_nothing_is_refused(typed):
    assert rules.quantity_to_hold(typed, Decimal(5)).code == "quantity_not_positive"


@given(st.decimals(min_value="0.01", max_value="1e300", allow_nan=False))
def test_a_line_never_holds_more_than_it_offers(typed):
    assert rules.quantity_to_hold(typed, Decimal(5)) <= 5


# How long


@pytest.mark.parametrize(
    ("grade_days", "valid_till", "last_day"),
    [
        (7, None, date(2026, 3, 17)),
        (None, None, date(2026, 3, 13)),
        (0, None, date(2026, 3, 13)),
        (7, date(2026, 3, 12), date(2026, 3, 12)),
    ],
)
def test_a_hold_lasts_to_the_end_of_its_last_day(grade_days, valid_till, last_day):
    until = rules.held_until(NOW.date(), grade_days, 3, valid_till)
    assert until == datetime.combine(last_day, datetime.max.time()).replace(microsecond=0)


def extended(**values):
    usual = {
        "status": "Active",
        "expires_at": NOW + timedelta(hours=5),
        "extensions": 0,
        "days": 2,
        "reason": "waits",
        "valid_till": None,
        "maximum": 2,
        "is_manager": False,
        "now": NOW,
    }
    return rules.extended_until(**{**usual, **values})


def test_an_extension_begins_where_the_hold_ends():
    assert extended() == datetime(2026, 3, 12, 23, 59, 59)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"status": "Released"}, "hold_not_active"),
        ({"expires_at": NOW}, "hold_not_active"),
        ({"reason": " "}, "reason_missing"),
        ({"days": 0}, "days_out_of_range"),
        ({"days": -4}, "days_out_of_range"),
        ({"days": 10**9}, "days_out_of_range"),
        ({"extensions": 2}, "extensions_used_up"),
        (
            {"valid_till": date(2026, 3, 10), "expires_at": datetime(2026, 3, 10, 23, 59, 59)},
            "offer_ends_first",
        ),
    ],
)
def test_extensions_that_are_refused(values, code):
    assert extended(**values).code == code


def test_a_manager_goes_beyond_the_number_of_extensions():
    assert not isinstance(extended(extensions=9, is_manager=True), Refusal)


# Whose


def taken_over(**values):
    usual = {
        "status": "Active",
        "priority": 50,
        "new_priority": 1,
        "reason": "waits since spring",
        "is_manager": True,
        "same_offer": False,
    }
    return rules.take_over(**{**usual, **values})


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"status": "Converted"}, "hold_not_active"),
        ({"is_manager": False}, "takeover_needs_manager"),
        ({"same_offer": True}, "takeover_of_own_hold"),
        ({"new_priority": 50}, "takeover_needs_better_grade"),
        ({"new_priority": 51}, "takeover_needs_better_grade"),
        ({"reason": ""}, "reason_missing"),
    ],
)
def test_takeovers_that_are_refused(values, code):
    assert taken_over(**values).code == code


def test_a_manager_takes_over_for_a_better_customer():
    assert taken_over() is None


@given(st.lists(QUANTITIES, max_size=6), QUANTITIES)
def test_an_order_takes_as_much_of_its_holds_as_it_needs_and_there_is(quantities, ordered):
    parts = rules.converted([(str(number), qty) for number, qty in enumerate(quantities)], ordered)
    assert sum(parts.values()) == min(ordered, sum(quantities))
    assert all(0 < part <= quantities[int(name)] for name, part in parts.items())


@pytest.mark.parametrize(
    ("hours", "is_open", "free", "status"),
    [(1, True, 1, "Active"), (-1, True, 1, "Expired"), (1, False, 1, "Expired"), (1, True, 0, "Expired")],
)
def test_what_becomes_of_a_hold_whose_order_is_cancelled(hours, is_open, free, status):
    until = NOW + timedelta(hours=hours)
    assert rules.status_after_cancelled_order(until, NOW, is_open, Decimal(free)) == status
