"""The public door: everything is kept, nothing is told, and each enquiry is worked off once."""

import json
import os
import signal
import subprocess
import sys
import time

import frappe
import makers
import pytest
import strangers

from crm_ext.marketing_automation.flow import enquiries, signing

SENTENCE = "Thank you. We have received your message and will answer soon."


def send(email="ann@stranger.example", **values):
    """Take a post through the flow, as a guest who took half a minute."""
    frappe.set_user("Guest")
    token = values.pop("token", None) or opened(30)
    trap, request_id = values.pop("homepage", None), values.pop("request_id", None)
    errors = enquiries.receive({"person_name": "Ann Lee", "email": email, **values}, token, trap, request_id)
    frappe.set_user("Administrator")
    return errors


def opened(seconds_ago):
    moment = f"{int(frappe.utils.now_datetime().timestamp()) - seconds_ago}.{frappe.generate_hash(length=12)}"
    return f"{moment}.{signing.signature('enquiry form', moment)}"


def work():
    return enquiries.work_off(checkpoint=lambda: None)


def enquiry(**filters):
    return frappe.get_last_doc("Enquiry", filters={"email": "ann@stranger.example", **filters})


def test_an_enquiry_becomes_a_lead_with_its_campaign_its_note_and_one_touch():
    campaign = makers.campaign("Spring Sale")
    assert send(phone="646 555 0147", message="A pump?", utm_campaign="spring_sale", utm_medium="email") == {}
    work()
    kept = enquiry()
    lead = frappe.get_doc("Lead", kept.lead)
    assert (lead.lead_name, lead.first_name, lead.mobile_no) == ("Ann Lee", "Ann", "+16465550147")
    assert (lead.campaign_name, lead.lead_owner, kept.status) == (campaign.name, "", "Lead Created")
    assert "A pump?" in lead.notes[0].note
    touches = frappe.get_all(
        "Touchpoint", {"lead": lead.name}, ["activity", "channel", "campaign", "contact"], order_by="name"
    )
    assert [(touch.activity, touch.channel, touch.campaign) for touch in touches] == [
        ("Enquiry", "Email", campaign.name)
    ]
    assert touches[0].contact


def test_a_known_lead_gets_a_note_and_a_touch_and_no_second_lead_is_made():
    lead = makers.lead(email_id="ann@stranger.example")
    send(email="ANN@stranger.example", message="Again me")
    work()
    assert frappe.db.count("Lead", {"email_id": "ann@stranger.example"}) == 1
    assert enquiry().status == "Known Party" and enquiry().lead == lead.name
    comments = frappe.get_all(
        "Comment", {"reference_name": lead.name, "comment_type": "Comment"}, pluck="content", order_by="name"
    )
    assert len(comments) == 1 and "Again me" in comments[0]


def test_a_customer_is_known_by_the_telephone_number_of_a_contact_as_it_was_typed_by_hand():
    customer = makers.customer("Phoned Customer")
    contact = makers.contact("Phoned", ("Customer", customer.name))
    contact.append("phone_nos", {"phone": "(212) 555-0199", "is_primary_mobile_no": 1})
    contact.save()
    send(phone="٠٠١ ٢١٢ ٥٥٥ ٠١٩٩")
    work()
    assert (enquiry().customer, enquiry().contact) == (customer.name, contact.name)
    assert not frappe.db.exists("Lead", {"email_id": "ann@stranger.example"})


def test_an_unknown_campaign_is_kept_counted_noted_and_can_be_explained_afterwards():
    send(utm_campaign="Nowruz1405")
    send(email="bob@stranger.example", utm_campaign="nowruz1405")
    work()
    unknown = frappe.get_doc("Unknown Campaign", "Nowruz1405")
    assert unknown.enquiries == 2
    lead = frappe.get_doc("Lead", enquiry().lead)
    assert not lead.campaign_name and "Nowruz1405" in lead.notes[0].note
    campaign = makers.campaign("Norooz in print")
    unknown.campaign = campaign.name
    unknown.save()
    assert frappe.db.get_value("Lead", lead.name, "campaign_name") == campaign.name
    assert frappe.db.get_value("Touchpoint", {"lead": lead.name}, "campaign") == campaign.name
    send(email="cyd@stranger.example", utm_campaign="NOWRUZ-1405")
    work()
    later = frappe.get_last_doc("Enquiry", filters={"email": "cyd@stranger.example"})
    assert later.campaign == campaign.name


