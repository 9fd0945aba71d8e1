from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.shared.calendars import Period, format_jalali, month_of, parse_date, season_of
from crm_ext.shared.results import Refusal


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("۱۴۰۵/۰۸/۳۰", date(2026, 11, 21)),
        ("٣٠/٠٨/١٤٠٥", date(2026, 11, 21)),
        ("21.11.2026", date(2026, 11, 21)),
        ("2026-11-21T09:30:00", date(2026, 11, 21)),
        ("1403/12/30", date(2025, 3, 20)),
        ("\u200f۱۴۰۵/۰۸/۳۰\u200f", date(2026, 11, 21)),
        ("\u2067۱۴۰۵/۰۸/۳۰\u2069 ", date(2026, 11, 21)),
    ],
)
def test_dates_of_both_calendars_are_understood(typed, day):
    assert parse_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "date_not_understood"),
        ("soon", "date_not_understood"),
        ("1404/12/30", "date_does_not_exist"),
        ("2026-02-30", "date_does_not_exist"),
        ("2026-13-01", "date_does_not_exist"),
    ],
)
def test_a_wrong_date_is_refused_with_its_reason(typed, code):
    answer = parse_date(typed)
    assert isinstance(answer, Refusal)
    assert answer.code == code


def test_month_first_order_is_honoured():
    assert parse_date("11/21/2026", day_first=False) == date(2026, 11, 21)


@given(st.dates(date(1921, 3, 21), date(2121, 12, 31)))
def test_a_jalali_date_reads_back_as_the_same_day(day):
    assert parse_date(format_jalali(day)) == day


@given(st.dates(date(1921, 3, 21), date(2121, 1, 31)), st.sampled_from(["Gregorian", "Jalali"]))
def test_a_month_holds_its_day_and_meets_the_next(day, calendar):
    month = month_of(day, calendar)
    assert day in month
    following = month_of(date.fromordinal(month.end.toordinal() + 1), calendar)
    assert following.start.toordinal() == month.end.toordinal() + 1


def test_month_ends_of_both_calendars():
    assert month_of(date(2026, 12, 5), "Gregorian") == Period(date(2026, 12, 1), date(2026, 12, 31))
    assert month_of(date(2025, 3, 1), "Jalali") == Period(date(2025, 2, 19), date(2025, 3, 20))


def test_date_times_are_shown_as_their_day():
    assert format_jalali(datetime(2026, 11, 21, 23, 59), persian_digits=False) == "1405/08/30"


def test_seasons_follow_the_jalali_year():
    assert [season_of(day) for day in (date(2026, 3, 21), date(2026, 7, 1), date(2026, 11, 21), date(2027, 1, 1))] == [
        "Spring",
        "Summer",
        "Autumn",
        "Winter",
    ]
