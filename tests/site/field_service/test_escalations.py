"""Escalation steps: they fire once, and rest while an issue waits for its customer; also on real time lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import complaint_world as world
import counting
import frappe
import makers
import pytest
from frappe.utils import now_datetime

from crm_ext.field_service.flow import complaints, escalations


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
    issue = late_issue(5)
    assert fire() == 2
    failures = frappe.get_all(
        "Fired Escalation", {"escalation_step": bad.name}, pluck="failure", order_by="name"
    )
    assert failures and failures[0]
    # Those who are to know are told all the same.
    assert frappe.db.count("ToDo", {"reference_name": issue.name}) == 2
    assert frappe.db.get_value("Fired Escalation", {"escalation_step": good.name}, "failure") is None


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


# Time lines: contracts promise hours, the scheduler comes every quarter of an hour


BERLIN = ZoneInfo("Europe/Berlin")


class TimeLine:
    """The site's clock, set by hand, with the scheduler on it. Moments are those that a clock in Berlin shows."""

    def __init__(self, monkeypatch):
        self.set((6, 9), 8)
        monkeypatch.setattr(
            frappe.utils.data, "convert_utc_to_system_timezone", lambda _utc: self.moment.astimezone(BERLIN)
        )

    def set(self, day, hour, minute=0):
        # Frappe does not know a document again that was written at a full second.
        self.moment = datetime(2026, *day, hour, minute, 0, 1, BERLIN)

    def run(self, hours, is_scheduler_on=True):
        """The moments at which steps fire, as the clock shows them, once for each."""
        fired = []
        for _tick in range(round(hours * 4)):
            self.moment = datetime.fromtimestamp(self.moment.timestamp() + 900, BERLIN)
            if is_scheduler_on:
                fired += [f"{self.moment:%d %H:%M}"] * fire()
        return fired


@pytest.fixture
def time_line(monkeypatch):
    settings = frappe._dict(frappe.get_cached_doc("System Settings").as_dict(), time_zone="Europe/Berlin")
    monkeypatch.setattr(frappe.local, "system_settings", settings, raising=False)
    return TimeLine(monkeypatch)


def promised_complaint(code="Care"):
    """An answer within 4 hours and a solution within 24, round the clock."""
    customer = makers.customer("Late Customer").name
    pump = world.equipment(customer).name
    promised = {"response_hours": 4, "resolution_hours": 24}
    item = makers.item(code).name
    world.contract(customer, item, starts_on=datetime(2026, 1, 1), equipment=pump, **promised)
    return world.complaint(equipment=pump).name


def set_status(issue, status):
    document = frappe.get_doc("Issue", issue)
    document.status = status
    document.save()


def warn_of(measure, minutes=60, timing="Before It Is Due"):
    step(measure=measure, minutes=minutes, timing=timing)


def test_every_step_fires_once_at_its_time(time_line):
    for measure in ("Response", "Resolution"):
        warn_of(measure)
        warn_of(measure, 30, "After It Was Due")
    promised_complaint()
    assert time_line.run(48) == ["09 11:00", "09 12:30", "10 07:00", "10 08:30"]


def test_a_scheduler_that_was_off_for_two_days_fires_what_is_still_true_and_nothing_twice(time_line):
    for measure in ("Response", "Resolution"):
        warn_of(measure)
        warn_of(measure, 30, "After It Was Due")
    answered, forgotten = promised_complaint(), promised_complaint("More Care")
    assert time_line.run(3.5) == ["09 11:00"] * 2
    time_line.run(1, is_scheduler_on=False)
    set_status(answered, "Replied")
    time_line.run(47, is_scheduler_on=False)
    # Of the one that waits for its customer nothing is late; of the other three steps.
    assert time_line.run(24) == ["11 11:45"] * 3
    assert len(tasks(frappe.get_doc("Issue", forgotten))) == 4


@pytest.mark.parametrize(
    ("day", "moments"),
    [((3, 28), ["28 19:00", "29 16:00"]), ((10, 24), ["24 19:00", "25 14:00"])],
    ids=["clocks go forward", "clocks go back"],
)
def test_steps_fire_once_after_the_promised_hours_when_clocks_are_changed(time_line, day, moments):
    """Four and twenty-four hours that go by, whatever the clock shows."""
    for measure in ("Response", "Resolution"):
        warn_of(measure)
    time_line.set(day, 16)
    promised_complaint()
    assert time_line.run(40) == moments


def test_a_step_whose_time_is_shown_twice_by_the_clock_fires_once(time_line):
    warn_of("Response")
    time_line.set((10, 24), 23, 30)
    promised_complaint()
    assert time_line.run(12) == ["25 01:30"]
    time_line.set((10, 24), 23)
    warn_of("Resolution", 22 * 60)
    assert len(time_line.run(8)) == 1


def test_a_complaint_on_hold_has_the_time_that_it_waited_on_top(time_line):
    warn_of("Resolution")
    issue = promised_complaint()
    time_line.run(10)
    set_status(issue, "Replied")
    assert time_line.run(72) == []
    set_status(issue, "Open")
    # 10 of 24 hours were used up.
    assert time_line.run(48) == ["13 07:00"]


def test_a_reopened_complaint_is_escalated_anew_once_by_the_time_that_is_left(time_line):
    warn_of("Resolution")
    issue = promised_complaint()
    assert time_line.run(23.5) == ["10 07:00"]
    complaints.ask_for_confirmation(issue)
    assert time_line.run(72) == []
    complaints.reopen(issue, "It leaks still", "Ann")
    assert time_line.run(48) == ["13 07:45"]


def test_a_complaint_that_closed_unasked_and_is_opened_again_is_escalated_anew(time_line):
    frappe.db.set_single_value("Field Service Settings", "close_without_asking", 1)
    frappe.clear_document_cache("Field Service Settings", "Field Service Settings")
    warn_of("Resolution")
    issue = promised_complaint()
    assert time_line.run(23.5) == ["10 07:00"]
    set_status(issue, "Closed")
    assert time_line.run(10) == []
    set_status(issue, "Open")
    assert time_line.run(24) == ["10 17:45"]
