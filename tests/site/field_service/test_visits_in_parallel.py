"""Two workers at the same moment and one that is killed: every due visit has exactly one Service Order."""

from __future__ import annotations

from pathlib import Path

import equipment_makers as units
import frappe
import makers
import pytest
from frappe.utils import getdate
from processes import Program

OTHERS = Program(Path(__file__).with_name("visits_process.py"))
NUMBER = 6


@pytest.fixture
def due(site):
    """Units with a visit due today; committed, so that other processes see them, and removed at the end."""
    customer = makers.customer(f"Keeper {units.tag()}")
    names = [units.by_hand(customer.name, f"Unit {number}").name for number in range(NUMBER)]
    plans = [
        frappe.get_doc(
            {
                "doctype": "Maintenance Plan",
                "title": "Daily",
                "company": makers.company(),
                "equipment": name,
                "start_date": getdate(),
                "horizon_days": 1,
            }
        ).insert()
        for name in names
    ]
    frappe.db.commit()  # other processes must see it
    yield names
    frappe.db.rollback()
    for doctype in ("Planned Visit", "Service Order", "Maintenance Plan"):
        frappe.db.delete(doctype, {"equipment": ("in", names)})
    frappe.db.delete("Equipment Placement", {"parent": ("in", names)})
    frappe.db.delete("Equipment", {"name": ("in", names)})
    frappe.db.delete("Version", {"docname": ("in", [*names, *(plan.name for plan in plans)])})
    frappe.delete_doc("Customer", customer.name, force=True)
    frappe.db.commit()  # what was committed is taken away


def orders(names) -> list[str]:
    frappe.db.rollback()
    return frappe.get_all(
        "Service Order", {"equipment": ("in", names)}, pluck="equipment", order_by="equipment"
    )


def test_two_workers_order_every_visit_once(due):
    first, second = OTHERS.at_once(*[("order", makers.company())] * 2)
    assert sorted(first + second) == sorted(set(first + second))
    assert orders(due) == sorted(due)


def test_a_worker_that_is_killed_leaves_no_half_order_and_the_next_one_goes_on(due):
    OTHERS.start("order_and_die", makers.company()).go().until("inside").kill()
    OTHERS.at_once(("order", makers.company()))
    assert orders(due) == sorted(due)
    assert frappe.db.count("Planned Visit", {"equipment": ("in", due), "status": "Ordered"}) == NUMBER
