"""A day that goes otherwise than planned: illness, work that takes longer, orders that others move, clocks, places."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import dispatch_world as world
import frappe
import pytest
from dispatch_world import LATITUDE, LONGITUDE, at, monday, planned

from crm_ext.dispatch.flow import applying, moves, planning, sentences, slots, terms


@pytest.fixture
def town(site):
    return world.Town()


@pytest.fixture
def at_noon(monkeypatch):
    """The day has come, and it is noon: rules take the moment from here."""
    monkeypatch.setattr(terms, "now", lambda: at(12))


def visits(proposal):
    return {visit.service_order: visit for visit in proposal.visits}


def reasons(proposal):
    return {job.service_order: job.why for job in proposal.left}


def given(town, person, title: str, hour: float, status: str = "Planned", minutes: int = 60, **values) -> str:
    order = town.order(title, minutes=minutes, **values)
    moves.assign(order, person.name, at(hour), is_fixed=bool(values.get("is_fixed")))
    if status != "Planned":
        frappe.db.set_value("Service Order", order, "status", status)
    return order


def replanned(town, **happened):
    return planning.replan(town.company, monday(), planning.Happened(**happened), seconds=1)


def test_a_technician_who_falls_ill_keeps_what_is_begun_and_all_the_rest_goes_to_others(town, at_noon):
    ill, other = town.technician("Ill"), town.technician("Other")
    done = given(town, ill, "Done", 9, "Completed")
    running = given(town, ill, "Running", 11.5, "In Progress")
    soon = given(town, ill, "Soon", 12.75)
    by_hand = given(town, ill, "By hand", 14, is_fixed=1)
    proposal = replanned(town, away={ill.name: (at(12), at(24))})
    applying.apply(proposal)
    assert planned(done) == ("Completed", ill.name, at(9))
    assert planned(running) == ("In Progress", ill.name, at(11.5))
    for order in (soon, by_hand):
        assert planned(order)[:2] == ("Planned", other.name)
        assert sentences.sentence(visits(proposal)[order].change) == f"{ill.name} does not work then."


def test_without_anybody_else_the_jobs_of_one_who_is_ill_are_left_and_say_so(town, at_noon):
    ill = town.technician("Ill")
    order = given(town, ill, "Soon", 12.75)
    proposal = replanned(town, away={ill.name: (at(12), at(24))})
    assert reasons(proposal)[order].code == "no_time_today"
    applying.apply(proposal)
    assert planned(order) == ("Open", None, None)


def test_a_job_that_runs_late_pushes_the_next_ones_and_promises_that_cannot_be_kept_are_named(town, at_noon):
    person = town.technician("Only")
    running = given(town, person, "Running", 11, "In Progress", 90)
    soon = given(town, person, "Soon", 12.75)
    promised = given(town, person, "Promised", 14, window_start=at(13.75), window_end=at(14))
    proposal = replanned(town, longer={running: 120})
    assert visits(proposal)[soon].start >= at(14.5)
    assert reasons(proposal)[promised].code == "no_time_in_window"
    assert "Agree on another one with the customer" in sentences.sentence(reasons(proposal)[promised])
    applying.apply(proposal)
    assert planned(running) == ("In Progress", person.name, at(11))
    assert frappe.db.get_value("Service Order", running, ("planned_end", "duration_minutes")) == (
        at(14.5),
        210,
    )
    assert planned(soon)[2] >= at(14.5)
    assert planned(promised) == ("Open", None, None)
    # What is known now holds for whoever looks next: nobody is offered the time that the work takes.
    offered = slots.free_slots(promised, first_day=monday(), days=1)
    assert all(slot.end > at(14.5) for slot in offered)
    assert visits(planning.plan(town.company, monday(), rounds=60))[soon].start >= at(14.5)


def test_an_order_that_somebody_moved_is_not_taken_from_its_technician_and_the_record_says_so(town):
    ill, helper = town.technician("Ill"), town.technician("Helper", hours=(("20:00", "20:30"),))
    order = given(town, ill, "Work", 10)
    proposal = replanned(town, away={ill.name: (at(0), at(24))})
    assert order in reasons(proposal)
    moves.assign(order, helper.name, at(20))
    frappe.db.set_value("Service Order", order, "modified", "2001-01-01 00:00:00", update_modified=False)
    record = frappe.get_doc("Dispatch Plan", applying.apply(proposal))
    assert planned(order) == ("Planned", helper.name, at(20))
    (left,) = record.jobs_left_table
    assert left.kept_back == "Somebody changed the order while the plan was made."
    assert applying.revert(record.name) == {}
    assert planned(order) == ("Planned", helper.name, at(20))


def test_each_reader_of_a_plan_reads_its_reasons_in_the_own_language(town, monkeypatch):
    town.technician("Anyone")
    town.order("Lost", None)
    record = applying.apply(planning.plan(town.company, monday(), rounds=60))
    said = {}
    for language in ("en", "fa"):
        monkeypatch.setattr(frappe.local, "lang", language)
        said[language] = frappe.get_doc("Dispatch Plan", record).jobs_left_table[0].reason
    assert said["en"].startswith("Nobody knows where the place is.")
    assert said["fa"] and said["fa"] != said["en"]


def test_latitude_and_longitude_that_were_exchanged_are_named(town):
    person = town.technician("Anyone")
    order = town.order("Swapped", latitude=LONGITUDE, longitude=LATITUDE)
    assert reasons(planning.plan(town.company, monday(), rounds=60))[order].code == "coordinates_swapped"
    (warning,) = [
        each for each in moves.check_move(order, person.name, at(10)) if each.code == "coordinates_swapped"
    ]
    assert f"Latitude {LONGITUDE} and longitude {LATITUDE} are far away" in warning.message


# Nights on which the clocks of Vienna change


@pytest.fixture
def vienna(site):
    frappe.db.set_single_value("System Settings", "time_zone", "Europe/Vienna")
    frappe.clear_document_cache("System Settings", "System Settings")
    frappe.local.system_settings = None
    yield
    frappe.local.system_settings = None


def _last_sunday(month: int) -> date:
    """The next year's last Sunday of the month."""
    last = date(date.today().year + 1, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@pytest.mark.parametrize(("month", "ends"), [(3, time(4)), (10, time(2))])
def test_work_across_the_change_of_clocks_ends_when_its_minutes_are_over(town, vienna, month, ends):
    day = _last_sunday(month)
    night = [{"weekday": "Sunday", "from_time": "00:00", "to_time": "06:00"}]
    person = town.technician("Night", working_times=night)
    order = town.order("Work", minutes=120)
    frappe.db.set_value("Service Order", order, "window_start", datetime.combine(day, time(1)))
    proposal = planning.plan(town.company, day, rounds=60)
    applying.apply(proposal)
    stands = frappe.db.get_value(
        "Service Order", order, ("technician", "planned_start", "planned_end"), as_dict=True
    )
    assert (stands.technician, stands.planned_start) == (person.name, datetime.combine(day, time(1)))
    assert stands.planned_end == datetime.combine(day, ends)
    assert not moves.check_move(order, person.name, stands.planned_start)
    assert not [visit for visit in planning.plan(town.company, day, rounds=60).visits if visit.is_new]
