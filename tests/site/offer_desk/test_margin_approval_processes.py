"""Two who decide on the same approval at the same moment: real processes with transactions of their own."""

import subprocess
import sys
from pathlib import Path

import frappe
import margins
import pytest
from conftest import SITE

from crm_ext.api import margin as api

PROCESS = Path(__file__).with_name("approval_process.py")


@pytest.fixture
def approval():
    """An open request, committed so that other processes see it, and taken away again."""
    settings = frappe.get_doc("Offer Desk Settings")
    before = settings.as_dict()
    case = margins.case("Parallel")
    # Whoever is asked is nobody here, so that the request stays open.
    margins.floor(10, margin_approval_limits=[{"role": "Maintenance Manager", "minimum_margin": 0}])
    quotation = margins.offer(case, rate=85)
    rep = margins.representative("parallel-rep")
    frappe.set_user(rep)
    name = api.ask("Quotation", quotation.name, "New market")["name"]
    frappe.set_user("Administrator")
    frappe.db.commit()
    yield name
    frappe.db.rollback()
    frappe.delete_doc("Quotation", quotation.name)
    for doctype, found in (("Customer", case.customer.name), ("User", rep)):
        frappe.delete_doc(doctype, found, force=True)
    for known in ("Bin", "Item Price"):
        frappe.db.delete(known, {"item_code": case.item})
    frappe.delete_doc("Item", case.item, force=True)
    settings = frappe.get_doc("Offer Desk Settings")
    settings.update({field: before.get(field) for field in margins.FIELDS})
    settings.save()
    frappe.db.commit()


def decided_at_once(approval: str, *verdicts: str) -> list[str]:
    processes = [
        subprocess.Popen(
            [sys.executable, str(PROCESS), SITE, approval, verdict],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for verdict in verdicts
    ]
    for process in processes:
        while process.stdout.readline().strip() != "ready":
            assert process.poll() is None, "the process ended before it was ready"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0].strip().splitlines()[-1] for process in processes]


def test_of_two_verdicts_one_stands_and_two_equal_ones_are_one(approval):
    outcomes = decided_at_once(approval, "Approved", "Rejected", "Approved")
    frappe.db.rollback()
    found = frappe.get_doc("Margin Approval", approval)
    assert [event.action for event in found.history] == ["Requested", found.status]
    late = {"Approved": 1, "Rejected": 2}[found.status]
    assert outcomes.count("ValidationError") == late
    assert outcomes.count(found.status) == 3 - late
