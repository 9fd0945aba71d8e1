"""Months, seasons and years of two calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules.periods import CHOICES, named_period
from crm_ext.shared.calendars import Period
from crm_ext.shared.results import Refusal

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("choice", "calendar", "start", "end"),
    [
        ("This Month", "Gregorian", date(2026, 11, 1), date(2026, 11, 30)),
        ("Last Month", "Gregorian", date(2026, 10, 1), date(2026, 10, 31)),
        ("This Season", "Gregorian", date(2026, 10, 1), date(2026, 12, 31)),
        ("Last Year", "Gregorian", date(2025, 1, 1), date(2025, 12, 31)),
        ("This Month", "Jalali", date(2026, 10, 23), date(2026, 11, 21)),
        ("This Season", "Jalali", date(2026, 9, 23), date(2026, 12, 21)),
        ("Last Season", "Jalali", date(2026, 6, 22), date(2026, 9, 22)),
        ("This Year", "Jalali", date(2026, 3, 21), date(2027, 3, 20)),
    ],
)
def test_a_named_period_has_the_days_of_its_calendar(choice, calendar, start, end):
    assert named_period(choice, TODAY, calendar) == Period(start, end)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.sampled_from(("Gregorian", "Jalali")))
def test_last_ends_on_the_eve_of_this_and_this_holds_today(today, calendar):
    for unit in ("Month", "Season", "Year"):
        this, last = (named_period(f"{which} {unit}", today, calendar) for which in ("This", "Last"))
        assert today in this
        assert last.end + timedelta(days=1) == this.start


def test_a_period_that_is_no_choice_is_refused():
    assert isinstance(named_period("Some Time", TODAY, "Gregorian"), Refusal)
    assert len(CHOICES) == 6