def test_markup_of_a_stranger_is_shown_as_words():
    send(message='<img src=x onerror="alert(1)">', person_name="Ann <b>Lee</b>")
    work()
    lead = frappe.get_doc("Lead", enquiry().lead)
    assert "<img" not in lead.notes[0].note and "<b>" not in lead.lead_name
    assert "‹img" in lead.notes[0].note


def test_a_repeat_is_harmless_with_and_without_a_request_id():
    token = opened(30)
    send(message="Once", token=token)
    send(message="Once", token=token)
    send(message="Twice", request_id="r-1")
    send(message="Twice", request_id="r-1")
    work()
    assert frappe.db.count("Enquiry", {"email": "ann@stranger.example"}) == 2
    assert frappe.db.count("Lead", {"email_id": "ann@stranger.example"}) == 1


def test_the_same_words_within_ten_minutes_are_one_enquiry_for_a_server_without_tokens():
    for _ in range(3):
        enquiries.receive({"person_name": "Ann Lee", "email": "ann@stranger.example", "message": "Hi"})
    assert frappe.db.count("Enquiry", {"email": "ann@stranger.example", "status": "Received"}) == 1


@pytest.mark.parametrize(
    "sign", [{"homepage": "http://buy.example"}, {"token": "1.a.b"}, {"token": "no token"}]
)
def test_what_a_machine_sends_waits_among_the_suspected_and_makes_no_lead_until_it_is_released(sign):
    assert send(**sign) == {}
    work()
    assert enquiry().status == "Suspected Spam"
    enquiries.release(enquiry().name)
    work()
    assert enquiry().status == "Lead Created"


def test_only_old_spam_is_cleared():
    send(email="new@stranger.example", homepage="x")
    send(email="old@stranger.example", homepage="x")
    send(email="kept@stranger.example")
    for email in ("old@stranger.example", "kept@stranger.example"):
        frappe.db.set_value("Enquiry", {"email": email}, "received_at", frappe.utils.add_days(None, -91))
    enquiries.clear_old_spam()
    left = frappe.get_all("Enquiry", {"email": ("like", "%@stranger.example")}, pluck="email", order_by="email")
    assert left == ["kept@stranger.example", "new@stranger.example"]


def test_an_enquiry_that_fails_says_why_and_is_tried_again():
    send()
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)
    frappe.db.set_value("Enquiry", enquiry().name, "email", "no address")
    work()
    failed = frappe.get_last_doc("Enquiry", filters={"email": "no address"})
    assert failed.status == "Failed" and "no address" in failed.failure
    assert not frappe.db.exists("Lead", {"lead_name": "Ann Lee", "email_id": "no address"})
    frappe.db.set_value("Enquiry", failed.name, "email", "ann@stranger.example")
    enquiries.work_off((enquiries.RECEIVED, enquiries.FAILED), checkpoint=lambda: None)
    assert enquiry().status == "Lead Created" and not enquiry().failure


def test_a_worker_leaves_the_user_as_it_was():
    send()
    frappe.set_user("Guest")
    work()
    assert frappe.session.user == "Guest"


# Through the door itself


@pytest.fixture
def door():
    strangers.forget()
    yield strangers.request
    strangers.forget()


def post(door, **values):
    body = {"person_name": "Ann Lee", "email": "ann@stranger.example", "token": opened(30), **values}
    return door("POST", "/api/method/crm_ext.api.capture.submit", json=body)


def test_the_answer_is_the_same_for_strangers_for_the_known_and_for_machines(door):
    makers.lead(email_id="known@stranger.example")
    frappe.db.commit()
    answers = [
        post(door),
        post(door, email="known@stranger.example"),
        post(door, homepage="x"),
        post(door, token=None),
        post(door),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.get_data(as_text=True) for answer in answers} == {
        json.dumps({"message": {"received": True, "text": SENTENCE}}, separators=(",", ":"))
    }


