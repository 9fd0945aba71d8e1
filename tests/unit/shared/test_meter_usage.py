"""Usage between two days: shared out completely, never twice, never guessed."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.shared.meter_usage import Reading, daily_average, total, usage

FIRST = datetime(2026, 1, 1, 9)


def on(day: int, value: int | str, **more) -> Reading:
    return Reading(FIRST + timedelta(days=day), Decimal(value), **more)


def day(number: int) -> date:
    return FIRST.date() + timedelta(days=number)


@st.composite
def meters(draw):
    """Readings of a meter that goes up, is reset and replaced, several on one day now and then."""
    readings, value = [], Decimal(draw(st.integers(0, 1000)))
    when = 0
    for step, gap, kind in draw(
        st.lists(
            st.tuples(
                st.integers(0, 500),
                st.integers(0, 40),
                st.sampled_from(["Reading"] * 4 + ["Reset", "Rolled Over"]),
            ),
            min_size=1,
            max_size=12,
        )
    ):
        when += gap
        if kind == "Reset":
            readings.append(on(when, step % 7, kind="Reset", last_value=value + step))
            value = Decimal(step % 7)
        elif kind == "Rolled Over":
            readings.append(on(when, step % 7, kind="Rolled Over", last_value=value + 7))
            value = Decimal(step % 7)
        else:
            value += step
            readings.append(on(when, value))
    return readings


@given(meters(), st.lists(st.integers(-10, 500), min_size=2, max_size=5, unique=True))
def test_periods_that_follow_each_other_share_out_the_usage_exactly(readings, cuts):
    cuts = sorted(cuts)
    parts = [usage(readings, day(a) + timedelta(days=1), day(b)) for a, b in pairwise(cuts)]
    whole = usage(readings, day(cuts[0]) + timedelta(days=1), day(cuts[-1]))
    if whole is not None:
        assert sum(part or 0 for part in parts) == whole
        assert whole >= 0


@given(meters())
def test_all_days_together_used_what_the_readings_say(readings):
    last = readings[-1].read_on.date()
    assert usage(readings, day(-5), last) == total(readings)


def test_usage_lies_on_the_straight_line_between_two_readings():
    readings = [on(0, 100), on(10, 200)]
    assert usage(readings, day(1), day(5)) == 50


def test_nothing_is_guessed_beyond_the_last_reading():
    assert usage([on(0, 100), on(10, 200)], day(5), day(11)) is None
    assert usage([], day(0), day(1)) is None


def test_a_meter_begins_with_its_first_reading():
    readings = [on(5, 100), on(10, 200)]
    assert usage(readings, day(0), day(10)) == 100
    assert usage(readings, day(0), day(4)) is None


def test_a_replaced_meter_loses_nothing():
    readings = [on(0, 900), on(4, 0, kind="Meter Replaced", last_value=Decimal(950)), on(8, 30)]
    assert usage(readings, day(1), day(8)) == 80


def test_the_average_is_that_of_the_last_days():
    readings = [on(0, 0), on(365, 365), on(730, 365 + 730)]
    assert daily_average(readings) == 2
    assert daily_average(readings[:1]) is None


def test_a_counter_that_begins_anew_after_its_largest_number_loses_nothing():
    readings = [on(0, 99_950), on(10, 12, kind="Rolled Over", last_value=Decimal(100_000)), on(20, 62)]
    assert total(readings) == 112
    assert usage(readings, day(1), day(10)) == 62
