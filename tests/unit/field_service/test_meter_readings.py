"""What may be taken down as a reading."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.field_service.rules.meters import check_gap, check_reading, read_value
from crm_ext.shared.meter_usage import Reading
from crm_ext.shared.results import Refusal
from crm_ext.shared.text import to_persian_digits

NOW = datetime(2026, 6, 1, 12)


@given(st.decimals(0, 10**9, places=3))
def test_digits_of_any_script_are_the_same_number(value):
    assert read_value(to_persian_digits(f"{value}")) == read_value(str(value)) == value


@pytest.mark.parametrize("typed", ["۱۲٬۳۴۵٫۵", "12,345.5", " 12345.5 ", "١٢٣٤٥٫٥"])
def test_marks_for_thousands_are_understood(typed):
    assert read_value(typed) == Decimal("12345.5")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "reading_not_understood"),
        ("12 h", "reading_not_understood"),
        ("nan", "reading_not_understood"),
        ("Infinity", "reading_not_understood"),
        ("-3", "reading_below_zero"),
        ("1e30", "reading_too_large"),
    ],
)
def test_what_is_no_reading_is_refused(typed, code):
    refusal = read_value(typed)
    assert isinstance(refusal, Refusal) and refusal.code == code


def reading(month: int, value: int, kind: str = "Reading", last: int | None = None) -> Reading:
    return Reading(datetime(2026, month, 1), Decimal(value), kind, None if last is None else Decimal(last))


def test_a_meter_does_not_go_back():
    assert check_reading(reading(3, 90), reading(2, 100), None, NOW).code == "reading_goes_back"
    assert check_reading(reading(3, 100), reading(2, 100), None, NOW) is None


def test_a_meter_that_was_reset_begins_anew():
    assert check_reading(reading(3, 0, "Reset", 120), reading(2, 100), reading(4, 10), NOW) is None
    assert check_reading(reading(3, 0, "Reset", 80), reading(2, 100), None, NOW).code == "reading_goes_back"
    assert check_reading(reading(3, 0, "Reset"), reading(2, 100), None, NOW).code == "last_reading_missing"


def test_a_meter_rolls_over_at_a_number_that_it_has_not_shown():
    before = reading(2, 99_950)
    assert check_reading(reading(3, 12, "Rolled Over", 100_000), before, reading(4, 40), NOW) is None
    for last in (9_000, 99_950):
        refusal = check_reading(reading(3, 12, "Rolled Over", last), before, None, NOW)
        assert refusal.code == "rolled_over_too_early"
    assert check_reading(reading(3, 12, "Rolled Over"), before, None, NOW).code == "last_reading_missing"


def test_a_reset_without_which_the_meter_would_go_back_is_needed():
    assert check_gap(reading(2, 100), reading(4, 10)).code == "reading_needed"
    assert check_gap(reading(2, 100), reading(4, 100)) is None
    assert check_gap(None, reading(4, 10)) is check_gap(reading(2, 100), None) is None


def test_a_reading_between_two_others_fits_between_them():
    assert (
        check_reading(reading(3, 500), reading(2, 100), reading(4, 200), NOW).code
        == "reading_beyond_the_next"
    )


def test_a_reading_is_of_the_past():
    assert check_reading(reading(7, 5), None, None, NOW).code == "reading_in_the_future"
