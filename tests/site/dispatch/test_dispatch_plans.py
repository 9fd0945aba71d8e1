"""Plans of real orders: proposed, applied, reverted, and what happens to jobs that change meanwhile."""

from __future__ import annotations

from datetime import timedelta

import dispatch_world as world
import frappe
import pytest
from counting import queries_of
from dispatch_world import at, monday, planned

from crm_ext.dispatch.flow import applying, moves, planning, sentences
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.rules.problem import Figures


@pytest.fixture
def town(site):
    return world.Town()


def plan(town, **options):
    return planning.plan(town.company, monday(), rounds=60, seconds=20, **options)


def visits(proposal):
    return {visit.service_order: visit for visit in proposal.visits}


def reasons(proposal):
    return {job.service_order: job.why for job in proposal.left}


def test_a_plan_is_applied_with_its_record_and_reverted(town):
    north, south = town.technician("North", 8), town.technician("South", -8)
    orders = [town.order("Up", 9), town.order("Down", -9)]
    proposal = plan(town)
    assert [planned(order) for order in orders] == [("Open", None, None)] * 2
    record = frappe.get_doc("Dispatch Plan", applying.apply(proposal))
    assert planned(orders[0])[:2] == ("Planned", north.name)
    assert planned(orders[1])[:2] == ("Planned", south.name)
    assert (record.status, record.jobs_planned, record.jobs_left) == ("Applied", 2, 0)
    assert {row.service_order for row in record.stops} == set(orders)
    assert applying.revert(record.name) == {}
    assert [planned(order) for order in orders] == [("Open", None, None)] * 2
    assert frappe.db.get_value("Dispatch Plan", record.name, "status") == "Reverted"
    with pytest.raises(frappe.ValidationError, match="reverted already"):
        applying.revert(record.name)


def test_skills_windows_and_hours_are_kept_and_what_is_left_says_why(town):
    skill, other = town.skill("Pumps"), town.skill("Lifts")
    able = town.technician("Able", skills=[skill])
    town.technician("Near", 1)
    promised = town.order("Promised", 1, skill=skill, window_start=at(13), window_end=at(14))
    lost = town.order("Lost", None)
    absurd = town.order("Absurd", 0)
    frappe.db.set_value("Service Order", absurd, {"latitude": 912.0, "longitude": 3})
    unskilled = town.order("Lift", 1, skill=other)
    long = town.order("Long", 1, minutes=900)
    night = town.order("Night", 1, window_start=at(21), window_end=at(22))
    proposal = plan(town)
    visit = visits(proposal)[promised]
    assert visit.technician == able.name and at(13) <= visit.start <= at(14)
    codes = {name: why.code for name, why in reasons(proposal).items()}
    assert codes == {
        lost: "no_coordinates",
        absurd: "coordinates_absurd",
        unskilled: "no_skill",
        long: "too_long",
        night: "window_outside_hours",
    }
    assert all(sentences.sentence(job.why) for job in proposal.left)


def test_the_place_of_an_order_without_coordinates_is_that_of_its_address_the_last_time(town):
    address = (
        frappe.get_doc(
            {
                "doctype": "Address",
                "address_title": town.tag,
                "address_line1": "1 Main Street",
                "city": "Vienna",
                "country": "Austria",
                "links": [{"link_doctype": "Customer", "link_name": town.customer}],
            }
        )
        .insert()
        .name
    )
    town.technician("Anyone")
    town.order("Before", 3, customer_address=address, status="Completed")
    order = town.order("Again", None, customer_address=address)
    frappe.db.set_value("Service Order", order, {"latitude": 0, "longitude": 0})
    assert order in visits(plan(town))


def test_a_job_without_a_place_that_was_given_by_hand_keeps_its_time(town):
    person = town.technician("Only")
    by_hand = town.order("By hand", None, minutes=120)
    moves.assign(by_hand, person.name, at(9))
    other = town.order("Other", 0, minutes=60)
    found = visits(plan(town))
    assert found[by_hand].start == at(9)
    assert found[other].end <= at(9) or found[other].start >= at(11)