def test_a_flood_from_one_address_is_turned_away_and_others_still_come_in(door):
    path, one = "/api/method/crm_ext.api.capture.submit", {"X-Forwarded-For": "203.0.113.7"}
    codes = [door("POST", path, json={}, headers=one).status_code for _ in range(25)]
    assert codes == [422] * 20 + [429] * 5
    assert post(door).status_code == 200


def test_giant_and_misshapen_requests_are_refused_without_a_trace(door):
    path = "/api/method/crm_ext.api.capture.submit"
    assert post(door, message="x" * 100_000).status_code == 417
    assert post(door, message="x" * 6_000).status_code == 422
    assert door("POST", path, json={"person_name": {"a": 1}, "email": ["x"]}).status_code in (417, 422)
    assert door("GET", path).status_code == 403
    assert not frappe.db.exists("Enquiry", {"email": "ann@stranger.example"})


def test_the_page_works_without_scripts_from_the_link_to_the_thanks(door):
    page = door("GET", "/enquiry?_lang=fa&utm_campaign=Spring&utm_medium=cpc")
    html = page.get_data(as_text=True)
    assert 'dir="rtl"' in html and "<script" not in html and 'value="Spring"' in html
    assert "crm_ext_campaign=" in " ".join(page.headers.getlist("Set-Cookie"))
    form = {
        "person_name": "علي",
        "email": "fa@stranger.example",
        "token": opened(30),
        "utm_campaign": "Spring",
    }
    wrong = door("POST", "/enquiry?_lang=fa", data=form | {"phone": "۱۲"}).get_data(as_text=True)
    assert 'aria-invalid="true"' in wrong and 'value="علي"' in wrong and 'value="۱۲"' in wrong
    sent = door("POST", "/enquiry?_lang=fa", data=form)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/enquiry?_lang=fa&sent=1")
    frappe.db.rollback()
    assert frappe.db.get_value("Enquiry", {"email": "fa@stranger.example"}, "person_name") == "علی"


def test_the_campaign_is_kept_in_a_cookie_for_a_visitor_who_comes_back(door):
    html = door("GET", "/enquiry", headers={"Cookie": "crm_ext_campaign=utm_campaign%3DAutumn"})
    assert 'name="utm_campaign" value="Autumn"' in html.get_data(as_text=True)


def test_typed_markup_comes_back_as_text(door):
    html = door("POST", "/enquiry", data={"person_name": '"><script>alert(1)</script>'}).get_data(
        as_text=True
    )
    assert "<script" not in html


WORKER = """
import sys, frappe
frappe.init(sys.argv[1], sites_path="."); frappe.connect(); frappe.set_user("Guest")
from crm_ext.marketing_automation.flow import enquiries
values = {"person_name": "Ann Lee", "email": "ann@stranger.example", "message": "At once"}
frappe.enqueue = lambda *args, **kwargs: None
enquiries.receive(values, sys.argv[2])
frappe.db.commit()
enquiries.work_off()
"""


def processes(token, count):
    return [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORKER, frappe.local.site, token], cwd=os.getcwd()
        )
        for _ in range(count)
    ]


def test_two_identical_posts_at_one_moment_in_two_processes_make_one_lead(door):
    assert [process.wait(60) for process in processes(opened(30), 3)] == [0, 0, 0]
    frappe.db.rollback()
    assert frappe.db.count("Enquiry", {"email": "ann@stranger.example"}) == 1
    assert frappe.db.count("Lead", {"email_id": "ann@stranger.example"}) == 1
    lead = frappe.db.get_value("Lead", {"email_id": "ann@stranger.example"})
    assert frappe.db.count("Touchpoint", {"lead": lead}) == 1


def test_a_worker_that_is_killed_leaves_the_enquiry_waiting_for_the_next_one(door):
    send()
    frappe.db.commit()
    # The row is locked from here, so that the worker stands in the middle of its work when it is killed.
    frappe.db.sql("SELECT name FROM `tabEnquiry` WHERE email = 'ann@stranger.example' FOR UPDATE")
    [process] = processes(opened(30), 1)
    time.sleep(4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    frappe.db.rollback()
    assert not frappe.db.exists("Lead", {"email_id": "ann@stranger.example"})
    enquiries.work_off()
    frappe.db.rollback()
    assert frappe.db.count("Lead", {"email_id": "ann@stranger.example"}) == 1
