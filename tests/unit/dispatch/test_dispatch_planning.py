"""Plans: what always holds (skills, windows, no overlaps, fixed jobs), what is explained, and what stays when re-planned."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_ext.dispatch.rules.planning import plan
from crm_ext.dispatch.rules.problem import Effort, Job, Prices, Problem, Shift, Technician, Window
from crm_ext.dispatch.rules.travel import TravelTimes

MINUTE, HOUR = 60, 3600
SKILLS = ("Pumps", "Boilers", "Cooling")
PLACES = 12
EFFORT = Effort(seconds=20, seed=3, rounds=60)
# Ways between the corners of a grid: everybody can check them in the head.
WAYS = np.array(
    [
        [(abs(a % 4 - b % 4) + abs(a // 4 - b // 4)) * 10 * MINUTE for b in range(PLACES)]
        for a in range(PLACES)
    ]
)
TRAVEL = TravelTimes(range(PLACES), WAYS)
BREAK = (4 * HOUR, 4 * HOUR + 30 * MINUTE)
DAY = Shift(0, 9 * HOUR, (BREAK,))


def technician(name, skills=SKILLS, base=0, shifts=(DAY,), **values):
    return Technician(name, base, frozenset(skills), tuple(shifts), **values)


def job(name, place=1, minutes=60, **values):
    return Job(name, place, minutes * MINUTE, **values)


def planned(jobs, technicians, now=0, prices=None, effort=EFFORT):
    problem = Problem(tuple(jobs), tuple(technicians), now, prices or Prices())
    return plan(problem, TRAVEL, effort)


@st.composite
def problems(draw):
    technicians = [
        technician(
            f"T{number}",
            draw(st.sets(st.sampled_from(SKILLS))),
            draw(st.integers(0, PLACES - 1)),
            draw(
                st.sampled_from(
                    [(DAY,), (Shift(0, 5 * HOUR),), (Shift(0, 3 * HOUR), Shift(6 * HOUR, 10 * HOUR)), ()]
                )
            ),
            capacity=draw(st.sampled_from([None, None, 3])),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    jobs = []
    for number in range(draw(st.integers(1, 9))):
        begin = draw(st.integers(0, 8)) * HOUR
        given_to = draw(st.sampled_from([None, *technicians]))
        start = draw(st.integers(0, 8)) * HOUR if given_to else None
        jobs.append(
            job(
                f"J{number}",
                draw(st.sampled_from([None, *range(PLACES)])),
                draw(st.sampled_from([15, 60, 150, 600])),
                skill=draw(st.sampled_from([None, *SKILLS])),
                window=draw(st.sampled_from([None, Window(begin, begin + 2 * HOUR)])),
                due=draw(st.sampled_from([None, 5 * HOUR])),
                hour_too_late=1800,
                technician=given_to.name if given_to else None,
                start=start,
                is_fixed=bool(given_to) and draw(st.booleans()),
                is_announced=bool(given_to),
                parts=draw(st.sampled_from([(), (("Seal", 1.0),)])),
            )
        )
    part_missing = draw(st.sampled_from([None, 3600]))
    return Problem(
        tuple(jobs),
        tuple(technicians),
        draw(st.sampled_from([0, 2 * HOUR])),
        Prices(part_missing=part_missing),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_a_plan_breaks_no_rule(problem):
    outcome = plan(problem, TRAVEL, EFFORT)
    people = {each.name: each for each in problem.technicians}
    by_person = {}
    for stop in outcome.stops:
        by_person.setdefault(stop.technician, []).append(stop)
        if stop.job.is_fixed:
            assert (stop.technician, stop.start) == (stop.job.technician, stop.job.start)
            continue
        person = people[stop.technician]
        assert person.can(stop.job)
        assert stop.start >= problem.now
        assert not stop.job.window or stop.job.window.earliest <= stop.start <= stop.job.window.latest
        assert problem.prices.part_missing is not None or not stop.job.parts
        assert any(
            shift.start <= stop.start
            and stop.end == shift.after(stop.start, stop.job.seconds)
            and shift.after(stop.end, TRAVEL.between(stop.job.place, person.base, stop.end)) <= shift.end
            for shift in person.shifts
        )
    for name, stops in by_person.items():
        for first, second in pairwise(stops):
            if not (first.job.is_fixed and second.job.is_fixed):
                way = TRAVEL.between(first.job.place, second.job.place, first.end)
                assert first.end + way <= second.start, f"{name} cannot come from {first} to {second}"
    names = [stop.job.name for stop in outcome.stops]
    assert len(names) == len(set(names))
    elsewhere = {each.name for each in problem.jobs if each.is_fixed}
    assert set(names) | set(outcome.left) | elsewhere == {each.name for each in problem.jobs}
    assert not set(names) & set(outcome.left)
    assert not set(outcome.left) & elsewhere


@settings(max_examples=15, deadline=None)
@given(problems())
def test_the_same_input_and_seed_give_the_same_plan(problem):
    assert plan(problem, TRAVEL, EFFORT) == plan(problem, TRAVEL, EFFORT)


def test_near_jobs_go_together():
    jobs = [job("west", 4), job("west too", 8), job("east", 7), job("east too", 11)]
    outcome = planned(jobs, [technician("W", base=4), technician("E", base=7)])
    assert {stop.job.name: stop.technician for stop in outcome.stops} == {
        "west": "W",
        "west too": "W",
        "east": "E",
        "east too": "E",
    }


def test_urgent_work_that_is_due_goes_first():
    jobs = [job(f"J{number}", 1, 90) for number in range(4)]
    jobs.append(job("urgent", 2, 60, due=2 * HOUR, hour_too_late=18_000))
    outcome = planned(jobs, [technician("T")])
    assert next(stop for stop in outcome.stops if stop.job.name == "urgent").late == 0


def test_the_van_with_the_part_is_preferred_unless_it_is_far_dearer():
    jobs = [job("J", 1, parts=(("Seal", 1.0),))]
    near, stocked = technician("near", base=1), technician("stocked", base=5, van={"Seal": 2.0})
    assert planned(jobs, [near, stocked]).stops[0].technician == "stocked"
    cheap = Prices(part_missing=60)
    assert planned(jobs, [near, stocked], prices=cheap).stops[0].technician == "near"


def test_a_break_may_interrupt_work_and_lengthens_it():
    outcome = planned([job("long", 0, 300)], [technician("T")])
    assert outcome.stops[0].end - outcome.stops[0].start == 330 * MINUTE


def test_a_break_of_one_alone_is_kept_as_well():
    early = Shift(0, 9 * HOUR, ((2 * HOUR, 3 * HOUR),))
    jobs = [job(f"J{number}", 0, 60) for number in range(16)]
    outcome = planned(jobs, [technician("A", shifts=[early]), technician("B")])
    assert not outcome.left
    for stop in outcome.stops:
        if stop.technician == "A":
            assert stop.end <= 2 * HOUR or stop.start >= 3 * HOUR or stop.end - stop.start == 2 * HOUR


def test_several_days_are_planned_at_once_the_first_ones_first():
    days = [Shift(number * 24 * HOUR, number * 24 * HOUR + 8 * HOUR) for number in range(3)]
    jobs = [job(f"J{number}", 0, 120) for number in range(6)]
    outcome = planned(jobs, [technician("T", shifts=days)])
    assert sorted(stop.start // (24 * HOUR) for stop in outcome.stops) == [0, 0, 0, 0, 1, 1]


def test_a_plan_weeks_ahead_costs_no_more_than_one_for_today():
    weeks = 21 * 24 * HOUR
    today = planned([job("J")], [technician("T")])
    later = planned([job("J")], [technician("T", shifts=[Shift(weeks, weeks + 8 * HOUR)])])
    assert today.after.cost == later.after.cost == 2 * 10 * MINUTE


def test_the_load_is_shared_out_where_that_is_wanted():
    jobs = [job(f"J{number}", 1, 60) for number in range(6)]
    people = [technician("A"), technician("B")]
    alone = {stop.technician for stop in planned(jobs, people).stops}
    shared = planned(jobs, people, prices=Prices(uneven=1)).stops
    assert len(alone) == 1
    assert sorted(sum(stop.technician == name for stop in shared) for name in "AB") == [3, 3]


def test_a_load_that_is_half_as_even_may_be_uneven_by_half():
    jobs = [job(f"J{number}", 1, 60) for number in range(4)]
    people = [technician("A"), technician("B")]
    stops = planned(jobs, people, prices=Prices(uneven=0.5)).stops
    assert sorted(sum(stop.technician == name for stop in stops) for name in "AB") in ([1, 3], [2, 2])


def test_overlapping_fixed_jobs_stay_and_the_rest_is_planned_around_them():
    fixed = [
        job("one", 1, technician="T", start=HOUR, is_fixed=True, is_announced=True),
        job("two", 2, technician="T", start=HOUR + 30 * MINUTE, is_fixed=True, is_announced=True),
    ]
    outcome = planned([*fixed, job("free", 3)], [technician("T")])
    starts = {stop.job.name: stop.start for stop in outcome.stops}
    assert (starts["one"], starts["two"]) == (HOUR, HOUR + 30 * MINUTE)
    assert starts["free"] >= 2 * HOUR + 30 * MINUTE + TRAVEL.between(2, 3, 0)


def test_the_way_to_a_fixed_job_right_after_a_shift_is_kept_free():
    early, late = Shift(0, 3 * HOUR), Shift(6 * HOUR, 10 * HOUR)
    fixed = job("fixed", 1, technician="T", start=3 * HOUR, is_fixed=True, is_announced=True)
    outcome = planned([fixed, job("far", 8, 150)], [technician("T", shifts=[early, late])])
    starts = {stop.job.name: stop.start for stop in outcome.stops}
    assert starts["fixed"] == 3 * HOUR
    assert starts["far"] >= 6 * HOUR


# Why jobs are left


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (job("J", None), "no_coordinates"),
        (job("J", skill="Lifts"), "no_skill"),
        (job("J", skill="Cooling"), "nobody_at_work"),
        (job("J", minutes=1000), "too_long"),
        (job("J", window=Window(0, 10)), "window_past"),
        (job("J", window=Window(20 * HOUR, 22 * HOUR)), "window_outside_hours"),
        (job("J", parts=(("Gasket", 1.0),)), "part_missing"),
        (job("J", 11, 480), "too_far"),
        (job("J", 1, 300, value=1), "no_time_left"),
        (job("J", 1, 300, value=1, window=Window(HOUR, 3 * HOUR)), "no_time_in_window"),
        (job("J", 1, 10, load=9), "day_full"),
    ],
)
def test_a_job_that_is_left_says_why(left, code):
    away = technician("away", ("Cooling",), shifts=())
    here = technician("here", ("Pumps",), capacity=8, shifts=[Shift(0, 9 * HOUR)])
    busy = job("busy", 1, 240, skill="Pumps")
    outcome = planned([busy, left], [away, here], now=HOUR, prices=Prices(part_missing=None))
    assert outcome.left["J"].code == code
    assert [stop.job.name for stop in outcome.stops] == ["busy"]


def test_a_short_job_is_not_called_too_long_when_the_working_day_is_over():
    assert planned([job("J")], [technician("T")], now=10 * HOUR).left["J"].code == "no_time_today"


def test_without_technicians_every_job_says_so():
    assert planned([job("J")], []).left["J"].code == "no_technicians"


# Re-planning


def as_it_stands(outcome, jobs):
    at = {stop.job.name: stop for stop in outcome.stops}
    return [
        replace(each, technician=at[each.name].technician, start=at[each.name].start, is_announced=True)
        if each.name in at
        else each
        for each in jobs
    ]


def day_of(count, people):
    jobs = [job(f"J{number:02}", number % PLACES, 45, skill=SKILLS[number % 3]) for number in range(count)]
    return as_it_stands(planned(jobs, people), jobs)


def test_planning_again_changes_nothing_where_nothing_happened():
    people = [technician(f"T{number}", base=number) for number in range(3)]
    jobs = day_of(18, people)
    outcome = planned(jobs, people)
    assert outcome.changes == ()


def test_a_new_urgent_job_moves_few_others():
    people = [technician(f"T{number}", base=number) for number in range(3)]
    jobs = day_of(15, people)
    outcome = planned([*jobs, job("urgent", 5, value=2_000_000, due=3 * HOUR, hour_too_late=18_000)], people)
    assert not outcome.left
    moved = [change for change in outcome.changes if change.why.code != "minutes_only"]
    assert len(moved) <= 5
    assert all(change.before[0] == change.after[0] for change in outcome.changes)


def test_jobs_of_a_technician_who_is_away_go_to_others_and_say_why():
    people = [technician(f"T{number}", base=number) for number in range(3)]
    jobs = day_of(12, people)
    gone = {each.name for each in jobs if each.technician == "T1"}
    outcome = planned(jobs, [people[0], replace(people[1], shifts=()), people[2]])
    assert gone and {c.job for c in outcome.changes if c.why.code == "technician_away"} == gone


def test_a_skill_that_was_lost_takes_the_job_away():
    jobs = [job("J", 1, skill="Pumps", technician="A", start=HOUR, is_announced=True)]
    outcome = planned(jobs, [technician("A", ("Boilers",)), technician("B", ("Pumps",))])
    assert outcome.stops[0].technician == "B"
    assert outcome.changes[0].why.code == "skill_lost"


def test_people_keep_the_start_that_they_were_told():
    told = job("J", 1, technician="T", start=3 * HOUR, is_announced=True)
    outcome = planned([told], [technician("T")])
    assert outcome.stops[0].start == 3 * HOUR