def test_fixed_and_running_jobs_stay_where_they_are(town):
    person, nearer = town.technician("Far", -20), town.technician("Near", 5)
    fixed, free = town.order("Fixed", 5), town.order("Free", 5)
    moves.assign(fixed, person.name, at(10), is_fixed=True)
    moves.assign(free, person.name, at(12))
    running = town.order("Running", 5)
    moves.assign(running, person.name, at(14))
    frappe.db.set_value("Service Order", running, "status", "In Progress")
    found = visits(plan(town))
    assert (found[fixed].technician, found[fixed].start) == (person.name, at(10))
    assert (found[running].technician, found[running].start) == (person.name, at(14))
    assert found[free].technician in (person.name, nearer.name)


def test_a_technician_who_is_away_loses_only_what_lies_in_that_time(town):
    away, other = town.technician("Away"), town.technician("Other")
    morning, evening = town.order("Morning"), town.order("Evening")
    moves.assign(morning, away.name, at(9))
    moves.assign(evening, away.name, at(15))
    happened = planning.Happened(away={away.name: (at(8), at(12))})
    found = visits(planning.replan(town.company, monday(), happened, seconds=1))
    assert found[morning].technician == other.name or found[morning].start >= at(12)
    assert found[morning].change.code == "technician_away"
    assert (found[evening].technician, found[evening].start) == (away.name, at(15))


def test_a_job_that_takes_longer_pushes_the_next_one(town):
    person = town.technician("Only")
    first, second = town.order("First"), town.order("Second")
    moves.assign(first, person.name, at(9), is_fixed=True)
    moves.assign(second, person.name, at(10))
    happened = planning.Happened(longer={first: 120})
    found = visits(planning.replan(town.company, monday(), happened, seconds=1))
    assert found[second].start >= at(12) or found[second].end <= at(9)
    assert found[second].change is not None


def test_parts_count_while_the_van_is_not_refilled(town):
    settings = frappe.get_doc("Dispatch Settings")
    settings.update({"part_policy": "Only a Van That Has Them", "van_refill_days": 60})
    settings.save()
    item = frappe.get_doc(
        {
            "doctype": "Item",
            "item_code": f"Seal {town.tag}",
            "item_group": "All Item Groups",
            "stock_uom": "Nos",
            "is_stock_item": 1,
        }
    ).insert()
    town.technician("Without")
    order = town.order("Seal", parts=[{"item_code": item.name, "planned_qty": 1}])
    left = reasons(plan(town))[order]
    assert left.code == "part_missing" and item.item_name in sentences.sentence(left)
    settings.van_refill_days = 0
    settings.save()
    assert order in visits(plan(town))


def test_holidays_are_nobodys_working_days(town):
    holidays = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": f"Feast {town.tag}",
            "from_date": monday(),
            "to_date": monday() + timedelta(days=1),
            "holidays": [{"holiday_date": monday(), "description": "Feast"}],
        }
    ).insert()
    town.technician("Resting", holiday_list=holidays.name)
    order = town.order("Work")
    assert reasons(plan(town))[order].code == "nobody_at_work"
    assert visits(plan(town, days=2))[order].start.date() == monday() + timedelta(days=1)


def test_jobs_of_the_next_day_stay_there_even_those_that_a_night_shift_reaches(town):
    tuesday = monday() + timedelta(days=1)
    day, night = town.technician("Day"), town.technician("Night", hours=(("22:00", "06:00"),))
    tomorrow, after_midnight = town.order("Tomorrow"), town.order("After midnight", minutes=120)
    moves.assign(tomorrow, day.name, at(9, tuesday))
    moves.assign(after_midnight, night.name, at(1, tuesday))
    found = visits(plan(town))
    assert tomorrow not in found
    assert (found[after_midnight].technician, found[after_midnight].start) == (night.name, at(1, tuesday))


