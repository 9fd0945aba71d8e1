"""A process that is killed between a step of a complaint and its letter: the letter goes out, and goes out once."""

from __future__ import annotations

from pathlib import Path

import complaint_world as world
import frappe
import makers
import pytest
from processes import Program

from crm_ext.field_service.flow import complaints

OTHERS = Program(Path(__file__).with_name("letter_process.py"))


@pytest.fixture
def complaint(outgoing_mail):
    """A complaint whose customer has an address; committed, and taken away with its letters at the end."""
    frappe.db.commit()  # the account to send from, too
    mark = frappe.generate_hash(length=6)
    customer = makers.customer(f"Waiting Customer {mark}").name
    pump = world.equipment(customer).name
    issue = world.complaint(equipment=pump, raised_by=f"{mark}@letters.test").name
    frappe.db.commit()  # other processes must see it
    yield issue
    frappe.db.rollback()
    complaints.forget(issue)
    queued = frappe.get_all("Email Queue", {"reference_name": issue}, pluck="name", order_by="name")
    frappe.db.delete("Email Queue Recipient", {"parent": ("in", queued)})
    frappe.db.delete("Email Queue", {"reference_name": issue})
    for told, column in (("Version", "docname"), ("Comment", "reference_name")):
        frappe.db.delete(told, {column: issue})
    frappe.delete_doc("Issue", issue, force=True)
    frappe.delete_doc("Equipment", pump, force=True)
    frappe.delete_doc("Customer", customer, force=True)
    frappe.db.delete("Email Account", {"email_account_name": "Notices", "email_id": "shop@notices.test"})
    frappe.db.commit()  # what was committed is taken back


def queued(issue: str) -> int:
    frappe.db.rollback()  # see what the others committed
    return frappe.db.count("Email Queue", {"reference_doctype": "Issue", "reference_name": issue})


def letters(issue: str) -> list[tuple[str, str]]:
    rows = frappe.get_all(
        "Complaint Letter", {"issue": issue}, ["step", "status"], order_by="creation, name", as_list=True
    )
    return [tuple(row) for row in rows]


def test_a_letter_whose_step_was_committed_before_the_kill_goes_out_once(complaint):
    OTHERS.start("resolve", complaint).go().until("inside").kill()
    assert (queued(complaint), letters(complaint)) == (0, [("Received", "Waiting"), ("Asked", "Waiting")])
    OTHERS.start("send_and_die").go().until("inside").kill()
    assert (queued(complaint), letters(complaint)) == (0, [("Received", "Waiting"), ("Asked", "Waiting")])
    # Two workers that are started again at the same moment, and one more.
    OTHERS.at_once(("send",), ("send",))
    OTHERS.at_once(("send",))
    assert (queued(complaint), letters(complaint)) == (2, [("Received", "Sent"), ("Asked", "Sent")])
    # The link of the question that was never sent is not in the world.
    question = frappe.db.get_value("Solution Confirmation", {"issue": complaint})
    assert frappe.db.count("Service Link", {"reference_name": question}) == 1
