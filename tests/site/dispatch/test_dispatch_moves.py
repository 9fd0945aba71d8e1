"""Jobs moved by hand, and technicians who leave with jobs open."""

from __future__ import annotations

import dispatch_world as world
import frappe
import makers
import pytest
from dispatch_world import at, planned

from crm_ext.dispatch.flow import moves


@pytest.fixture
def town(site):
    return world.Town()


def codes(order, person, start):
    return {each.code for each in moves.check_move(order, person.name, start)}


def test_nothing_speaks_against_a_move_that_fits(town):
    assert codes(town.order("Work"), town.technician("Anyone"), at(10)) == set()


def test_every_objection_is_told_and_nothing_is_written(town):
    person = town.technician("Busy", -20)
    before, after = town.order("Before", -20), town.order("After", -20)
    moves.assign(before, person.name, at(9))
    moves.assign(after, person.name, at(11.5))
    order = town.order(
        "Work", 20, 90, skill=town.skill("Rare"), window_start=at(14), window_end=at(15), due_by=at(10)
    )
    assert codes(order, person, at(10)) == {
        "technician_lacks_skill",
        "promise_broken",
        "too_late",
        "no_way_from",
        "no_way_to",
    }
    assert {"overlaps", "outside_hours"} <= codes(order, person, at(9.5)) | codes(order, person, at(18))
    assert planned(order) == ("Open", None, None)


def test_a_move_is_refused_when_something_new_speaks_against_it(town):
    person = town.technician("Busy")
    order, other = town.order("Work"), town.order("Other")
    seen = codes(order, person, at(10))
    moves.assign(other, person.name, at(10))
    with pytest.raises(frappe.ValidationError, match=other):
        moves.assign(order, person.name, at(10), accepted=seen)
    assert planned(order) == ("Open", None, None)
    moves.assign(order, person.name, at(10), accepted={"overlaps"})
    assert planned(order) == ("Planned", person.name, at(10))


def test_the_break_lengthens_a_job_that_it_interrupts(town):
    person = town.technician("Lunching", hours=(("08:00", "12:00"), ("12:30", "17:00")))
    order = town.order("Work", minutes=90)
    moves.assign(order, person.name, at(11))
    assert frappe.db.get_value("Service Order", order, "planned_end") == at(13)


def test_what_cannot_be_is_refused_with_a_sentence(town):
    person, order = town.technician("Anyone"), town.order("Work")
    with pytest.raises(frappe.ValidationError, match="not there any more"):
        moves.assign(order, "Nobody At All", at(10))
    frappe.db.set_value("Service Order", order, "status", "In Progress")
    with pytest.raises(frappe.ValidationError, match="In Progress"):
        moves.assign(order, person.name, at(10))
    with pytest.raises(frappe.ValidationError, match="In Progress"):
        moves.unassign(order)


def test_unassigned_means_open_again(town):
    person, order = town.technician("Anyone"), town.order("Work")
    moves.assign(order, person.name, at(10), is_fixed=True)
    moves.unassign(order)
    assert planned(order) == ("Open", None, None)
    assert not frappe.db.get_value("Service Order", order, "is_fixed")


def test_a_technician_who_is_inactive_leaves_open_jobs_to_the_dispatchers(town):
    dispatcher = makers.user(f"dispatch-{town.tag}@example.com", "Dispatcher")
    person = town.technician("Leaving")
    waiting, running, done = town.order("Waiting"), town.order("Running"), town.order("Done")
    for hour, order in ((9, waiting), (11, running), (13, done)):
        moves.assign(order, person.name, at(hour), is_fixed=True)
    frappe.db.set_value("Service Order", running, "status", "In Progress")
    frappe.db.set_value("Service Order", done, "status", "Completed")
    person.reload()
    person.status = "Inactive"
    person.save()
    assert planned(waiting) == ("Open", None, None)
    assert planned(running)[:2] == ("In Progress", person.name)
    assert planned(done)[:2] == ("Completed", person.name)
    note = frappe.get_last_doc("Comment", {"reference_name": waiting, "comment_type": "Info"})
    assert "not active any more" in note.content
    task = frappe.get_last_doc("ToDo", {"allocated_to": dispatcher.name})
    assert waiting in task.description and running in task.description and done not in task.description


def test_a_technician_who_is_removed_leaves_open_jobs_behind(town):
    person, order = town.technician("Removed"), town.order("Waiting")
    moves.assign(order, person.name, at(9))
    frappe.delete_doc("Technician", person.name)
    assert planned(order) == ("Open", None, None)


def test_a_technician_who_has_done_work_cannot_be_removed(town):
    person, order = town.technician("Kept"), town.order("Done")
    moves.assign(order, person.name, at(9))
    frappe.db.set_value("Service Order", order, "status", "Completed")
    with pytest.raises(frappe.LinkExistsError):
        frappe.delete_doc("Technician", person.name)


def test_a_renamed_technician_keeps_the_jobs(town):
    person, order = town.technician("Old Name"), town.order("Waiting")
    moves.assign(order, person.name, at(9))
    renamed = frappe.rename_doc("Technician", person.name, f"New Name {town.tag}")
    assert planned(order) == ("Planned", renamed, at(9))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"latitude": 120}, "no place on earth"),
        (
            {
                "working_times": [
                    {"weekday": "Monday", "from_time": "08:00", "to_time": "12:00"},
                    {"weekday": "Monday", "from_time": "11:00", "to_time": "15:00"},
                ]
            },
            "overlap",
        ),
    ],
)
def test_a_technician_with_impossible_values_is_refused(town, values, said):
    person = town.technician("Wrong")
    person.update(values)
    with pytest.raises(frappe.ValidationError, match=said):
        person.save()


def test_settings_that_planning_cannot_use_are_refused(town):
    for values, said in (
        ({"working_days": "Monday, Someday"}, "Someday"),
        ({"working_from": "17:00", "working_until": "08:00"}, "later"),
        ({"working_from": "early"}, "like 08:00"),
        ({"detour_factor": 0.5}, "straight line"),
    ):
        settings = frappe.get_doc("Dispatch Settings")
        settings.update(values)
        with pytest.raises(frappe.ValidationError, match=said):
            settings.save()
