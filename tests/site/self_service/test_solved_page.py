"""The page behind the link "is it solved?": real requests of somebody without a login, and two answers at the same moment."""

from __future__ import annotations

import frappe
import makers
import pytest
from portal_world import Visitor, World, text_of
from processes import at_once

from crm_ext.field_service.flow import complaints
from crm_ext.self_service.flow import service_links

# Two letters of the same question, one answered with yes and one with no.
ANSWERER = """
import sys
import frappe
frappe.init(sys.argv[1], sites_path="."); frappe.connect(); frappe.flags.mute_emails = True
frappe.set_user("Guest")
frappe.get_all("Solution Confirmation", limit=1, order_by="name")
from crm_ext.field_service.flow import complaint_page
print("ready", flush=True)
sys.stdin.readline()
try:
    complaint_page.take_answer(sys.argv[2], {"do": sys.argv[3], "reason": "It still drips"})
    frappe.db.commit()
    print(sys.argv[3])
except frappe.ValidationError:
    frappe.db.rollback()
    print("too late")
"""


@pytest.fixture(scope="module")
def pump(site_connection):
    """Committed, since each request and each process has a connection of its own; removed at the end."""
    frappe.set_user("Administrator")
    frappe.db.rollback()
    world = World()
    mark = frappe.generate_hash(length=6)
    customer = world.insert({"doctype": "Customer", "customer_name": f"Answering Customer {mark}"})
    equipment = world.insert(
        {
            "doctype": "Equipment",
            "equipment_name": f"Pump {mark}",
            "customer": customer.name,
            "company": makers.company(),
        }
    )
    frappe.db.commit()
    yield equipment.name
    world.take_away()


@pytest.fixture
def question(site, pump):
    issue = frappe.get_doc(
        {"doctype": "Issue", "subject": "It drips", "equipment": pump, "raised_by": "ann@answers.test"}
    ).insert()
    asked = complaints.ask_for_confirmation(issue.name)
    frappe.db.commit()
    yield frappe.get_doc("Solution Confirmation", asked)
    frappe.db.rollback()
    complaints.forget(issue.name)
    told = {"reference_type": "Issue", "reference_name": issue.name}
    frappe.db.delete("ToDo", told)
    frappe.db.delete("Comment", {"reference_doctype": "Issue", "reference_name": issue.name})
    frappe.db.delete("Communication", {"reference_doctype": "Issue", "reference_name": issue.name})
    frappe.db.delete("Version", {"ref_doctype": "Issue", "docname": issue.name})
    frappe.db.delete("Notification Log", {"document_name": issue.name})
    frappe.db.delete("Email Queue", {"reference_name": issue.name})
    frappe.db.delete("Issue", {"name": issue.name})
    frappe.db.commit()


def token_for(question):
    address = service_links.make(
        service_links.CONFIRM, "Solution Confirmation", question.name, "ann@answers.test", 30, True
    )
    frappe.db.commit()
    return address.rsplit("/", 1)[1]


def status_of(question):
    frappe.db.commit()
    return frappe.db.get_value("Issue", question.issue, "status")


def test_opening_the_link_says_nothing_and_the_button_closes_the_complaint(question):
    guest, path = Visitor(), f"/solved/{token_for(question)}"
    page = guest.get(path)
    assert page.status_code == 200 and "It drips" in text_of(page) and "<script" not in text_of(page)
    assert status_of(question) == "Resolved"
    assert guest.post(path, {"do": "confirm", "stars": "4", "remark": "Quick"}).status_code == 303
    assert status_of(question) == "Closed"
    question.reload()
    assert (question.status, question.stars, question.answered_by) == ("Confirmed", 4, "ann@answers.test")
    after = text_of(guest.get(path))
    assert "the complaint is closed" in after and "<form" not in after
    assert "used already" in text_of(guest.post(path, {"do": "refuse", "reason": "No"}))
    assert status_of(question) == "Closed"


def test_a_refusal_needs_a_reason_and_opens_the_complaint_again(question):
    guest, path = Visitor(), f"/solved/{token_for(question)}"
    assert "Please say what is still wrong." in text_of(guest.post(path, {"do": "refuse", "reason": " "}))
    assert status_of(question) == "Resolved"
    assert guest.post(path, {"do": "refuse", "reason": "It <b>still</b> drips"}).status_code == 303
    assert status_of(question) == "Open"
    assert question.reload().reason == "It <b>still</b> drips"
    comment = frappe.get_last_doc("Comment", {"reference_name": question.issue, "comment_type": "Comment"})
    assert "<b>" not in comment.content
    assert "we go on with it" in text_of(guest.get(path))


def test_programs_that_look_into_letters_confirm_nothing(question):
    guest, path = Visitor(), f"/solved/{token_for(question)}"
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        for query in ("", "?do=confirm&stars=5", "?do=refuse&reason=no"):
            guest.request(method, path + query)
    assert status_of(question) == "Resolved"
    assert question.reload().status == "Waiting"
    assert guest.post(path, {"do": "confirm"}).status_code == 303


def neutral(path):
    """The answer of a link that has ended; it tells nothing of the complaint."""
    answer = Visitor().get(path)
    words = text_of(answer)
    assert answer.status_code == 404 and "It drips" not in words
    return words


def test_every_link_that_has_ended_answers_with_the_same_sentence(question):
    first, second = (f"/solved/{token_for(question)}" for _letter in range(2))
    assert Visitor().post(first, {"do": "refuse", "reason": "No"}).status_code == 303
    assert "we go on with it" in text_of(Visitor().get(first))
    ended = neutral(second)
    again = complaints.ask_for_confirmation(question.issue)
    frappe.db.commit()
    assert neutral(first) == ended == neutral("/solved/no-such-link")
    third = f"/solved/{token_for(frappe.get_doc('Solution Confirmation', again))}"
    assert Visitor().get(third).status_code == 200
    frappe.db.set_value("Service Link", {"reference_name": again}, "expires_at", "2020-01-01")
    frappe.db.commit()
    assert neutral(third) == ended


def test_the_links_of_a_closed_complaint_end_when_the_desk_opens_it_again(question):
    path = f"/solved/{token_for(question)}"
    assert Visitor().post(path, {"do": "confirm"}).status_code == 303
    assert "the complaint is closed" in text_of(Visitor().get(path))
    issue = frappe.get_doc("Issue", question.issue)
    issue.status = "Open"
    issue.save()
    frappe.db.commit()
    neutral(path)


def test_a_link_that_is_wrong_is_not_there(question):
    assert Visitor().get("/solved/no-such-link").status_code == 404
    assert Visitor().post("/solved/no-such-link", {"do": "confirm"}).status_code == 404


def test_of_two_answers_at_the_same_moment_one_stands(question):
    yes, no = token_for(question), token_for(question)
    answers = at_once((ANSWERER, (yes, "confirm")), (ANSWERER, (no, "refuse")))
    assert sorted(answers) in (["confirm", "too late"], ["refuse", "too late"])
    stands = {"confirm": ("Closed", "Confirmed"), "refuse": ("Open", "Refused")}
    winner = next(answer for answer in answers if answer != "too late")
    assert (status_of(question), question.reload().status) == stands[winner]
