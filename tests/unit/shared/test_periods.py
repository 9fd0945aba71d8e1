"""Periods of both calendars: no gaps, no overlaps, month ends where people expect them."""

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from crm_ext.shared.periods import (
    LAST_DAY,
    Period,
    Recurrence,
    clipped,
    days_in,
    number_of,
    period_of,
    periods,
)

DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))
RECURRENCES = st.builds(
    Recurrence,
    unit=st.sampled_from(["Day", "Week", "Month", "Year"]),
    count=st.integers(1, 15),
    calendar=st.sampled_from(["Gregorian", "Jalali"]),
)


@given(RECURRENCES, DAYS)
def test_periods_follow_each_other_without_gap_or_overlap(recurrence, start):
    found = list(islice(periods(recurrence, start), 30))
    assert found[0].start == start
    for one, following in pairwise(found):
        assert one.start <= one.end
        assert following.start == one.end + timedelta(days=1)


@given(RECURRENCES, DAYS, st.integers(0, 20_000))
def test_every_day_lies_in_the_period_that_is_named_for_it(recurrence, start, later):
    day = min(start + timedelta(days=later), date(2100, 1, 1))
    assert day in period_of(recurrence, start, day)


@given(RECURRENCES, DAYS, st.integers(0, 60))
def test_a_period_is_found_again_by_its_first_and_last_day(recurrence, start, place):
    found = next(islice(periods(recurrence, start), place, None))
    if found.end < date(2110, 1, 1):
        assert number_of(recurrence, start, found.start) == place
        assert number_of(recurrence, start, found.end) == place


@given(RECURRENCES, DAYS, st.integers(0, 4000), st.integers(0, 4000))
def test_beginning_late_leaves_out_only_what_is_over(recurrence, start, later, longer):
    since = start + timedelta(days=later)
    end = since + timedelta(days=longer)
    whole = [one for one in periods(recurrence, start, end) if one.end >= since]
    assert list(periods(recurrence, start, end, since=since)) == whole


@given(DAYS, st.integers(1, 24))
def test_gregorian_months_begin_on_the_day_of_the_first_or_on_the_last_of_a_shorter_month(start, count):
    for found in islice(periods(Recurrence("Month", count), start), 24):
        tomorrow = found.start + timedelta(days=1)
        assert found.start.day == start.day or (
            found.start.day < start.day and tomorrow.month != found.start.month
        )


@given(DAYS, st.integers(1, 24))
def test_jalali_months_do_so_in_their_own_calendar(start, count):
    anchor = JalaliDate.to_jalali(start).day
    for found in islice(periods(Recurrence("Month", count, "Jalali"), start), 24):
        day = JalaliDate.to_jalali(found.start)
        last = JalaliDate.days_in_month(day.month, day.year)
        assert day.day == min(anchor, last)


def test_the_31st_goes_to_the_28th_and_comes_back():
    starts = [one.start for one in islice(periods(Recurrence("Month"), date(2026, 1, 31)), 4)]
    assert starts == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_a_leap_day_comes_back_after_four_years():
    starts = [one.start for one in islice(periods(Recurrence("Year"), date(2024, 2, 29)), 5)]
    assert starts[1] == date(2025, 2, 28)
    assert starts[4] == date(2028, 2, 29)


def test_a_jalali_year_begins_on_the_first_of_farvardin_in_leap_years_too():
    new_year = JalaliDate(1403, 1, 1).to_gregorian()
    found = list(islice(periods(Recurrence("Year", 1, "Jalali"), new_year), 3))
    assert [JalaliDate.to_jalali(one.start).isoformat() for one in found] == [
        "1403-01-01",
        "1404-01-01",
        "1405-01-01",
    ]
    assert days_in(found[0]) == 366


def test_the_last_of_esfand_is_the_30th_in_leap_years_only():
    start = JalaliDate(1403, 12, 30).to_gregorian()
    found = list(islice(periods(Recurrence("Year", 1, "Jalali"), start), 6))
    assert [JalaliDate.to_jalali(one.start).day for one in found] == [30, 29, 29, 29, 29, 30]


def test_once_is_one_period_to_the_end():
    assert list(periods(Recurrence("Once"), date(2026, 1, 1), date(2026, 3, 5))) == [
        Period(date(2026, 1, 1), date(2026, 3, 5))
    ]
    assert next(periods(Recurrence("Once"), date(2026, 1, 1))).end == LAST_DAY


@given(DAYS, st.integers(0, 400), DAYS, st.integers(0, 400))
def test_clipping_keeps_exactly_the_common_days(one, length, other, limit):
    span = Period(one, one + timedelta(days=length))
    end = other + timedelta(days=limit)
    part = clipped(span, other, end)
    for day in (span.start, span.end, other, end):
        assert (part is not None and day in part) == (day in span and other <= day <= end)


def test_a_count_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Recurrence("Month", 0)
