"""Two workers at the same moment and one that is killed: every due visit has exactly one Service Order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import equipment_makers as units
import frappe
import makers
import pytest
from conftest import SITE
from frappe.utils import getdate

PROCESS = Path(__file__).with_name("visits_process.py")
NUMBER = 6


def worker(how: str) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, str(PROCESS), SITE, makers.company(), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    until(process, "ready")
    return process


def until(process: subprocess.Popen, word: str) -> None:
    for line in process.stdout:
        if line.strip() == word:
            return
    raise AssertionError(f"the worker ended before it was {word}")


def go(process: subprocess.Popen) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


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
    workers = [worker("commit"), worker("commit")]
    for process in workers:
        go(process)
    made = [json.loads(process.communicate(timeout=120)[0].strip().splitlines()[-1]) for process in workers]
    assert sorted(made[0] + made[1]) == sorted(set(made[0] + made[1]))
    assert orders(due) == sorted(due)


def test_a_worker_that_is_killed_leaves_no_half_order_and_the_next_one_goes_on(due):
    process = worker("die")
    go(process)
    until(process, "inside")
    process.kill()
    process.communicate()
    frappe.db.rollback()
    process = worker("commit")
    go(process)
    process.communicate(timeout=120)
    assert orders(due) == sorted(due)
    assert frappe.db.count("Planned Visit", {"equipment": ("in", due), "status": "Ordered"}) == NUMBER
