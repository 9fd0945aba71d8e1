"""A visit followed, moved and answered by a link, in a browser without scripts and without a login."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import frappe
import pytest
from portal_world import Visitor, text_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "field_service"))
import phone_world

from crm_ext.dispatch.flow import slots
from crm_ext.self_service.flow import service_links, visit_page


@pytest.fixture(scope="module")
def committed(site_connection):
    frappe.set_user("Administrator")
    frappe.db.rollback()
    made = phone_world.world()
    # Nobody else of the site can do these jobs.
    skill = frappe.get_doc({"doctype": "Service Skill", "skill_name": f"Diving {made.tag}"}).insert().name
    ann = frappe.get_doc("Technician", made.ann)
    ann.update({"latitude": 35.70, "longitude": 51.40, "skills": [{"skill": skill}]})
    ann.save()
    place = {"latitude": 35.72, "longitude": 51.42, "status": "Open", "duration_minutes": 300, "skill": skill}
    for name in (made.job, made.other_job):
        frappe.db.set_value("Service Order", name, {**place, "technician": made.ann, "planned_start": None})
    frappe.db.set_value("Technician", made.bob, "status", "Inactive")
    frappe.db.commit()  # the requests have connections of their own
    yield made
    phone_world.remove(made)
    frappe.delete_doc("Service Skill", skill)
    frappe.db.commit()  # what was committed above is gone again


@pytest.fixture
def link(site, committed):
    frappe.cache.delete_keys("crm_ext_flood")
    address = service_links.make(
        service_links.MOVE, "Service Order", committed.job, "a@links.test", 7, single_use=False
    )
    frappe.db.commit()  # the requests have connections of their own
    return "/visit/" + address.rsplit("/", 1)[1]


def state_of(order: str) -> dict:
    frappe.db.rollback()
    return frappe.db.get_value(
        "Service Order", order, ["window_start", "technician", "status", "docstatus"], as_dict=True
    )


def test_a_visit_is_moved_into_a_free_time_and_the_same_time_is_gone_for_the_next(committed, link):
    guest = Visitor()
    page = text_of(guest.get(link))
    choices = re.findall(r'<option value="(2[^"]+)">', page)
    assert choices, page
    answer = guest.post(link, {"do": "move", "start": choices[0]})
    assert answer.status_code == 303
    found = state_of(committed.job)
    assert found.window_start.isoformat() == choices[0] and found.status == "Planned"
    followed = text_of(guest.get(link))
    assert "Thank you. We come on" in followed and "Choose another time" in followed
    assert choices[0] not in re.findall(r'<option value="(2[^"]+)">', followed)
    # Sent again by an impatient finger: nothing changes.
    assert guest.post(link, {"do": "move", "start": choices[0]}).status_code == 303
    # Somebody else had looked at the same times a minute before.
    slow = service_links.make(
        service_links.MOVE, "Service Order", committed.other_job, None, 7, single_use=False
    )
    frappe.db.commit()  # the requests have connections of their own
    refused = guest.post("/visit/" + slow.rsplit("/", 1)[1], {"do": "move", "start": choices[0]})
    assert refused.status_code == 200 and 'role="alert"' in text_of(refused)
    assert state_of(committed.other_job).window_start is None


@pytest.mark.parametrize(
    "start", ["", "soon", "2026-01-01T03:00:00", "2026-01-01T03:00:00Z", "9999-99-99", "۱۴۰۵"]
)
def test_a_time_that_was_not_offered_is_refused_with_a_sentence(committed, link, start):
    before = state_of(committed.job)
    answer = Visitor().post(link, {"do": "move", "start": start})
    assert answer.status_code == 200 and 'role="alert"' in text_of(answer)
    assert state_of(committed.job) == before


def test_a_message_reaches_the_office_once(committed, link):
    guest = Visitor()
    for _turn in range(3):
        assert guest.post(link, {"do": "absent", "message": "Dog <b>loose</b>"}).status_code == 303
    frappe.db.rollback()
    (said,) = frappe.get_all(
        "Comment",
        {"reference_name": committed.job, "comment_type": "Comment"},
        ["content", "comment_by"],
        order_by="creation",
    )
    assert "will not be there" in said.content and "<b>" not in said.content
    assert frappe.db.count("ToDo", {"reference_name": committed.job}) == 1


def test_links_that_do_not_work_get_one_answer_that_says_what_to_do(committed, link):
    confirm = service_links.make(
        service_links.CONFIRM, "Service Order", committed.job, None, 7, single_use=True
    )
    expired = service_links.make(
        service_links.MOVE, "Service Order", committed.job, None, -1, single_use=False
    )
    frappe.db.commit()  # the requests have connections of their own
    tokens = ("-", "x" * 43, confirm.rsplit("/", 1)[1], expired.rsplit("/", 1)[1])
    answers = [Visitor().get(f"/visit/{token}") for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert all("Please ask us for a new one." in text_of(answer) for answer in answers)
    moved = Visitor().post(f"/visit/{tokens[2]}", {"do": "move", "start": "2026-01-01T03:00:00"})
    assert moved.status_code == 404


def test_the_visit_comes_as_a_file_for_the_calendar_in_utc(site, committed):
    zone = frappe.db.get_single_value("System Settings", "time_zone")
    frappe.db.set_single_value("System Settings", "time_zone", "Europe/Berlin")
    frappe.clear_cache(doctype="System Settings")
    try:
        values = {"title": "Pump; leaks, " + "و" * 60, "status": "Planned", "docstatus": 0}
        # Berlin, the day on which summer ends: two hours before UTC+1 begins at three.
        values |= {"window_start": "2026-10-25 01:30:00", "window_end": "2026-10-25 03:30:00"}
        frappe.db.set_value("Service Order", committed.job, values)
        name, text = visit_page.calendar(committed.job)
    finally:
        frappe.db.rollback()
        frappe.clear_cache(doctype="System Settings")
    assert frappe.db.get_single_value("System Settings", "time_zone") == zone
    assert (
        name.endswith(".ics")
        and "DTSTART:20261024T233000Z\r\n" in text
        and "DTEND:20261025T023000Z\r\n" in text
    )
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "Pump\\; leaks\\, " in text.replace("\r\n ", "")


@pytest.mark.parametrize(
    ("status", "said"),
    [("Work Done", "New seal"), ("Cancelled", "This visit was cancelled."), ("On the Way", "Who comes")],
)
def test_the_page_says_how_far_the_visit_is(committed, link, status, said):
    before = frappe.db.get_value("Service Order", committed.job, ["status", "work_done"], as_dict=True)
    frappe.db.set_value("Service Order", committed.job, {"status": status, "work_done": "New seal"})
    frappe.db.commit()  # the request has a connection of its own
    try:
        answer = Visitor().get(link)
        assert answer.status_code == 200 and said in text_of(answer)
        assert "Choose another time" not in text_of(answer)
    finally:
        frappe.db.set_value("Service Order", committed.job, before)
        frappe.db.commit()  # as it was


def test_a_job_that_is_done_shows_its_report_and_cannot_be_moved(site, committed):
    frappe.db.set_value("Service Order", committed.job, {"status": "Work Done", "work_done": "New seal"})
    context = frappe._dict()
    visit_page.fill(context, committed.job)
    assert (context.state, context.report.work_done, context.may_move) == ("done", "New seal", False)
    with pytest.raises(frappe.ValidationError, match="cannot be moved any more"):
        visit_page.move(committed.job, "2030-01-01T09:00:00")
    assert slots.free_slots(committed.job) == []
