"""Hours of work by clocks that are changed twice a year."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.field_service.rules import work_times
from crm_ext.field_service.rules.work_times import Moment, WorkTime

BERLIN = ZoneInfo("Europe/Berlin")


def work(start: str, end: str, row=1, person="Ann", second_start=False, second_end=False):
    return WorkTime(
        row,
        person,
        Moment(datetime.fromisoformat(start), second_start),
        Moment(datetime.fromisoformat(end), second_end),
    )


def test_a_night_in_spring_has_an_hour_less():
    assert work_times.hours(work("2026-03-29 01:30", "2026-03-29 04:00"), BERLIN) == Decimal("1.5")


def test_a_night_in_autumn_has_an_hour_more():
    assert work_times.hours(work("2026-10-25 01:30", "2026-10-25 04:00"), BERLIN) == Decimal("3.5")


def test_the_second_time_of_an_hour_is_told_apart():
    assert work_times.hours(work("2026-10-25 02:30", "2026-10-25 02:30", second_end=True), BERLIN) == 1
    assert work_times.comes_twice(datetime(2026, 10, 25, 2, 30), BERLIN)
    assert not work_times.comes_twice(datetime(2026, 10, 25, 4, 0), BERLIN)


def test_an_hour_that_never_came_is_refused():
    refusal = work_times.fault([work("2026-03-29 02:30", "2026-03-29 04:00", row=3)], BERLIN)
    assert (refusal.code, refusal.values["row"]) == ("time_does_not_exist", 3)


def test_work_that_ends_before_it_starts_is_refused():
    assert work_times.fault([work("2026-05-04 10:00", "2026-05-04 10:00")], BERLIN).code == "ends_before_start"


def test_a_forgotten_clock_is_refused():
    assert work_times.fault([work("2026-05-04 10:00", "2026-05-05 10:01")], BERLIN).code == "time_too_long"


def test_one_person_is_not_in_two_places():
    times = [work("2026-05-04 10:00", "2026-05-04 12:00"), work("2026-05-04 11:59", "2026-05-04 13:00", row=2)]
    refusal = work_times.fault(times, BERLIN)
    assert (refusal.code, refusal.values["row"], refusal.values["other"]) == ("times_overlap", 2, 1)


def test_two_people_may_work_at_once_and_one_thing_may_follow_another():
    times = [
        work("2026-05-04 10:00", "2026-05-04 12:00"),
        work("2026-05-04 10:00", "2026-05-04 12:00", row=2, person="Bo"),
        work("2026-05-04 12:00", "2026-05-04 13:00", row=3),
    ]
    assert work_times.fault(times, BERLIN) is None


def test_times_in_the_hour_that_comes_twice_do_not_overlap():
    times = [
        work("2026-10-25 02:00", "2026-10-25 02:50"),
        work("2026-10-25 02:10", "2026-10-25 02:40", row=2, second_start=True, second_end=True),
    ]
    assert work_times.fault(times, BERLIN) is None


def test_a_phone_tells_its_offset_and_the_site_keeps_its_own_clock():
    told = datetime(2026, 10, 25, 1, 30, tzinfo=timezone.utc)
    assert work_times.moment_of(told, BERLIN) == Moment(datetime(2026, 10, 25, 2, 30), True)
    assert work_times.moment_of(datetime(2026, 5, 4, 8, 0), BERLIN) == Moment(datetime(2026, 5, 4, 8, 0))


moments = st.integers(0, 6 * 60).map(
    lambda minutes: datetime(2026, 10, 24, 22, 0, tzinfo=timezone.utc) + timedelta(minutes=minutes)
)


@given(st.lists(moments, min_size=2, max_size=8, unique=True))
def test_the_steady_clock_keeps_hours_and_order_through_a_night_of_change(told):
    told.sort()
    times = [
        WorkTime(row, "Ann", work_times.moment_of(start, BERLIN), work_times.moment_of(end, BERLIN))
        for row, (start, end) in enumerate(zip(told, told[1:], strict=False))
    ]
    found = work_times.steady(times, BERLIN)
    for time, (start, end) in zip(times, found, strict=True):
        passed = Decimal(str((end - start).total_seconds())) / 3600
        assert abs(passed - work_times.hours(time, BERLIN)) < Decimal("0.0001")
    assert all(before[1] <= after[0] for before, after in zip(found, found[1:], strict=False))
    assert work_times.fault(times, BERLIN) is None
