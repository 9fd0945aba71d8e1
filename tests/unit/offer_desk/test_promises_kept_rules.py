"""When a promise is kept, and which reason is given where it is not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules.promises_kept import (
    Delivery,
    Kept,
    Obstacles,
    day_complete,
    judge,
    reason,
    share,
)

TODAY = date(2026, 3, 20)


def on(number: int) -> date:
    return TODAY + timedelta(days=number)


def judged(confirmed, *deliveries, wanted=10, is_delivered=False, is_closed=False):
    return judge(
        None if confirmed is None else on(confirmed),
        Decimal(wanted),
        [Delivery(on(day), Decimal(qty)) for day, qty in deliveries],
        is_delivered=is_delivered,
        is_closed=is_closed,
        today=TODAY,
    )


@pytest.mark.parametrize(
    ("found", "outcome", "days"),
    [
        (judged(-2, (-3, 10)), "On Time", -1),
        (judged(-2, (-2, 10)), "On Time", 0),
        (judged(-9, (-9, 4), (-5, 6)), "Late", 4),
        (judged(-2, (-3, 4)), "Overdue", 2),
        (judged(0, (-3, 4)), "Open", None),
        (judged(5), "Open", None),
        (judged(-5, is_delivered=True), "Delivered, Day Unknown", None),
        (judged(-5, is_closed=True), "Closed", None),
        (judged(None, (-3, 10)), "On Time", None),
    ],
)
def test_a_line_is_judged_by_the_day_on_which_all_of_it_had_left(found, outcome, days):
    assert (found.outcome, found.days_late) == (outcome, days)


def test_goods_that_come_back_later_do_not_make_a_delivery_late():
    assert judged(-5, (-6, 10), (-2, -3)).outcome == "On Time"


@given(st.lists(st.tuples(st.integers(-30, 0), st.integers(1, 20)), max_size=8), st.integers(1, 60))
def test_the_day_of_completion_does_not_depend_on_the_order_of_deliveries(deliveries, wanted):
    made = [Delivery(on(day), Decimal(qty)) for day, qty in deliveries]
    found = day_complete(Decimal(wanted), made)
    assert found == day_complete(Decimal(wanted), reversed(made))
    if found:
        assert sum(one.qty for one in made if one.day <= found) >= wanted
        assert sum(one.qty for one in made if one.day < found) < wanted
    else:
        assert sum(one.qty for one in made) < wanted


LATE = Kept("Late", on(-2), 6)
IN_TIME = {"promised": on(-8)}


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (Obstacles(delivery_date=on(-3), **IN_TIME), "date_moved"),
        (
            Obstacles(supply_doctype="Purchase Order", supply_due=on(-9), supply_arrived=on(-4), **IN_TIME),
            "supply_late",
        ),
        (Obstacles(supply_doctype="Purchase Order", supply_due=on(-9), **IN_TIME), "supply_late"),
        (Obstacles(supply_due=on(-9), supply_arrived=on(-9), **IN_TIME), "unknown"),
        (Obstacles(hold_ended=on(-9), **IN_TIME), "hold_expired"),
        (Obstacles(taken_by="DN-1", **IN_TIME), "taken"),
        (Obstacles(promised=on(-1)), "promised_too_early"),
        (Obstacles(), "promised_too_early"),
        (Obstacles(**IN_TIME), "unknown"),
    ],
)
def test_the_first_reason_that_holds_is_given(found, code):
    assert reason(LATE, on(-8), found, TODAY).code == code


def test_a_late_supply_says_by_how_many_days():
    found = Obstacles(
        supply_doctype="Purchase Order", supply_name="P1", supply_due=on(-9), supply_arrived=on(-4)
    )
    said = reason(LATE, on(-8), found, TODAY)
    assert (said.document, said.days) == ("P1", 5)


outcomes = st.sampled_from(
    [Kept("On Time", on(-3), -1), Kept("Late", on(-1), 4), Kept("Overdue", None, 9), Kept("Open", None, None)]
)


@given(st.lists(outcomes, max_size=30))
def test_the_share_that_was_kept_is_of_what_can_be_judged(rows):
    found = share(rows)
    judged_lines = found.on_time + found.late + found.overdue
    assert found.lines == len(rows)
    assert (found.percent is None) == (judged_lines == 0)
    if judged_lines:
        assert found.percent * judged_lines == pytest.approx(Decimal(100 * found.on_time))
    assert (found.average_days_late is None) == (found.late + found.overdue == 0)
