"""Travel times from coordinates: known distances, the speed table, traffic, and coordinates that cannot be."""

import math
from datetime import datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.dispatch.rules.travel import (
    Coordinates,
    Roads,
    SpeedBand,
    Traffic,
    TravelTimes,
    coordinates,
    swapped,
)
from crm_ext.dispatch.rules.working_hours import Clock
from crm_ext.shared.results import Refusal

TEHRAN, ISFAHAN = Coordinates(35.6892, 51.3890), Coordinates(32.6546, 51.6680)
PLACES = st.builds(Coordinates, st.floats(-89, 89), st.floats(-179, 179))
ROADS = Roads((SpeedBand(5, 25), SpeedBand(30, 50), SpeedBand(100, 90)))


def test_the_beeline_from_tehran_to_isfahan_is_what_maps_say():
    kilometres = Roads((SpeedBand(0, 40),), detour=1).kilometres([TEHRAN, ISFAHAN])[0, 1]
    assert kilometres == pytest.approx(338.3, abs=1)


def test_each_kilometre_counts_at_the_speed_of_its_band():
    roads = Roads((SpeedBand(10, 20), SpeedBand(0, 60)), detour=1)
    places = [Coordinates(0.0001, 0), Coordinates(0.0001 + 20 / 111.195, 0)]
    minutes = roads.seconds(places)[0, 1] / 60
    assert minutes == pytest.approx(30 + 10, abs=1)


@given(st.lists(PLACES, min_size=2, max_size=6, unique=True))
def test_ways_are_whole_minutes_alike_in_both_directions_and_none_to_the_same_place(places):
    seconds = ROADS.seconds(places)
    assert (seconds % 60 == 0).all() and (seconds == seconds.T).all() and not seconds.diagonal().any()


@given(PLACES, PLACES, PLACES)
def test_no_longer_way_is_the_faster_one(origin, one, other):
    kilometres, seconds = ROADS.kilometres([origin, one, other])[0], ROADS.seconds([origin, one, other])[0]
    nearer, farther = (1, 2) if kilometres[1] <= kilometres[2] else (2, 1)
    assert seconds[nearer] <= seconds[farther]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91, 10), (-90.5, 0.1), (45, 181), (math.inf, 3), (math.nan, 3), (3516000, 51)],
)
def test_coordinates_that_cannot_be_are_refused(latitude, longitude):
    found = coordinates(latitude, longitude)
    assert isinstance(found, Refusal) and found.code == "coordinates_absurd"


@pytest.mark.parametrize("empty", [(None, None), (0, 0), (0.0, None)])
def test_an_empty_form_is_no_place(empty):
    assert coordinates(*empty) is None


def test_a_place_on_the_equator_is_one():
    assert coordinates(0, 36.8) == Coordinates(0.0, 36.8)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (Coordinates(51.40, 35.70), "coordinates_swapped"),
        (Coordinates(35.70, 51.40), None),
        (ISFAHAN, None),
        (Coordinates(-33.9, 151.2), None),
        (None, None),
    ],
)
def test_a_place_that_is_near_only_the_other_way_round_was_swapped(place, code):
    found = swapped(place, [TEHRAN])
    assert (found.code if found is not None else None) == code


def test_nothing_is_called_swapped_where_nobody_has_a_base():
    assert swapped(Coordinates(51.40, 35.70), []) is None


def test_traffic_counts_at_its_hours_only():
    clock = Clock(ZoneInfo("Asia/Tehran"))
    rush = Traffic(time(7), time(9), 1.5)
    travel = TravelTimes([TEHRAN, ISFAHAN], np.array([[0, 600], [600, 0]]), [rush], clock)
    at = {hour: clock.moment(datetime(2026, 11, 24, hour)) for hour in (8, 9)}
    assert travel.between(TEHRAN, ISFAHAN, at[8]) == 900
    assert travel.between(TEHRAN, ISFAHAN, at[9]) == 600
    assert travel.usual()[0, 1] >= 600
