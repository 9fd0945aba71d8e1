"""Which visits a plan wants, and what has to change so that they are the written ones."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from crm_ext.field_service.rules.visits import (
    MeterInterval,
    Rhythm,
    Season,
    Written,
    reconcile,
    season_begin,
    shifted,
    visits,
)
from crm_ext.shared.periods import Recurrence

TODAY = date(2026, 3, 1)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
RECURRENCES = st.builds(
    Recurrence,
    st.sampled_from(["Day", "Week", "Month", "Year"]),
    st.integers(1, 6),
    st.sampled_from(["Gregorian", "Jalali"]),
)
RHYTHMS = st.one_of(
    st.builds(Rhythm, DAYS, recurrence=RECURRENCES, holiday_step=st.sampled_from([-1, 0, 1])),
    st.builds(
        Rhythm,
        DAYS,
        season=st.builds(
            Season, st.sampled_from(["Spring", "Summer", "Autumn", "Winter"]), st.integers(-60, 60)
        ),
        holiday_step=st.sampled_from([-1, 0, 1]),
    ),
    st.builds(
        Rhythm,
        DAYS,
        meter=st.builds(
            MeterInterval,
            st.decimals(1, 5000, places=1),
            st.decimals(0, 100000, places=1),
            st.dates(date(2025, 12, 1), TODAY),
            st.none() | st.decimals("0.1", 50, places=1),
        ),
    ),
)
WRITTEN = st.dictionaries(
    st.integers(0, 400).map(lambda days: (TODAY + timedelta(days=days)).isoformat()),
    st.sampled_from(["Planned", "Ordered", "Done", "Skipped"]),
)


def apply(changes, written):
    """The visits as they are written afterwards."""
    after = {key: visit for key, visit in written.items() if key not in changes.gone}
    for key, visit in changes.moved:
        after[key] = Written(key, visit.due_on, "Planned")
    for visit in changes.new:
        after[visit.key] = Written(visit.key, visit.due_on, "Planned")
    return after


@given(RHYTHMS, st.integers(0, 700))
def test_visits_lie_in_the_window_and_have_keys_of_their_own(rhythm, days):
    last = TODAY + timedelta(days=days)
    found = visits(rhythm, TODAY, last)
    assert all(TODAY <= visit.due_on <= last for visit in found)
    assert len({visit.key for visit in found}) == len(found)


@given(
    RHYTHMS,
    st.integers(0, 400),
    st.integers(0, 300),
    st.frozensets(st.dates(TODAY, date(2027, 3, 1)), max_size=40),
)
def test_a_longer_look_ahead_only_adds_visits(rhythm, near, more, holidays):
    short = visits(rhythm, TODAY, TODAY + timedelta(days=near), holidays)
    long = visits(rhythm, TODAY, TODAY + timedelta(days=near + more), holidays)
    assert {visit.key for visit in short} <= {visit.key for visit in long}


@given(RHYTHMS, WRITTEN)
def test_planning_twice_changes_nothing_the_second_time(rhythm, statuses):
    written = {key: Written(key, date.fromisoformat(key), status) for key, status in statuses.items()}
    wanted = visits(rhythm, TODAY, TODAY + timedelta(days=365))
    after = apply(reconcile(wanted, written, TODAY), written)
    again = reconcile(wanted, after, TODAY)
    assert (again.new, again.moved, again.gone) == ((), (), ())


@given(RHYTHMS, WRITTEN)
def test_what_was_ordered_done_or_skipped_stands(rhythm, statuses):
    written = {key: Written(key, date.fromisoformat(key), status) for key, status in statuses.items()}
    after = apply(reconcile(visits(rhythm, TODAY, TODAY + timedelta(days=365)), written, TODAY), written)
    assert all(after[key] == visit for key, visit in written.items() if visit.status != "Planned")


def test_a_plan_that_changes_its_rhythm_sends_nobody_twice():
    ordered = {"2026-03-10": Written("2026-03-10", date(2026, 3, 10), "Ordered")}
    monthly = visits(Rhythm(date(2026, 3, 5), recurrence=Recurrence("Month")), TODAY, date(2026, 5, 31))
    new = reconcile(monthly, ordered, TODAY).new
    assert [visit.due_on for visit in new] == [date(2026, 4, 5), date(2026, 5, 5)]


def test_overdue_visits_are_neither_moved_nor_forgotten():
    overdue = {"2026-02-05": Written("2026-02-05", date(2026, 2, 5), "Planned")}
    changes = reconcile([], overdue, TODAY)
    assert changes.gone == ()


def test_months_end_where_people_expect_it():
    rhythm = Rhythm(date(2026, 1, 31), recurrence=Recurrence("Month"))
    found = visits(rhythm, date(2026, 1, 31), date(2026, 4, 30))
    assert [visit.due_on for visit in found] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
    ]  # fmt: skip


def test_jalali_months_begin_on_their_own_day():
    start = JalaliDate(1405, 1, 31).to_gregorian()
    found = visits(
        Rhythm(start, recurrence=Recurrence("Month", 1, "Jalali")), start, start + timedelta(days=400)
    )
    days = [JalaliDate.to_jalali(visit.due_on).day for visit in found]
    assert days[:7] == [31, 31, 31, 31, 31, 31, 30] and days[11] == 29


@pytest.mark.parametrize(("season", "month"), [("Spring", 1), ("Summer", 4), ("Autumn", 7), ("Winter", 10)])
def test_seasons_begin_as_in_the_jalali_calendar(season, month):
    assert JalaliDate.to_jalali(season_begin(season, 1405)) == JalaliDate(1405, month, 1)


def test_before_summer_is_once_a_year_so_many_days_before():
    found = visits(Rhythm(TODAY, season=Season("Summer", 14)), TODAY, date(2028, 2, 28))
    assert [visit.due_on for visit in found] == [date(2026, 6, 8), date(2027, 6, 8)]


@pytest.mark.parametrize("days", [-400, -20, 0, 20, 400])
def test_a_season_around_the_turn_of_the_year_comes_once_a_year(days):
    winter = Season("Winter", days)
    found = visits(Rhythm(date(2024, 1, 1), season=winter), date(2026, 1, 1), date(2028, 12, 31))
    begins = [season_begin("Winter", year) - timedelta(days=days) for year in range(1400, 1412)]
    assert [visit.due_on for visit in found] == [
        day for day in begins if date(2026, 1, 1) <= day <= date(2028, 12, 31)
    ]
    assert all(day in visit.span for visit in found for day in (visit.due_on, visit.span.end))
    assert all(one.span.end + timedelta(days=1) == next_.span.start for one, next_ in pairwise(found))


def test_a_holiday_is_stepped_over_and_the_key_stays():
    rhythm = Rhythm(date(2026, 3, 20), recurrence=Recurrence("Year"), holiday_step=-1)
    holidays = {date(2026, 3, 20), date(2026, 3, 19)}
    (visit,) = visits(rhythm, TODAY, date(2026, 12, 31), holidays)
    assert (visit.due_on, visit.key) == (date(2026, 3, 18), "2026-03-20")


def test_a_list_of_nothing_but_holidays_does_not_hang():
    holidays = {date(2026, 1, 1) + timedelta(days=number) for number in range(400)}
    assert shifted(date(2026, 3, 1), 1, holidays) in holidays


def test_a_meter_is_visited_when_its_average_reaches_the_next_threshold():
    meter = MeterInterval(Decimal(500), Decimal(400), TODAY, Decimal(10))
    found = visits(Rhythm(TODAY, meter=meter), TODAY, TODAY + timedelta(days=70))
    assert [(visit.key, (visit.due_on - TODAY).days) for visit in found] == [
        ("meter 500", 10),
        ("meter 1000", 60),
    ]


def test_a_threshold_that_was_passed_is_due_now():
    meter = MeterInterval(Decimal(500), Decimal(1100), TODAY - timedelta(days=3), None)
    (visit,) = visits(Rhythm(TODAY, meter=meter), TODAY, TODAY + timedelta(days=70))
    assert (visit.key, visit.due_on) == ("meter 1000", TODAY)