def test_planning_a_day_leaves_the_days_before_it_alone_but_for_what_is_left_over(town):
    tuesday = monday() + timedelta(days=1)
    person, night = town.technician("Day"), town.technician("Night", hours=(("22:00", "06:00"),))
    before, over_night, missed = (
        town.order("Monday"),
        town.order("Over night", minutes=120),
        town.order("Missed"),
    )
    moves.assign(before, person.name, at(9))
    moves.assign(over_night, night.name, at(23))
    moves.assign(missed, person.name, at(9))
    start = frappe.utils.now_datetime().replace(microsecond=0) - timedelta(days=3)
    frappe.db.set_value(
        "Service Order", missed, {"planned_start": start, "planned_end": start + timedelta(hours=1)}
    )
    found = visits(planning.plan(town.company, tuesday, rounds=60, seconds=20))
    assert before not in found
    assert over_night not in found or (found[over_night].technician, found[over_night].start) == (
        night.name,
        at(23),
    )
    assert found[missed].start.date() == tuesday


def test_jobs_that_changed_meanwhile_are_left_as_they_are_and_the_record_says_so(town):
    person, inactive = town.technician("Stays"), town.technician("Leaves", 10)
    untouched, changed, late = town.order("A"), town.order("B"), town.order("C", 10)
    proposal = plan(town)
    assert visits(proposal)[late].technician == inactive.name
    frappe.db.set_value("Service Order", changed, "priority", "Urgent", modified="2001-01-01 00:00:00")
    frappe.db.set_value("Technician", inactive.name, "status", "Inactive")
    record = frappe.get_doc("Dispatch Plan", applying.apply(proposal))
    kept_back = {row.service_order: row.kept_back for row in record.stops}
    assert planned(untouched)[:2] == ("Planned", person.name) and not kept_back[untouched]
    assert planned(changed) == ("Open", None, None) and "changed the order" in kept_back[changed]
    assert planned(late) == ("Open", None, None) and "not active" in kept_back[late]


def test_a_time_that_was_given_away_meanwhile_is_not_planned_twice(town):
    person = town.technician("Only", hours=(("08:00", "10:00"),))
    order = town.order("Proposed", minutes=90)
    proposal = plan(town)
    urgent = town.order("Urgent", minutes=90)
    moves.assign(urgent, person.name, at(8))
    record = frappe.get_doc("Dispatch Plan", applying.apply(proposal))
    assert planned(order) == ("Open", None, None)
    assert urgent in record.stops[0].kept_back


def test_planning_again_after_applying_changes_nothing(town):
    for number in range(2):
        town.technician(f"T{number}", number * 4)
    for number in range(7):
        town.order(f"J{number}", number - 3, 45)
    applying.apply(plan(town))
    assert not [visit for visit in plan(town).visits if visit.is_new]


def test_a_plan_waits_for_the_same_user_only(town):
    town.technician("Anyone")
    order = town.order("Work")
    kept = planning.keep(plan(town))
    assert visits(planning.kept(kept.key))[order]
    frappe.set_user("Guest")
    with pytest.raises(frappe.ValidationError, match="plan again"):
        planning.kept(kept.key)


def test_the_number_of_queries_does_not_grow_with_technicians_and_jobs(town):
    def statements():
        plan(town)
        proposal = plan(town)
        return queries_of(lambda: plan(town)) + queries_of(lambda: applying.apply(proposal))

    def add(count):
        for number in range(count):
            town.technician(f"T{number} of {count}")
            town.order(f"J{number} of {count}")

    add(2)
    statements()
    add(3)
    few = statements()
    add(7)
    assert statements() == few


# What stays takes its time from others


