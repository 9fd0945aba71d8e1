"""What stays and what is planned again when something happens during the day."""

import numpy as np
import pytest

from crm_ext.dispatch.rules.events import Events, as_it_stands
from crm_ext.dispatch.rules.problem import Job, Technician
from crm_ext.dispatch.rules.travel import TravelTimes

MINUTE, HOUR = 60, 3600
# Three places in a row, twenty minutes from each to the next.
TRAVEL = TravelTimes(range(3), np.array([[abs(a - b) * 20 * MINUTE for b in range(3)] for a in range(3)]))
PEOPLE = [Technician("T", 0), Technician("Other", 0)]
NOW, KEEP = 10 * HOUR, HOUR


def job(name, start, minutes=30, place=0, technician="T", **values):
    return Job(
        name,
        place,
        minutes * MINUTE,
        technician=technician,
        start=round(start * HOUR),
        is_announced=True,
        **values,
    )


def running(name, start, minutes, **values):
    return job(name, start, minutes, is_fixed=True, is_started=True, **values)


def fixed(jobs, away=None, longer=None):
    found = as_it_stands(jobs, PEOPLE, Events(away or {}, longer or {}), TRAVEL, NOW, KEEP)
    return {each.name for each in found if each.is_fixed}


def test_jobs_that_begin_soon_stay_and_later_ones_may_move():
    assert fixed([job("soon", 10.5), job("just missed", 9.5), job("later", 13)]) == {"soon", "just missed"}


def test_a_job_that_runs_late_pushes_the_next_ones_even_if_they_begin_soon():
    jobs = [
        running("running", 9, 60),
        job("next", 10.25),
        job("after it", 10.9),
        job("other", 10.5, technician="Other"),
    ]
    assert fixed(jobs) == {"running", "next", "after it", "other"}
    assert fixed(jobs, longer={"running": 30 * MINUTE}) == {"running", "other"}


def test_the_way_from_the_job_before_counts():
    assert "next" in fixed([running("running", 9, 75, place=0), job("next", 10.5, place=0)])
    assert "next" not in fixed([running("running", 9, 75, place=0), job("next", 10.5, place=1)])


def test_what_was_fixed_by_hand_stays_even_where_it_comes_late():
    jobs = [running("running", 9, 120), job("by hand", 10.5, is_fixed=True)]
    assert fixed(jobs) == {"running", "by hand"}


def test_whoever_falls_ill_keeps_what_is_begun_and_loses_all_the_rest():
    jobs = [
        running("done", 8, 60),
        running("running", 9.5, 60),
        job("soon", 10.5),
        job("by hand", 12, is_fixed=True),
        job("after the absence", 20, is_fixed=True),
        job("other", 10.5, technician="Other"),
    ]
    assert fixed(jobs, away={"T": (10 * HOUR, 18 * HOUR)}) == {
        "done",
        "running",
        "after the absence",
        "other",
    }


@pytest.mark.parametrize(("away", "place"), [({}, 0), ({"T": (10 * HOUR, 18 * HOUR)}, None)])
def test_a_job_without_a_place_stands_at_the_base_only_while_its_technician_is_there(away, place):
    (found,) = as_it_stands([job("lost", 14, place=None)], PEOPLE, Events(away), TRAVEL, NOW, KEEP)
    assert (found.place, found.is_fixed) == (place, place is not None)


def test_a_job_that_takes_longer_is_planned_so():
    (found,) = as_it_stands([job("long", 14, 30)], PEOPLE, Events(longer={"long": HOUR}), TRAVEL, NOW, KEEP)
    assert found.seconds == 90 * MINUTE
