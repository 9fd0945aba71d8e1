"""Due times within support hours, and the clock that rests while the customer is waited for."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from crm_ext.field_service.rules import service_levels as rules
from crm_ext.field_service.rules.service_levels import Clock

NINE_TO_FIVE = {day: [(timedelta(hours=9), timedelta(hours=17))] for day in range(5)}
FRIDAY = date(2026, 11, 20)
MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))
HOURS = some.decimals(min_value=Decimal("0.01"), max_value=Decimal(80), places=2)


BERLIN = ZoneInfo("Europe/Berlin")


def due(start, hours, support_hours, holidays, zone=timezone.utc):
    return rules.due(start, hours, support_hours, holidays, zone)


def after_change(clock, before, after, now, zone=timezone.utc):
    return rules.after_change(clock, before, after, now, zone)


def at(hour, day=FRIDAY, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute)


def test_hours_run_through_the_night_where_there_are_no_support_hours():
    assert due(at(16), Decimal(24), {}, set()) == at(16) + timedelta(days=1)


def test_what_does_not_fit_into_friday_goes_on_on_monday():
    assert due(at(16), Decimal(2), NINE_TO_FIVE, set()) == at(10, date(2026, 11, 23))


def test_a_holiday_is_skipped():
    assert due(at(16), Decimal(2), NINE_TO_FIVE, {date(2026, 11, 23)}) == at(10, date(2026, 11, 24))


def test_what_comes_before_opening_counts_from_opening():
    assert due(at(6), Decimal(1), NINE_TO_FIVE, set()) == at(10)


def test_a_day_with_a_break_counts_both_its_parts():
    spans = {4: [(timedelta(hours=14), timedelta(hours=18)), (timedelta(hours=8), timedelta(hours=12))]}
    assert due(at(11), Decimal(2), spans, set()) == at(15)


def test_a_calendar_without_a_free_hour_gives_no_moment():
    holidays = {FRIDAY + timedelta(days=number) for number in range(4000)}
    assert due(at(11), Decimal(2), NINE_TO_FIVE, holidays) is None


@given(MOMENTS, HOURS, HOURS)
def test_more_hours_are_never_due_sooner(start, fewer, more):
    fewer, more = sorted((fewer, more))
    assert due(start, fewer, NINE_TO_FIVE, set()) <= due(start, more, NINE_TO_FIVE, set())


@given(MOMENTS, HOURS)
def test_a_due_moment_lies_within_support_hours_and_after_the_start(start, hours):
    moment = due(start, hours, NINE_TO_FIVE, set())
    assert moment > start
    assert moment.weekday() < 5
    assert timedelta(hours=9) <= moment - datetime.combine(moment.date(), datetime.min.time()) <= timedelta(hours=17)


@given(some.lists(some.sampled_from(("Open", "Replied", "On Hold", "Resolved", "Closed")), max_size=8))
def test_the_clock_counts_exactly_the_hours_in_which_nobody_could_work(statuses):
    clock, before, now, rested = Clock(), "Open", at(9), timedelta()
    for status in [*statuses, "Open"]:
        now += timedelta(hours=1)
        if before != "Open":
            rested += timedelta(hours=1)
        clock, before = after_change(clock, before, status, now), status
    assert clock.waited == rested.total_seconds()
    assert clock.waiting_since is None and clock.resolved_on is None


def test_leaving_open_is_the_first_response_and_stays_it():
    clock = after_change(Clock(), "Open", "Replied", at(10))
    clock = after_change(clock, "Replied", "Open", at(11))
    assert after_change(clock, "Open", "Closed", at(12)).first_responded_on == at(10)


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


# Clocks in Berlin go forward on 29 March and back on 25 October 2026.
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_promised_hours_are_hours_that_go_by_when_clocks_are_changed():
    assert due(at(1, SPRING), Decimal(4), {}, set(), BERLIN) == at(6, SPRING)
    assert due(at(1, AUTUMN), Decimal(4), {}, set(), BERLIN) == at(4, AUTUMN)
    round_the_clock = {day: [(timedelta(), timedelta(hours=24))] for day in range(7)}
    assert due(at(1, SPRING), Decimal(4), round_the_clock, set(), BERLIN) == at(6, SPRING)
    assert due(at(1, AUTUMN), Decimal(48), round_the_clock, set(), BERLIN) == at(0, date(2026, 10, 27))


def test_the_nights_on_which_clocks_are_changed_are_outside_of_support_hours():
    opened = {day: [(timedelta(hours=8), timedelta(hours=18))] for day in range(7)}
    for day in (SPRING, AUTUMN):
        assert due(at(17, day - timedelta(days=1)), Decimal(2), opened, set(), BERLIN) == at(9, day)


def test_waiting_while_clocks_go_back_is_never_less_than_nothing():
    clock = after_change(Clock(), "Open", "Replied", at(2, AUTUMN, minute=50), BERLIN)
    assert after_change(clock, "Replied", "Open", at(2, AUTUMN, minute=10), BERLIN).waited == 0
    long = after_change(clock, "Replied", "Open", at(12, AUTUMN, minute=50), BERLIN)
    assert long.waited == timedelta(hours=11).total_seconds()


@given(MOMENTS, some.timedeltas(timedelta(), timedelta(days=400)))
def test_what_is_so_much_later_is_so_much_later(moment, by):
    real = BERLIN.utcoffset(moment) == moment.replace(tzinfo=BERLIN, fold=1).utcoffset()
    then = rules.later(moment, by, BERLIN)
    certain = then.replace(tzinfo=BERLIN).utcoffset() == then.replace(tzinfo=BERLIN, fold=1).utcoffset()
    if real and certain:
        assert rules.elapsed(moment, then, BERLIN) == by
