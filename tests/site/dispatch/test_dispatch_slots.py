"""Times offered to customers, and the road engine of another app."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import ModuleType

import dispatch_world as world
import frappe
import pytest
from counting import queries_of
from dispatch_world import at, monday, planned

from crm_ext.dispatch.flow import moves, road_engine, slots
from crm_ext.dispatch.rules.travel import Coordinates, Roads, SpeedBand


@pytest.fixture
def town(site):
    return world.Town()


def starts(order, days=1):
    return [slot.start for slot in slots.free_slots(order, first_day=monday(), days=days)]


def test_every_window_of_an_empty_day_is_offered(town):
    town.technician("Free")
    assert starts(town.order("Work")) == [at(8), at(10), at(12), at(14), at(16)]


def test_only_windows_that_leave_time_for_the_ways_are_offered(town):
    person = town.technician("Busy", 0, hours=(("08:00", "14:00"),))
    for hour in (8.5, 11.5):
        moves.assign(town.order("Promised", 0), person.name, at(hour))
    near, far = town.order("Near", 0), town.order("Far", 30)
    assert starts(near) == [at(8), at(10), at(12)]
    # 33 kilometres of beeline are more than an hour each way: neither gap nor the end of the day holds that and the work.
    assert starts(far) == []


def test_a_skill_that_nobody_has_gets_no_times(town):
    town.technician("Unskilled")
    assert starts(town.order("Work", skill=town.skill("Rare")), days=5) == []


def test_a_job_without_a_place_gets_no_times(town):
    town.technician("Anyone")
    assert starts(town.order("Nowhere", None)) == []


def test_a_taken_time_is_promised_and_gone_for_others(town):
    person = town.technician("Only", hours=(("08:00", "10:00"),))
    first, second = town.order("First", minutes=90), town.order("Second", minutes=90)
    slots.take_slot(first, at(8))
    assert planned(first) == ("Planned", person.name, at(8))
    promise = frappe.db.get_value("Service Order", first, ("window_start", "window_end"))
    assert promise == (at(8), at(10))
    assert starts(second) == []
    with pytest.raises(frappe.ValidationError, match="just been taken"):
        slots.take_slot(second, at(8))
    assert planned(second) == ("Open", None, None)


def test_moving_to_another_time_frees_the_first_one(town):
    town.technician("Only", hours=(("08:00", "12:00"),))
    first, second = town.order("First", minutes=100), town.order("Second", minutes=100)
    slots.take_slot(first, at(8))
    slots.take_slot(first, at(10))
    assert starts(second) == [at(8)]


def test_a_time_that_was_never_offered_cannot_be_taken(town):
    town.technician("Only")
    order = town.order("Work")
    for never in (at(9), at(3), at(8) - timedelta(days=200)):
        with pytest.raises(frappe.ValidationError):
            slots.take_slot(order, never)
    assert planned(order) == ("Open", None, None)


@pytest.mark.parametrize("hours", [(("22:00", "06:00"),), (("08:30", "17:00"), ("22:00", "06:00"))])
def test_every_time_that_is_offered_can_be_taken_also_after_midnight(town, hours):
    town.technician("Night", hours=hours)
    order = town.order("Work")
    offered = starts(order, days=3)
    assert at(24) in offered
    for start in offered:
        slots.take_slot(order, start)
        assert frappe.db.get_value("Service Order", order, "window_start") == start


def test_times_are_found_in_the_same_number_of_queries_for_a_day_and_a_month(town):
    for number in range(3):
        town.technician(f"T{number}")
    order = town.order("Work")
    starts(order)
    assert queries_of(lambda: starts(order, days=30)) == queries_of(lambda: starts(order, days=1))


# The road engine


def straight(places):
    """Half an hour to everywhere; no way known between the first place and the last."""
    rows = [[0 if row == column else 1790 for column in range(len(places))] for row in range(len(places))]
    rows[0][-1] = None
    return rows


def broken(places):
    return [[1]]


@pytest.fixture
def engine(monkeypatch):
    """An app on the site that knows the roads."""

    def use(function):
        given = frappe.get_hooks
        module = ModuleType("crm_ext.roads_of_another_app")
        module.travel_times = function
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(
            frappe,
            "get_hooks",
            lambda name=None, *rest, **options: (
                [f"{module.__name__}.travel_times"]
                if name == road_engine.HOOK
                else given(name, *rest, **options)
            ),
        )

    road_engine.forget()
    yield use
    road_engine.forget()


def test_a_road_engine_replaces_the_speed_table_where_it_knows_a_way(engine):
    engine(straight)
    places = [Coordinates(48, 16 + number / 10) for number in range(3)]
    roads = Roads((SpeedBand(0, 40),))
    table, seconds = roads.seconds(places), road_engine.seconds(places, roads)
    assert (seconds[0, 1], seconds[1, 0], seconds[2, 0]) == (1800, 1800, 1800)
    assert seconds[0, 2] == table[0, 2]


def test_a_failing_road_engine_stops_no_planning_and_is_in_the_error_log(engine):
    engine(broken)
    places = [Coordinates(47, 15 + number / 10) for number in range(3)]
    roads = Roads((SpeedBand(0, 40),))
    assert (road_engine.seconds(places, roads) == roads.seconds(places)).all()
    assert "gave 1 rows" in frappe.get_last_doc("Error Log").error
