"""Two who decide on the same approval at the same moment: real processes with transactions of their own."""

from pathlib import Path

import frappe
import margins
import pytest
from processes import Program

from crm_ext.api import margin as api

OTHERS = Program(Path(__file__).with_name("approval_process.py"))


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


def test_of_two_verdicts_one_stands_and_two_equal_ones_are_one(approval):
    verdicts = ("Approved", "Rejected", "Approved")
    outcomes = OTHERS.at_once(*(("decide", approval, verdict) for verdict in verdicts))
    found = frappe.get_doc("Margin Approval", approval)
    assert [event.action for event in found.history] == ["Requested", found.status]
    late = {"Approved": 1, "Rejected": 2}[found.status]
    assert sum(outcome.startswith("ValidationError") for outcome in outcomes) == late
    assert outcomes.count(found.status) == 3 - late
