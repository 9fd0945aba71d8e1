"""Which offer templates fit, best first."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules.offer_templates import Segment, Situation, check, fitting

AUTUMN = date(2026, 11, 22)
FARM = Situation("TP", ("Farms", "Commercial", "All"), ("Fars", "Iran", "World"), "Gold", AUTUMN)


def names(*segments, situation=FARM):
    return [fit.name for fit in fitting(segments, situation)]


def test_the_nearest_group_comes_first_and_the_grade_before_it():
    segments = (
        Segment("everybody"),
        Segment("root", customer_group="All"),
        Segment("own", customer_group="Farms"),
        Segment("gold", customer_grade="Gold"),
    )
    assert names(*segments) == ["gold", "own", "root", "everybody"]


def test_what_is_meant_for_others_does_not_fit():
    others = (
        Segment("company", company="Other"),
        Segment("group", customer_group="Cities"),
        Segment("territory", territory="Yazd"),
        Segment("grade", customer_grade="Silver"),
        Segment("season", season="Spring"),
        Segment("over", valid_until=date(2026, 11, 21)),
        Segment("not yet", valid_from=date(2026, 11, 23)),
    )
    assert names(*others) == []


def test_months_may_cross_the_end_of_the_year():
    winter = Segment("winter", from_month=11, until_month=2)
    days = (date(2026, 11, 1), date(2027, 2, 28), date(2027, 3, 1), date(2026, 10, 31))
    found = [names(winter, situation=Situation("TP", (), (), None, day)) for day in days]
    assert found == [["winter"], ["winter"], [], []]


@given(st.integers(1, 12), st.integers(1, 12), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_span_holds_the_months_from_the_first_to_the_last(first, last, day):
    months = {(first - 1 + number) % 12 + 1 for number in range((last - first) % 12 + 1)}
    found = names(
        Segment("span", from_month=first, until_month=last), situation=Situation("TP", (), (), None, day)
    )
    assert bool(found) == (day.month in months)


def test_a_span_needs_two_months_and_a_time_an_order():
    assert check(Segment("half", from_month=3)).code == "half_a_span_of_months"
    backwards = Segment("back", valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1))
    assert check(backwards).code == "ends_before_it_begins"
    assert check(Segment("fine", from_month=3, until_month=3)) is None
