"""The price of a line for a period: index clause, part of a period, free periods, credit for what is not served."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.service_contracts.rules.credits import Billed, Credit, credit_due, notes_too_many
from crm_ext.service_contracts.rules.pricing import (
    IndexClause,
    PricedLine,
    days_of_service,
    index_factor,
    line_periods,
    price,
    table_fault,
)
from crm_ext.shared.periods import LAST_DAY, Period, Recurrence, add, clipped, days_in
from crm_ext.shared.results import Refusal

START = date(2026, 1, 1)
MONTH = Recurrence("Month")
RATES = st.decimals("0.01", "99999", places=2)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def line(**values) -> PricedLine:
    given_values = {
        "name": "row", "line_number": 1, "start": START, "end": None, "periods_from": START, "price_since": START,
        "recurrence": MONTH, "qty": Decimal(1), "rate": Decimal(100), **values,
    }  # fmt: skip
    return PricedLine(**given_values)


def first(one: PricedLine, count: int = 1):
    found = list(islice(line_periods(one, date(2100, 1, 1)), count))
    return found if count > 1 else found[0]


def indexed(clause: IndexClause, day: date, since: date = START) -> Decimal | Refusal:
    return index_factor(line(index=clause, price_since=since), day)


@given(RATES, DAYS, st.integers(1, 12))
def test_a_whole_period_costs_the_rate(rate, start, count):
    one = line(
        rate=rate, start=start, periods_from=start, price_since=start, recurrence=Recurrence("Month", count)
    )
    found = price(one, first(one), precision=2)
    assert found.amount == rate
    assert not found.is_part


@given(RATES, st.integers(0, 30))
def test_two_parts_of_a_period_cost_what_the_whole_costs_but_for_a_cent(rate, cut):
    last = START + timedelta(days=cut)
    head, tail = line(rate=rate, end=last), line(rate=rate, start=last + timedelta(days=1))
    whole = Period(START, date(2026, 1, 31))
    parts = [price(half, whole, precision=2) for half in (head, tail) if clipped(whole, half.start, half.end)]
    assert abs(sum(part.amount for part in parts) - rate) <= Decimal("0.01")


@given(RATES, st.integers(1, 366))
def test_a_longer_part_never_costs_less(rate, days):
    whole = Period(START, date(2026, 12, 31))
    year = Recurrence("Year")
    amounts = [
        price(
            line(rate=rate, recurrence=year, end=START + timedelta(days=length - 1)), whole, precision=2
        ).amount
        for length in (days, days + 1)
    ]
    assert amounts[0] <= amounts[1]


def test_part_of_a_period_costs_the_whole_where_the_line_says_so():
    one = line(pro_rata=False, end=date(2026, 1, 2))
    assert price(one, first(one), precision=2).amount == 100


def test_periods_counted_from_the_first_of_the_month_make_the_first_one_a_part():
    one = line(start=date(2026, 1, 17), periods_from=START)
    found = price(one, first(one), precision=2)
    assert (found.days, found.whole_days, found.amount) == (15, 31, Decimal("48.39"))


def test_free_periods_are_the_first_ones_of_the_row_even_where_the_periods_are_counted_from_before():
    one = line(start=date(2026, 3, 10), periods_from=START, free_periods=2)
    assert [price(one, period, precision=2).amount for period in first(one, 3)] == [0, 0, 100]


def test_discount_and_quantity():
    one = line(qty=Decimal(3), discount_percentage=Decimal(15))
    assert price(one, first(one), precision=2).amount == Decimal("255.00")


@pytest.mark.parametrize("rate", [None, Decimal(0)])
def test_a_missing_price_is_refused_and_never_zero(rate):
    one = line(rate=rate)
    assert price(one, first(one), precision=2).code == "price_missing"


def test_a_full_discount_is_a_price_of_zero_that_was_meant():
    one = line(rate=Decimal(0), discount_percentage=Decimal(100))
    assert price(one, first(one), precision=2).amount == 0


def test_the_price_list_says_the_rate_of_a_line_without_one():
    one = line(rate=None)
    assert price(one, first(one), precision=2, list_rate=Decimal(80)).amount == 80


@given(st.decimals("-20", "40", places=1), st.integers(1, 24), st.integers(0, 40))
def test_a_fixed_percentage_is_compounded_once_for_each_step(percent, months, steps):
    clause = IndexClause("fixed", "Fixed Percentage", months, percentage=percent)
    day = add(Recurrence("Month", months), START, steps)
    assert indexed(clause, day) == (1 + percent / 100) ** steps
    assert indexed(clause, day - timedelta(days=1)) == (1 + percent / 100) ** max(steps - 1, 0)


def yearly(*values: float, **more) -> IndexClause:
    table = tuple((date(2026 + place, 1, 1), Decimal(str(value))) for place, value in enumerate(values))
    return IndexClause("table", "Table", 12, values=table, minimum=more.pop("minimum", Decimal(-100)), **more)


def test_a_table_multiplies_the_changes_between_the_days_of_adjustment():
    # BLS: index points change / earlier index, here 105/100 and 110.25/105.
    clause = yearly(100, 105, 110.25)
    assert indexed(clause, date(2026, 12, 31)) == 1
    assert indexed(clause, date(2027, 1, 1)) == Decimal("1.05")
    assert indexed(clause, date(2028, 6, 1)) == Decimal("1.1025")


@given(st.lists(st.decimals("50", "200", places=2), min_size=2, max_size=8))
def test_bounds_hold_for_every_single_step(values):
    clause = yearly(*values, minimum=Decimal(1), maximum=Decimal(4))
    factors = [indexed(clause, date(2026 + place, 1, 1)) for place in range(len(values))]
    for before, after in pairwise(factors):
        assert Decimal("1.01") - Decimal("1e-20") <= after / before <= Decimal("1.04") + Decimal("1e-20")


@given(st.lists(st.decimals("50", "200", places=2), min_size=2, max_size=8))
def test_without_bounds_steps_cancel_out_to_last_index_by_first(values):
    factor = indexed(yearly(*values), date(2025 + len(values), 1, 1))
    assert abs(factor - values[-1] / values[0]) < Decimal("1e-15")


def test_a_step_without_a_value_of_its_own_is_refused_and_never_a_stale_one():
    refusal = indexed(yearly(100, 105), date(2028, 1, 1))
    assert (refusal.code, refusal.values["day"]) == ("index_value_missing", date(2028, 1, 1))
    assert indexed(yearly(100, 105), date(2027, 1, 1), since=date(2025, 6, 1)).code == "index_value_missing"


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ([], "index_table_empty"),
        ([date(2026, 1, 1), date(2026, 1, 1)], "index_order"),
        ([date(2027, 1, 1), date(2026, 1, 1)], "index_order"),
        ([date(2026, 1, 1), date(2027, 1, 2)], "index_hole"),
    ],
)
def test_index_tables_with_holes_or_in_the_wrong_order_are_refused(days, code):
    clause = IndexClause("table", "Table", 12, values=tuple((day, Decimal(100)) for day in days))
    assert table_fault(clause).code == code


@pytest.mark.parametrize(
    ("months", "calendar", "start"),
    [(1, "Jalali", date(2026, 4, 21)), (12, "Jalali", date(2024, 3, 20)), (1, "Gregorian", START)],
)
def test_an_index_table_by_the_months_of_either_calendar_has_no_hole(months, calendar, start):
    steps = Recurrence("Month", months, calendar)
    found = [add(steps, start, number) for number in range(14)]
    clause = IndexClause("table", "Table", months, values=tuple((day, Decimal(100)) for day in found))
    assert table_fault(clause) is None
    one = line(price_since=start, recurrence=Recurrence("Month", 1, calendar), index=clause)
    assert index_factor(one, found[-1]) == 1


def test_index_values_are_above_zero_and_bounds_do_not_cross():
    assert (
        table_fault(IndexClause("t", "Table", 12, values=((START, Decimal(0)),))).code == "index_not_positive"
    )
    crossed = IndexClause("t", "Fixed Percentage", 12, minimum=Decimal(5), maximum=Decimal(2))
    assert table_fault(crossed).code == "index_bounds_crossed"
    assert table_fault(IndexClause("t", "Fixed Percentage", 0)).code == "index_step_missing"
    assert table_fault(yearly(100, 101, 102)) is None


@given(st.lists(st.tuples(DAYS, st.integers(0, 90)), max_size=6), DAYS, st.integers(0, 400))
def test_days_off_are_counted_once_however_they_overlap(offs, start, length):
    span = Period(start, start + timedelta(days=length))
    off = [Period(day, day + timedelta(days=longer)) for day, longer in offs]
    served = [
        day
        for day in (start + timedelta(days=place) for place in range(length + 1))
        if not any(day in one for one in off)
    ]
    assert days_of_service(span, off) == len(served)


def test_a_suspension_without_an_end_does_not_count_yet():
    assert days_of_service(Period(START, date(2026, 1, 31)), [Period(date(2026, 1, 10), LAST_DAY)]) == 31


# Credit


def billed(amount: Decimal, *credited: Decimal, known: tuple = ()) -> Billed:
    year = Period(START, date(2026, 12, 31))
    notes = tuple(Credit(f"note {number}", each, number) for number, each in enumerate(credited, start=1))
    return Billed("key", "row", year, amount, "INV", "invoice row", credits=notes, days_off_known=known)


@given(RATES, st.integers(0, 364))
def test_what_is_kept_and_what_is_credited_are_what_was_billed(rate, day):
    year = Recurrence("Year")
    last = START + timedelta(days=day)
    credit = credit_due(billed(rate), line(rate=rate, recurrence=year, end=last), 2)
    kept = price(line(rate=rate, recurrence=year, end=last), Period(START, date(2026, 12, 31)), precision=2)
    assert credit + kept.amount == rate


@given(RATES, st.integers(0, 364))
def test_crediting_again_credits_nothing(rate, day):
    ended = line(rate=rate, recurrence=Recurrence("Year"), end=START + timedelta(days=day))
    credit = credit_due(billed(rate), ended, 2)
    assert credit_due(billed(rate, credit), ended, 2) == 0


@given(RATES, st.lists(st.integers(0, 364), min_size=1, max_size=4))
def test_wherever_the_end_moves_the_days_of_service_are_paid_and_no_note_is_taken_back_needlessly(rate, days):
    year, notes = Recurrence("Year"), []
    for day in days:
        ended = line(rate=rate, recurrence=year, end=START + timedelta(days=day))
        gone = notes_too_many(billed(rate, *notes), ended, 2)
        assert gone == [f"note {number}" for number in range(len(notes), len(notes) - len(gone), -1)]
        assert not gone or sum(notes[: len(notes) - len(gone) + 1]) > credit_due(billed(rate), ended, 2)
        notes = notes[: len(notes) - len(gone)]
        notes.append(credit_due(billed(rate, *notes), ended, 2))
        assert rate - sum(notes) == price(ended, Period(START, date(2026, 12, 31)), precision=2).amount


def test_a_row_that_does_not_run_any_more_is_credited_wholly():
    later = line(start=date(2027, 1, 1), end=date(2027, 6, 30), recurrence=Recurrence("Year"))
    assert credit_due(billed(Decimal(1200)), later, 2) == 1200


def test_whole_periods_and_what_is_paid_once_are_kept_as_long_as_a_day_remains():
    whole = line(pro_rata=False, recurrence=Recurrence("Year"), end=START)
    once = line(recurrence=Recurrence("Once"), end=START)
    assert credit_due(billed(Decimal(1200)), whole, 2) == 0
    assert credit_due(billed(Decimal(1200)), once, 2) == 0


def test_days_off_that_were_known_when_billing_were_never_paid_for():
    off = Period(date(2026, 2, 1), date(2026, 2, 28))
    rested = line(recurrence=Recurrence("Year"), days_off=(off,))
    assert credit_due(billed(Decimal(337), known=(off,)), rested, 2) == 0
    assert credit_due(billed(Decimal(365)), rested, 2) == days_in(off)
