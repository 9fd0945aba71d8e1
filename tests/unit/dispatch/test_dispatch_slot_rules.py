"""Times that are offered: every one of them can be kept beside everything that is promised already."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ext.dispatch.rules.moves import Busy, objections
from crm_ext.dispatch.rules.problem import Job, Prices, Shift, Technician
from crm_ext.dispatch.rules.slots import openings, windows
from crm_ext.dispatch.rules.travel import TravelTimes

MINUTE, HOUR = 60, 3600
WAYS = np.array([[abs(a - b) * 15 * MINUTE for b in range(6)] for a in range(6)])
TRAVEL = TravelTimes(range(6), WAYS)


def person(name="T", skills=("Pumps",), **values):
    return Technician(name, 0, frozenset(skills), (Shift(0, 9 * HOUR, ((4 * HOUR, 5 * HOUR),)),), **values)


def day(moment):
    return date(1970, 1, 1) + timedelta(seconds=moment)


def found(job, people, busy=None, not_before=0, prices=None, length=2 * HOUR):
    wanted = windows([shift for each in people for shift in each.shifts], length, day)
    return openings(job, people, busy or {}, TRAVEL, prices or Prices(), not_before, wanted)


@st.composite
def days(draw):
    """A technician's day as it could have been planned: one thing after the other, with time for the ways."""
    at, here, busy = 0, 0, []
    for number in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, 5))
        start = at + int(WAYS[here][place]) + draw(st.integers(0, 3)) * 30 * MINUTE
        if start >= 4 * HOUR:
            break
        end = start + draw(st.integers(1, 4)) * 15 * MINUTE
        busy.append(Busy(f"B{number}", start, end, place))
        at, here = end, place
    return busy


@settings(max_examples=300, deadline=None)
@given(days(), st.integers(0, 5), st.integers(1, 10), st.integers(0, 8))
def test_nothing_speaks_against_a_time_that_is_offered(busy, place, quarters, notice):
    job, technician = Job("J", place, quarters * 15 * MINUTE, "Pumps"), person()
    for opening in found(job, [technician], {"T": busy}, notice * HOUR):
        assert opening.start >= notice * HOUR
        assert opening.window.earliest <= opening.start < opening.window.latest
        assert objections(job, technician, opening.start, busy, TRAVEL, 0) == []


def test_whoever_drives_less_comes():
    near, far = person("near"), person("far")
    busy = {"near": [Busy("B", 0, HOUR, 5)], "far": []}
    assert [each.technician for each in found(Job("J", 5, HOUR), [near, far], busy)][1] == "near"


def test_a_technician_without_the_skill_or_the_part_is_not_offered():
    job = Job("J", 1, HOUR, "Pumps", parts=(("Seal", 1.0),))
    assert not found(job, [person(skills=("Boilers",))])
    assert not found(job, [person(van={"Seal": 0.5})])
    assert found(job, [person(van={"Seal": 1.0})])
    assert found(job, [person()], prices=Prices(parts_known_until=0)), "the van is refilled until then"


def test_a_full_day_is_not_offered():
    busy = {"T": [Busy("B", 0, HOUR, 0)]}
    assert not found(Job("J", 0, HOUR), [person(capacity=1)], busy)
    assert found(Job("J", 0, HOUR), [person(capacity=2)], busy)


def test_windows_follow_each_other_and_end_with_the_day():
    spans = [(window.earliest, window.latest) for window in windows([Shift(0, 5 * HOUR)], 2 * HOUR, day)]
    assert spans == [(0, 2 * HOUR), (2 * HOUR, 4 * HOUR), (4 * HOUR, 5 * HOUR)]


def test_windows_of_a_day_begin_at_the_same_times_whether_or_not_the_night_before_is_looked_at():
    night, morning = Shift(22 * HOUR, 30 * HOUR), Shift(32 * HOUR + 30 * MINUTE, 41 * HOUR)
    alone = windows([morning], 2 * HOUR, day)
    together = windows([night, morning], 2 * HOUR, day)
    assert alone == [window for window in together if window.earliest >= morning.start]
    assert together[:4] == windows([night], 2 * HOUR, day)
