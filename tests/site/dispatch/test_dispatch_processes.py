"""Several at the same moment and one who is killed: nobody is sent to two places, and nothing is left half written."""

from __future__ import annotations

from pathlib import Path

import dispatch_world as world
import frappe
import pytest
from dispatch_world import at, monday
from processes import Program

from crm_ext.dispatch.flow import planning

OTHERS = Program(Path(__file__).with_name("dispatch_process.py"))


@pytest.fixture
def town(site):
    """One technician for the morning and three jobs that only he can do; committed, and removed at the end."""
    made = world.Town(alone=False)
    made.only_skill = made.skill("Rare")
    made.person = made.technician("Only", skills=[made.only_skill], hours=(("08:00", "10:00"),)).name
    made.orders = [made.order(f"J{number}", minutes=90, skill=made.only_skill) for number in range(3)]
    frappe.db.commit()  # other processes must see it
    yield made
    frappe.db.rollback()
    for doctype, column in (
        ("Dispatch Plan Stop", "technician"),
        ("Dispatch Plan Job Left", "technician_before"),
    ):
        plans = frappe.get_all(doctype, {column: made.person}, pluck="parent", order_by="parent")
        for table in ("Dispatch Plan Stop", "Dispatch Plan Job Left"):
            frappe.db.delete(table, {"parent": ("in", plans or [""])})
        frappe.db.delete("Dispatch Plan", {"name": ("in", plans or [""])})
    for table in ("Service Order Task", "Service Order Part", "Service Order Time"):
        frappe.db.delete(table, {"parent": ("in", made.orders)})
    frappe.db.delete("Service Order", {"name": ("in", made.orders)})
    for told, column in (
        ("Comment", "reference_name"),
        ("Version", "docname"),
        ("Visit Notice", "service_order"),
    ):
        if frappe.db.table_exists(told):
            frappe.db.delete(told, {column: ("in", [*made.orders, made.person])})
    for table in ("Technician Skill", "Technician Working Time"):
        frappe.db.delete(table, {"parent": made.person})
    frappe.db.delete("Technician", {"name": made.person})
    frappe.db.delete("Service Skill", {"name": made.only_skill})
    frappe.delete_doc("Customer", made.customer, force=True)
    frappe.db.commit()  # what was committed is taken back


def kind_of(outcome: str) -> str:
    """'done', or the kind of error."""
    return outcome.partition(":")[0]


def held(town) -> list[str]:
    """The orders that the technician has, as everybody sees it now."""
    frappe.db.rollback()
    return frappe.get_all(
        "Service Order",
        {"technician": town.person, "planned_start": ("is", "set")},
        pluck="name",
        order_by="name",
    )


def test_of_three_customers_who_want_the_same_time_one_gets_it(town):
    outcomes = OTHERS.at_once(*(("take", order, str(at(8))) for order in town.orders))
    assert sorted(map(kind_of, outcomes)) == ["ValidationError", "ValidationError", "done"]
    assert held(town) == [town.orders[outcomes.index("done")]]


def test_of_two_dispatchers_who_fill_the_same_time_one_is_told(town):
    outcomes = OTHERS.at_once(*(("assign", order, town.person, str(at(8.25))) for order in town.orders[:2]))
    assert sorted(map(kind_of, outcomes)) == ["ValidationError", "done"]
    assert len(held(town)) == 1


def test_a_plan_that_is_applied_twice_at_once_is_written_once(town):
    kept = planning.keep(planning.plan(town.company, monday(), technicians=[town.person], seconds=1))
    first = [visit.service_order for visit in kept.visits if visit.technician == town.person]
    assert OTHERS.at_once(("apply", kept.key), ("apply", kept.key)) == ["done", "done"]
    assert held(town) == first
    rows = frappe.get_all(
        "Dispatch Plan Stop",
        {"technician": town.person, "service_order": ("in", first)},
        pluck="why_kept_back",
        order_by="creation",
    )
    assert sorted(map(bool, rows)) == [False, True]


def test_a_killed_booking_leaves_the_time_to_the_next_customer(town):
    dying = OTHERS.start_doomed("take", town.orders[0], str(at(8)))
    waiting = OTHERS.start("take", town.orders[1], str(at(8))).go()
    dying.kill()
    assert waiting.outcome() == "done"
    assert held(town) == [town.orders[1]]
