"""Shifts of a technician: breaks, nights, absences, and days on which clocks change."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.dispatch.rules.problem import Shift
from crm_ext.dispatch.rules.working_hours import Clock, Hours, shifts_of, without

VIENNA = Clock(ZoneInfo("Europe/Vienna"))
TEHRAN = Clock(ZoneInfo("Asia/Tehran"))
MINUTE, HOUR = 60, 3600


def hours(*stretches):
    return [Hours(time.fromisoformat(start), time.fromisoformat(end)) for start, end in stretches]


def test_a_short_pause_is_a_break_and_a_long_one_divides_the_day():
    day = date(2026, 11, 24)
    with_break = shifts_of(day, hours(("08:00", "12:00"), ("13:00", "17:00")), VIENNA)
    assert len(with_break) == 1 and with_break[0].seconds == 8 * HOUR
    assert len(shifts_of(day, hours(("06:00", "10:00"), ("16:00", "20:00")), VIENNA)) == 2


def test_overlapping_rows_are_one_stretch():
    shifts = shifts_of(date(2026, 11, 24), hours(("08:00", "13:00"), ("12:00", "17:00")), VIENNA)
    assert [shift.seconds for shift in shifts] == [9 * HOUR]


def test_a_night_shift_goes_on_after_midnight():
    shift = shifts_of(date(2026, 11, 24), hours(("22:00", "06:00")), VIENNA)[0]
    assert VIENNA.local(shift.end) == datetime(2026, 11, 25, 6)
    assert shift.seconds == 8 * HOUR


@pytest.mark.parametrize(
    ("day", "worked"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 11, 24), 8)]
)
def test_a_night_on_which_clocks_change_has_the_hours_it_really_has(day, worked):
    shift = shifts_of(day, hours(("22:00", "06:00")), VIENNA)[0]
    assert shift.seconds == worked * HOUR


def test_work_across_the_change_ends_when_the_minutes_are_over():
    begin = VIENNA.moment(datetime(2026, 3, 29, 1, 30))
    assert VIENNA.local(begin + HOUR) == datetime(2026, 3, 29, 3, 30)
    begin = VIENNA.moment(datetime(2026, 10, 25, 1, 30))
    assert VIENNA.local(begin + 2 * HOUR) == datetime(2026, 10, 25, 2, 30)


def test_a_time_that_clocks_skip_is_still_a_moment():
    skipped = VIENNA.moment(datetime(2026, 3, 29, 2, 30))
    assert VIENNA.local(skipped) == datetime(2026, 3, 29, 3, 30)


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0, fold=0)
    )
)
def test_tehran_times_come_back_as_they_were_unless_clocks_skipped_them(local):
    back = TEHRAN.local(TEHRAN.moment(local))
    assert back == local or abs((back - local).total_seconds()) == HOUR


@given(st.integers(0, 8 * HOUR), st.integers(0, 10 * HOUR))
def test_work_pauses_in_breaks_and_loses_nothing(offset, seconds):
    shift = Shift(0, 12 * HOUR, ((3 * HOUR, 4 * HOUR), (6 * HOUR, 6 * HOUR + 15 * MINUTE)))
    begin = shift.working(offset)
    end = shift.after(begin, seconds)
    paused = sum(max(min(end, over) - max(begin, start), 0) for start, over in shift.breaks)
    assert end - begin - paused == seconds


def test_a_break_begins_where_work_would_have_ended_at_its_start():
    shift = Shift(0, 8 * HOUR, ((3 * HOUR, 4 * HOUR),))
    assert shift.after(2 * HOUR, HOUR) == 3 * HOUR
    assert shift.after(2 * HOUR, HOUR + 1) == 4 * HOUR + 1


def test_absence_cuts_shifts_and_leaves_the_rest():
    shift = Shift(0, 8 * HOUR, ((4 * HOUR, 5 * HOUR),))
    assert without([shift], [(2 * HOUR, 3 * HOUR)]) == (
        Shift(0, 2 * HOUR),
        Shift(3 * HOUR, 8 * HOUR, ((4 * HOUR, 5 * HOUR),)),
    )
    assert without([shift], [(0, 8 * HOUR)]) == ()
    assert without([shift], [(9 * HOUR, 10 * HOUR)]) == (shift,)