def proposed(town, *moves_):
    """A plan that moves orders: (order, technician, start, hours), written by hand so that the search has no say."""
    rows = {row[0]: job_queries.job(row[0]) for row in moves_}
    nothing = Figures(len(rows), 0, 0, 0, 0, 0)
    found = [
        planning.Visit(
            order,
            technician.name,
            start,
            start + timedelta(hours=hours),
            0,
            0,
            rows[order].technician,
            rows[order].planned_start,
            rows[order].planned_end,
        )
        for order, technician, start, hours in moves_
    ]
    seen = {name: row.modified for name, row in rows.items()}
    return planning.Plan(
        town.company, monday(), 1, tuple(found), (), nothing, nothing, 0, 0, seen=seen, longer={}
    )


def kept_back(record):
    rows = frappe.get_doc("Dispatch Plan", record).stops
    return {row.service_order: row.kept_back for row in rows if row.kept_back}


@pytest.mark.parametrize("why", ["time taken", "inactive"])
def test_a_visit_that_stays_keeps_its_time_from_the_one_that_was_to_follow_it(town, why):
    first, second = town.technician("First"), town.technician("Second")
    leaving, following, last = town.order("Leaving"), town.order("Following"), town.order("Last")
    moves.assign(leaving, first.name, at(10))
    moves.assign(following, first.name, at(12))
    # In an order in which nobody finds out by going through it once.
    proposal = proposed(
        town,
        (last, first, at(12), 1),
        (following, first, at(10), 1),
        (leaving, second, at(14), 1),
    )
    if why == "inactive":
        frappe.db.set_value("Technician", second.name, "status", "Inactive")
    else:
        moves.assign(town.order("Promised"), second.name, at(14))
    record = applying.apply(proposal)
    assert planned(leaving) == ("Planned", first.name, at(10))
    assert planned(following) == ("Planned", first.name, at(12))
    assert planned(last) == ("Open", None, None)
    said = kept_back(record)
    assert set(said) == {leaving, following, last}
    assert leaving in said[following] and following in said[last]


def test_a_job_does_not_go_back_to_a_time_that_was_given_away_nor_another_to_where_it_stays(town):
    first, second = town.technician("First"), town.technician("Second")
    moved, behind = town.order("Moved"), town.order("Behind")
    moves.assign(moved, first.name, at(10))
    moves.assign(behind, second.name, at(14))
    record = applying.apply(proposed(town, (behind, second, at(9), 1), (moved, second, at(14), 1)))
    promised = town.order("Promised")
    moves.assign(promised, first.name, at(10.5))
    stays = applying.revert(record)
    assert planned(moved) == ("Planned", second.name, at(14))
    assert planned(behind) == ("Planned", second.name, at(9))
    assert promised in stays[moved] and moved in stays[behind]


def test_a_job_does_not_go_back_to_a_technician_who_left(town):
    first, second = town.technician("First"), town.technician("Second")
    moved = town.order("Moved")
    moves.assign(moved, first.name, at(10))
    record = applying.apply(proposed(town, (moved, second, at(10), 1)))
    frappe.db.set_value("Technician", first.name, "status", "Inactive")
    assert "not active" in applying.revert(record)[moved]
    assert planned(moved) == ("Planned", second.name, at(10))


def test_jobs_that_shared_a_time_before_the_plan_share_it_again(town):
    first, second = town.technician("First"), town.technician("Second")
    moved, stayed, swapped = town.order("Moved"), town.order("Stayed"), town.order("Swapped")
    for order, hour in ((moved, 10), (stayed, 10.5), (swapped, 15)):
        moves.assign(order, first.name, at(hour))
    proposal = proposed(
        town, (moved, first, at(15), 1), (stayed, first, at(10.5), 1), (swapped, second, at(10), 1)
    )
    assert applying.revert(applying.apply(proposal)) == {}
    assert [planned(order)[1:] for order in (moved, stayed, swapped)] == [
        (first.name, at(10)),
        (first.name, at(10.5)),
        (first.name, at(15)),
    ]
