"""Due times within support hours, and the clock that rests while the customer is waited for."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from crm_ext.field_service.rules import service_levels as rules
from crm_ext.field_service.rules.service_levels import Clock

NINE_TO_FIVE = {day: [(timedelta(hours=9), timedelta(hours=17))] for day in range(5)}
FRIDAY = date(2026, 11, 20)
MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))
HOURS = some.decimals(min_value=Decimal("0.01"), max_value=Decimal(80), places=2)


def at(hour, day=FRIDAY, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute)


def test_hours_run_through_the_night_where_there_are_no_support_hours():
    assert rules.due(at(16), Decimal(24), {}, set()) == at(16) + timedelta(days=1)


def test_what_does_not_fit_into_friday_goes_on_on_monday():
    assert rules.due(at(16), Decimal(2), NINE_TO_FIVE, set()) == at(10, date(2026, 11, 23))


def test_a_holiday_is_skipped():
    assert rules.due(at(16), Decimal(2), NINE_TO_FIVE, {date(2026, 11, 23)}) == at(10, date(2026, 11, 24))


def test_what_comes_before_opening_counts_from_opening():
    assert rules.due(at(6), Decimal(1), NINE_TO_FIVE, set()) == at(10)


def test_a_day_with_a_break_counts_both_its_parts():
    spans = {4: [(timedelta(hours=14), timedelta(hours=18)), (timedelta(hours=8), timedelta(hours=12))]}
    assert rules.due(at(11), Decimal(2), spans, set()) == at(15)


def test_a_calendar_without_a_free_hour_gives_no_moment():
    holidays = {FRIDAY + timedelta(days=number) for number in range(4000)}
    assert rules.due(at(11), Decimal(2), NINE_TO_FIVE, holidays) is None


@given(MOMENTS, HOURS, HOURS)
def test_more_hours_are_never_due_sooner(start, fewer, more):
    fewer, more = sorted((fewer, more))
    assert rules.due(start, fewer, NINE_TO_FIVE, set()) <= rules.due(start, more, NINE_TO_FIVE, set())


@given(MOMENTS, HOURS)
def test_a_due_moment_lies_within_support_hours_and_after_the_start(start, hours):
    due = rules.due(start, hours, NINE_TO_FIVE, set())
    assert due > start
    assert due.weekday() < 5
    assert timedelta(hours=9) <= due - datetime.combine(due.date(), datetime.min.time()) <= timedelta(hours=17)


@given(some.lists(some.sampled_from(("Open", "Replied", "On Hold", "Resolved", "Closed")), max_size=8))
def test_the_clock_counts_exactly_the_hours_in_which_nobody_could_work(statuses):
    clock, before, now, rested = Clock(), "Open", at(9), timedelta()
    for status in [*statuses, "Open"]:
        now += timedelta(hours=1)
        if before != "Open":
            rested += timedelta(hours=1)
        clock, before = rules.after_change(clock, before, status, now), status
    assert clock.waited == rested.total_seconds()
    assert clock.waiting_since is None and clock.resolved_on is None


def test_leaving_open_is_the_first_response_and_stays_it():
    clock = rules.after_change(Clock(), "Open", "Replied", at(10))
    clock = rules.after_change(clock, "Replied", "Open", at(11))
    assert rules.after_change(clock, "Open", "Closed", at(12)).first_responded_on == at(10)


def test_a_time_is_missed_by_what_came_after_it_or_has_not_come_by_now():
    done = Clock(first_responded_on=at(10), resolved_on=at(12))
    assert rules.missed(done, at(11), at(13), at(20)) == ()
    assert rules.missed(done, at(9), at(11), at(20)) == ("Response", "Resolution")
    assert rules.missed(Clock(), at(11), at(13), at(12)) == ("Response",)
    assert rules.missed(Clock(resolved_on=at(10)), at(11), None, at(20)) == ()


def test_an_agreement_fails_by_a_late_answer_or_a_late_solution():
    done = Clock(first_responded_on=at(10), resolved_on=at(12))
    assert rules.agreement_status(done, at(11), at(13)) == "Fulfilled"
    assert rules.agreement_status(done, at(9), at(13)) == "Failed"
    assert rules.agreement_status(done, at(11), at(11)) == "Failed"
    assert rules.agreement_status(Clock(), at(11), None) == "First Response Due"
    assert rules.agreement_status(Clock(first_responded_on=at(10)), at(11), at(13)) == "Resolution Due"
