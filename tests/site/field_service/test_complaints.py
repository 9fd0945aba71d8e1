"""Complaints: entitlement from the equipment, and no closing without the customer's word."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import complaint_world as world
import counting
import frappe
import makers
import pytest
from frappe.utils import add_days, get_datetime, now_datetime

from crm_ext.field_service.flow import complaint_intake, complaint_letters, complaint_panel, complaints
from crm_ext.field_service.queries import complaints as queries
from crm_ext.self_service.flow import identity, service_links

CUSTOMER_EMAIL = "pumps@complaints.test"
LIST_BUTTON = "erpnext.support.doctype.issue.issue.set_multiple_status"


@pytest.fixture(autouse=True)
def letters_and_questions_are_wanted(outgoing_mail):
    frappe.db.set_single_value("Field Service Settings", "close_without_asking", 0)
    frappe.db.set_single_value("Field Service Settings", "no_complaint_letters", 0)
    frappe.clear_document_cache("Field Service Settings", "Field Service Settings")


@pytest.fixture
def customer(site):
    return makers.customer("Complaining Customer").name


@pytest.fixture
def pump(customer):
    return world.equipment(customer)


@pytest.fixture
def complaint(pump):
    return world.complaint(equipment=pump.name, raised_by=CUSTOMER_EMAIL)


def sent(issue):
    complaint_letters.send_waiting(checkpoint=lambda: None)
    rows = frappe.get_all("Complaint Letter", {"issue": issue}, ["step", "status"], order_by="creation, name")
    return [(row.step, row.status) for row in rows]


def question(issue):
    return frappe.get_last_doc("Solution Confirmation", {"issue": issue}, order_by="round desc")


def set_status(issue, status):
    document = frappe.get_doc("Issue", issue)
    document.status = status
    document.save()
    return document.reload()


def letters(issue):
    rows = frappe.get_all("Email Queue", {"reference_name": issue}, ["message"], order_by="creation")
    return [row.message for row in rows]


def test_choosing_equipment_fills_customer_contract_and_line(customer, pump):
    contract = world.contract(customer, makers.item("Care").name, equipment=pump.name)
    issue = world.complaint(equipment=pump.name)
    assert (issue.customer, issue.service_contract) == (customer, contract.name)
    assert issue.contract_line == contract.lines[0].name


def test_the_contract_that_is_chosen_counts_though_another_one_names_the_equipment(customer, pump):
    item = makers.item("Care").name
    world.contract(customer, item, equipment=pump.name, response_hours=24)
    chosen = world.contract(customer, item, response_hours=4)
    issue = world.complaint(equipment=pump.name, service_contract=chosen.name)
    assert (issue.service_contract, issue.contract_line) == (chosen.name, chosen.lines[0].name)
    assert get_datetime(issue.response_by) == get_datetime(issue.creation) + timedelta(hours=4)


def test_a_chosen_contract_that_does_not_cover_the_equipment_stays_and_promises_nothing(customer, pump):
    item = makers.item("Care").name
    world.contract(customer, item, equipment=pump.name)
    chosen = world.contract(customer, item, equipment=world.equipment(customer).name)
    issue = world.complaint(equipment=pump.name, service_contract=chosen.name)
    assert (issue.service_contract, issue.contract_line) == (chosen.name, None)


def test_the_customer_of_other_equipment_is_refused(pump):
    other = makers.customer("Somebody Else").name
    with pytest.raises(frappe.ValidationError, match="stands at customer"):
        world.complaint(equipment=pump.name, customer=other)


def test_hours_of_the_contract_line_set_the_due_times(customer, pump):
    world.contract(
        customer, makers.item("Care").name, equipment=pump.name, response_hours=4, resolution_hours=24
    )
    issue = world.complaint(equipment=pump.name)
    start = get_datetime(issue.creation)
    assert get_datetime(issue.response_by) == start + timedelta(hours=4)
    assert get_datetime(issue.sla_resolution_by) == start + timedelta(hours=24)


def test_the_agreement_of_the_contract_line_goes_before_the_default_of_the_site(customer, pump):
    world.agreement("Everybody", response=36000, resolution=72000, default_service_level_agreement=1)
    gold = world.agreement("Gold", response=3600, resolution=7200, condition="doc.customer == 'nobody'")
    world.contract(customer, makers.item("Care").name, equipment=pump.name, service_level_agreement=gold.name)
    issue = world.complaint(equipment=pump.name)
    assert issue.service_level_agreement == gold.name
    assert get_datetime(issue.response_by) - get_datetime(issue.creation) < timedelta(hours=1, seconds=2)
    assert set_status(issue.name, "Replied").service_level_agreement == gold.name


def test_time_of_waiting_for_the_customer_is_added_to_the_hours_of_the_contract(customer, pump):
    world.contract(customer, makers.item("Care").name, equipment=pump.name, resolution_hours=24)
    issue = world.complaint(equipment=pump.name)
    due = get_datetime(issue.sla_resolution_by)
    issue = set_status(issue.name, "Replied")
    assert issue.sla_resolution_by is None
    frappe.db.set_value("Issue", issue.name, "on_hold_since", add_days(now_datetime(), -1))
    issue = set_status(issue.name, "Open")
    assert timedelta(hours=23) < get_datetime(issue.sla_resolution_by) - due < timedelta(hours=25)


def test_an_issue_without_equipment_and_contract_costs_no_statement(site):
    issue = {"doctype": "Issue", "subject": "Question", "company": makers.company()}
    frappe.get_doc(issue).insert()
    ours = ("Service Contract", "Equipment", "Solution Confirmation", "Complaint Letter", "Field Service")
    statements = counting.statements_of(lambda: frappe.get_doc(issue).insert().save())
    assert not [one for one in statements if any(f"tab{name}" in one for name in ours)]


def test_closing_asks_the_customer_instead(complaint):
    issue = set_status(complaint.name, "Closed")
    assert issue.status == "Resolved"
    assert question(complaint.name).status == "Waiting"
    assert sent(complaint.name) == [("Received", "Sent"), ("Asked", "Sent")]


def test_the_nightly_closing_of_erpnext_asks_the_customer_instead(complaint):
    set_status(complaint.name, "Replied")
    frappe.db.set_value(
        "Issue", complaint.name, "modified", add_days(now_datetime(), -30), update_modified=False
    )
    frappe.get_attr("erpnext.support.doctype.issue.issue.auto_close_tickets")()
    assert frappe.db.get_value("Issue", complaint.name, "status") == "Resolved"
    assert question(complaint.name).status == "Waiting"


def test_closing_in_the_list_asks_the_customers_of_complaints_and_closes_the_rest(complaint):
    plain = world.complaint(subject="How late are you open?")
    names = frappe.as_json([complaint.name, plain.name])
    frappe.get_attr(frappe.get_hooks("override_whitelisted_methods")[LIST_BUTTON][-1])(names, "Closed")
    assert frappe.db.get_value("Issue", complaint.name, "status") == "Resolved"
    assert frappe.db.get_value("Issue", plain.name, "status") == "Closed"


def test_the_desk_decides_at_once_where_nobody_could_be_told(pump):
    issue = world.complaint(equipment=pump.name)
    set_status(issue.name, "Resolved")
    assert sent(issue.name) == [("Received", "Nobody to Tell"), ("Asked", "Nobody to Tell")]
    complaints.decide(issue.name, "The customer has no address")
    assert frappe.db.get_value("Issue", issue.name, "status") == "Closed"
    complaints.reopen(issue.name, "It leaks again", "Ann")
    assert frappe.db.get_value("Issue", issue.name, "status") == "Open"


def test_the_customer_confirms_by_the_link_once(complaint):
    set_status(complaint.name, "Resolved")
    sent(complaint.name)
    message = letters(complaint.name)[-1]
    token = re.search(r"/solved/([\w=\-\r\n]+)", message.replace("=\r\n", "").replace("=\n", "")).group(1)
    opened = service_links.use(token, service_links.CONFIRM)
    complaints.confirm(
        complaint.name, opened.email, through="Link", stars=5, remark="Well done", question=opened.name
    )
    assert frappe.db.get_value("Issue", complaint.name, "status") == "Closed"
    asked = question(complaint.name)
    assert (asked.status, asked.answered_through, asked.stars) == ("Confirmed", "Link", 5)
    with pytest.raises(frappe.ValidationError, match="used already"):
        service_links.use(token, service_links.CONFIRM)
    assert sent(complaint.name)[-1] == ("Closed", "Sent")


def test_a_refusal_opens_the_complaint_again_with_its_reason(complaint):
    set_status(complaint.name, "Closed")
    complaints.reopen(complaint.name, "Still drips", "Ann")
    complaints.reopen(complaint.name, "Still drips", "Ann")
    assert frappe.db.get_value("Issue", complaint.name, "status") == "Open"
    asked = question(complaint.name)
    assert (asked.round, asked.status, asked.reason) == (1, "Refused", "Still drips")
    assert [step for step, _ in sent(complaint.name)] == ["Received", "Asked", "Reopened"]
    set_status(complaint.name, "Closed")
    assert question(complaint.name).round == 2


def test_confirming_twice_is_once(complaint):
    set_status(complaint.name, "Closed")
    complaints.confirm(complaint.name, "Ann")
    complaints.confirm(complaint.name, "Ann")
    assert frappe.db.count("Solution Confirmation", {"issue": complaint.name}) == 1
    assert [step for step, _ in sent(complaint.name)].count("Closed") == 1


def test_an_answer_to_an_earlier_question_comes_too_late(complaint):
    set_status(complaint.name, "Resolved")
    first = question(complaint.name).name
    complaints.ask_for_confirmation(complaint.name)
    with pytest.raises(frappe.ValidationError, match="answered already"):
        complaints.confirm(complaint.name, "Ann", through="Link", question=first)
    assert frappe.db.get_value("Issue", complaint.name, "status") == "Resolved"


def test_silence_is_reminded_of_and_then_decided_by_a_person(complaint):
    set_status(complaint.name, "Resolved")
    sent(complaint.name)
    with pytest.raises(frappe.ValidationError, match="has time to answer"):
        complaints.decide(complaint.name, "No answer")
    asked = question(complaint.name)
    asked.db_set("asked_on", add_days(now_datetime(), -4))
    assert complaints.follow_up(checkpoint=lambda: None)["remind"] >= 1
    assert complaints.follow_up(checkpoint=lambda: None)["remind"] == 0
    asked.db_set("asked_on", add_days(now_datetime(), -20))
    assert complaints.follow_up(checkpoint=lambda: None)["decide"] >= 1
    assert frappe.db.get_value("Issue", complaint.name, "status") == "Resolved"
    assert frappe.db.exists("ToDo", {"reference_name": complaint.name, "status": "Open"})
    complaints.decide(complaint.name, "Three calls without an answer")
    assert frappe.db.get_value("Issue", complaint.name, "status") == "Closed"
    assert question(complaint.name).decided_by == "Administrator"
    assert [step for step, _ in sent(complaint.name)] == ["Received", "Asked", "Reminded", "Closed"]


def write(issue, sent_or_received="Received"):
    """A mail of the customer, as Frappe takes it in."""
    return frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Email",
            "sent_or_received": sent_or_received,
            "subject": "Re: It leaks",
            "content": "It leaks again",
            "sender": CUSTOMER_EMAIL,
            "reference_doctype": "Issue",
            "reference_name": issue,
        }
    ).insert()


def test_a_customer_who_writes_sets_the_clock_of_the_contract_going_again(customer, pump):
    world.contract(customer, makers.item("Care").name, equipment=pump.name, resolution_hours=24)
    issue = world.complaint(equipment=pump.name, raised_by=CUSTOMER_EMAIL)
    due = get_datetime(issue.sla_resolution_by)
    set_status(issue.name, "Replied")
    frappe.db.set_value("Issue", issue.name, "on_hold_since", add_days(now_datetime(), -1))
    write(issue.name)
    issue.reload()
    assert (issue.status, issue.on_hold_since) == ("Open", None)
    assert timedelta(hours=23) < get_datetime(issue.sla_resolution_by) - due < timedelta(hours=25)


def test_a_customer_who_writes_about_a_closed_complaint_opens_it_again(complaint):
    complaints.confirm(complaint.name, "Ann")
    write(complaint.name)
    complaint.reload()
    assert (complaint.status, complaint.sla_resolution_date) == ("Open", None)
    assert [step for step, _ in sent(complaint.name)] == ["Received", "Closed", "Reopened"]


def test_a_complaint_that_goes_on_withdraws_what_was_asked(complaint):
    set_status(complaint.name, "Resolved")
    set_status(complaint.name, "Replied")
    assert question(complaint.name).status == "Withdrawn"
    assert [status for _, status in sent(complaint.name)] == ["Sent", "Muted"]
    set_status(complaint.name, "Resolved")
    assert (question(complaint.name).round, question(complaint.name).status) == (2, "Waiting")


def test_what_the_customer_says_of_an_open_complaint_is_noted_once(complaint):
    for _turn in range(2):
        complaints.reopen(complaint.name, "It <leaks> still", "Ann", through="Desk")
    notes = frappe.get_all(
        "Comment", {"reference_name": complaint.name, "comment_type": "Comment"}, pluck="content", order_by="creation"
    )
    assert len(notes) == 1 and "still" in notes[0] and "<leaks>" not in notes[0]


def test_an_answer_that_came_while_the_reminders_went_round_stays(complaint):
    set_status(complaint.name, "Resolved")
    (row,) = [row for row in queries.unanswered() if row.issue == complaint.name]
    assert complaints._still_waits(row)
    complaints.confirm(complaint.name, "Ann")
    assert not complaints._still_waits(row)


def test_the_panel_says_whose_turn_it_is(complaint):
    def turn():
        return complaint_panel.of_issue(frappe.get_doc("Issue", complaint.name))["next_move"]

    assert turn()["whose"] == "Our turn"
    set_status(complaint.name, "Resolved")
    assert turn()["whose"] == "The customer’s turn" and "reminded on" in turn()["text"]
    frappe.db.set_value("Customer", complaint.customer, "mute_service_letters", 1)
    sent(complaint.name)
    assert turn()["whose"] == "Our turn" and "did not reach" in turn()["text"]
    complaints.decide(complaint.name, "They said so on the telephone")
    assert turn()["whose"] == "Done"


def test_a_letter_that_reached_nobody_is_sent_again_once_there_is_an_address(pump):
    issue = world.complaint(equipment=pump.name).name
    assert sent(issue) == [("Received", "Nobody to Tell")]
    frappe.db.set_value("Issue", issue, "raised_by", CUSTOMER_EMAIL)
    complaint_letters.send_again(issue)
    assert sent(issue) == [("Received", "Sent")]
    assert len(letters(issue)) == 1
    with pytest.raises(frappe.ValidationError, match="needs no sending"):
        complaint_letters.send_again(issue)


def test_customers_who_want_no_letters_get_none(complaint, customer):
    frappe.db.set_value("Customer", customer, "mute_service_letters", 1)
    assert sent(complaint.name) == [("Received", "Muted")]
    assert not letters(complaint.name)


def test_a_site_may_close_without_asking(complaint):
    frappe.db.set_single_value("Field Service Settings", "close_without_asking", 1)
    frappe.clear_document_cache("Field Service Settings", "Field Service Settings")
    assert set_status(complaint.name, "Closed").status == "Closed"
    assert not frappe.db.exists("Solution Confirmation", {"issue": complaint.name})
    assert set_status(complaint.name, "Open").status == "Open"
    set_status(complaint.name, "Closed")
    assert [step for step, _ in sent(complaint.name)] == ["Received", "Closed", "Reopened", "Closed"]


def test_letters_speak_the_language_of_the_customer(complaint, customer):
    frappe.db.set_value("Customer", customer, "language", "fa")
    sent(complaint.name)
    assert frappe.db.get_value("Complaint Letter", {"issue": complaint.name}, "language") == "fa"
    assert 'dir=3D"rtl"' in letters(complaint.name)[0] or 'dir="rtl"' in letters(complaint.name)[0]


def test_a_rating_needs_a_closed_complaint(complaint):
    with pytest.raises(frappe.ValidationError, match="Only a closed complaint"):
        complaints.rate(complaint.name, 4)
    complaints.confirm(complaint.name, "Ann")
    complaints.rate(complaint.name, 4, "Quick")
    asked = question(complaint.name)
    assert (asked.stars, asked.remark) == (4, "Quick")
    with pytest.raises(frappe.ValidationError, match="between 1 and 5"):
        complaints.rate(complaint.name, 6)


# From the portal


def acting(customer):
    return identity.Acting(
        "Administrator", customer, customer, makers.company(), (frappe._dict(name=customer),), ()
    )


def png(size=0):
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * size)


def test_a_complaint_from_the_portal_keeps_its_photos_private(customer, pump):
    photo = io.BytesIO(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
            "1f15c4890000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082"
        )
    )
    words = {"acting": acting(customer), "equipment": pump.name, "subject": "Leak", "description": "Below"}
    name = complaint_intake.open_complaint(**words, files=[complaint_intake.Photo("leak.exe", photo)])
    file = frappe.get_doc("File", {"attached_to_name": name})
    assert file.is_private and file.file_name.endswith(".png")
    assert complaint_intake.open_complaint(**words) == name


def test_a_photo_of_fifty_megabytes_is_refused_with_a_sentence(customer, pump):
    class Huge(io.BytesIO):
        def tell(self):
            return 50 * 1024 * 1024

    with pytest.raises(frappe.ValidationError, match="50 MB; at most 10 MB"):
        complaint_intake.open_complaint(
            acting=acting(customer),
            equipment=pump.name,
            subject="Leak",
            description="",
            files=[complaint_intake.Photo("leak.png", Huge())],
        )


def test_a_page_that_calls_itself_a_photo_is_refused(customer, pump):
    with pytest.raises(frappe.ValidationError, match="not a photo"):
        complaint_intake.open_complaint(
            acting=acting(customer),
            equipment=pump.name,
            subject="Leak",
            description="",
            files=[complaint_intake.Photo("leak.png", io.BytesIO(b"<svg onload=alert(1)>"))],
        )


def test_equipment_of_others_is_not_there(customer):
    other = world.equipment(makers.customer("Somebody Else").name)
    for name in (other.name, "EQP-NOT-THERE", None):
        with pytest.raises(frappe.DoesNotExistError, match="not one of yours"):
            complaint_intake.open_complaint(acting=acting(customer), equipment=name, subject="Leak", description="")
