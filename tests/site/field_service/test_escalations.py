"""Escalation steps: they fire once, and rest while an issue waits for its customer."""

from __future__ import annotations

from datetime import timedelta

import complaint_world as world
import counting
import frappe
import makers
import pytest
from frappe.utils import now_datetime

from crm_ext.field_service.flow import escalations


@pytest.fixture(autouse=True)
def only_ours(site):
    frappe.db.set_value("Service Escalation Step", {"enabled": 1}, "enabled", 0)


def step(**values):
    return frappe.get_doc(
        {
            "doctype": "Service Escalation Step",
            "title": f"Step {frappe.generate_hash(length=6)}",
            "measure": "Response",
            "timing": "Before It Is Due",
            "minutes": 30,
            **values,
        }
    ).insert()


def late_issue(minutes_left, **values):
    issue = world.complaint(**values)
    due = now_datetime() + timedelta(minutes=minutes_left)
    issue.db_set({"response_by": due, "sla_resolution_by": due})
    return issue


def fire():
    return escalations.fire_due(checkpoint=lambda: None)


def tasks(issue):
    return frappe.get_all(
        "ToDo", {"reference_name": issue.name}, pluck="allocated_to", order_by="allocated_to"
    )


def test_a_step_fires_once_and_only_when_its_moment_has_come():
    user = makers.user("lead@escalations.test", "Support Team").name
    step(user=user, tell_responsible=0)
    near, far = late_issue(20), late_issue(40)
    assert fire() == 1
    assert fire() == 0
    assert tasks(near) == [user]
    assert tasks(far) == []


def test_a_step_rests_while_the_issue_waits_for_the_customer():
    step(measure="Resolution", timing="After It Was Due", minutes=10)
    waiting, open_one = late_issue(-20), late_issue(-20)
    waiting.db_set("status", "Replied")
    assert fire() == 1
    assert tasks(open_one)
    waiting.db_set("status", "Open")
    assert fire() == 1


def test_everybody_with_the_role_is_told_and_nobody_who_left():
    role = frappe.get_doc({"doctype": "Role", "role_name": "Night Watch"}).insert().name
    here, gone = (makers.user(f"{name}@escalations.test", role).name for name in ("here", "gone"))
    frappe.db.set_value("User", gone, "enabled", 0)
    step(role=role, tell_responsible=0)
    issue = late_issue(5)
    fire()
    assert tasks(issue) == [here]


def test_the_priority_is_raised():
    if not frappe.db.exists("Issue Priority", "Highest"):
        frappe.get_doc({"doctype": "Issue Priority", "name": "Highest"}).insert()
    step(raise_priority_to="Highest")
    issue = late_issue(5)
    fire()
    assert frappe.db.get_value("Issue", issue.name, "priority") == "Highest"
    assert tasks(issue)


def test_a_step_that_fails_is_kept_with_its_reason_and_holds_nobody_up():
    bad, good = step(), step()
    frappe.db.set_value("Service Escalation Step", bad.name, "raise_priority_to", "No Such Priority")
    late_issue(5)
    assert fire() == 2
    failures = frappe.get_all(
        "Fired Escalation", {"escalation_step": bad.name}, pluck="failure", order_by="name"
    )
    assert failures and failures[0]
    assert frappe.db.get_value("Fired Escalation", {"escalation_step": good.name}, "failure") is None


def test_a_complaint_that_was_reopened_is_escalated_anew():
    step()
    issue = late_issue(5, equipment=world.equipment(makers.customer("Late Customer").name).name)
    assert fire() == 1
    frappe.get_doc(
        {"doctype": "Solution Confirmation", "issue": issue.name, "round": 1, "status": "Refused"}
    ).insert()
    assert fire() == 1


def test_a_step_that_tells_nobody_is_refused():
    with pytest.raises(frappe.ValidationError, match="whom the step tells"):
        step(tell_responsible=0)
    with pytest.raises(frappe.ValidationError, match="what the step does"):
        step(send_email=0, make_task=0)


def test_finding_what_is_due_takes_one_statement_for_all_issues():
    step()
    for _ in range(3):
        late_issue(60)
    assert fire() == 0
    statements = counting.statements_of(fire)
    assert len([one for one in statements if "LOCK" not in one]) == 1
