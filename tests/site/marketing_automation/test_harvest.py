"""Touchpoints read off real documents of every source: each once, however often and from wherever it is read."""

from datetime import datetime, timedelta

import frappe
import makers
from frappe.utils import add_days, now_datetime

from crm_ext.marketing_automation.flow import harvest


def read(**kwargs):
    return harvest.run(checkpoint=lambda: None, **kwargs)


def touches(reference, **filters):
    return frappe.get_all(
        "Touchpoint",
        {"reference_doctype": reference.doctype, "reference_name": reference.name, **filters},
        [
            "activity",
            "channel",
            "direction",
            "lead",
            "contact",
            "customer",
            "campaign",
            "occurred_at",
            "company",
        ],
        order_by="activity, name",
    )


def activities(reference):
    return [touch.activity for touch in touches(reference)]


def test_a_lead_with_a_campaign_shows_its_first_touch_at_once():
    campaign = makers.campaign("At Once")
    lead = makers.lead(campaign_name=campaign.name, source="Exhibition")
    [touch] = touches(lead)
    assert (touch.activity, touch.channel, touch.campaign, touch.lead) == (
        "Lead Created", "Event", campaign.name, lead.name,
    )  # fmt: skip
    read()
    assert len(touches(lead)) == 1


def test_leads_written_straight_into_the_database_are_found_all_the_same():
    campaign = makers.campaign("Bulk")
    lead = makers.lead()
    frappe.db.set_value("Lead", lead.name, "campaign_name", campaign.name)
    read()
    assert [touch.campaign for touch in touches(lead)] == [campaign.name]


def test_a_lead_without_campaign_and_source_costs_no_query(monkeypatch):
    lead = makers.lead(source=None)
    statements = []
    monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: statements.append(args))
    harvest.leads_inserted([lead])
    assert not statements


def test_a_letter_is_a_touch_of_the_lead_and_its_opening_days_later_another():
    lead = makers.lead(email_id="ann@harvest.example")
    letter = makers.letter(lead, recipients="ann@harvest.example")
    read()
    assert activities(letter) == ["Sent"]
    frappe.db.set_value(
        "Communication", letter.name, {"read_by_recipient": 1, "read_by_recipient_on": now_datetime()}
    )
    read()
    read()
    assert activities(letter) == ["Opened", "Sent"]
    assert {touch.lead for touch in touches(letter)} == {lead.name}


def test_a_letter_about_a_quotation_finds_the_customer_and_the_campaign():
    campaign, customer = makers.campaign("Offer"), makers.customer("Offered Customer")
    item = makers.item("Harvest Pump")
    quotation = frappe.get_doc(
        {"doctype": "Quotation", "quotation_to": "Customer", "party_name": customer.name, "campaign": campaign.name,
         "company": makers.company(), "items": [{"item_code": item.name, "qty": 1, "rate": 10}]}
    ).insert()  # fmt: skip
    letter = makers.letter(quotation)
    read()
    [touch] = touches(letter)
    assert (touch.customer, touch.campaign, touch.company) == (
        customer.name,
        campaign.name,
        quotation.company,
    )


def test_letters_of_an_email_campaign_carry_its_campaign():
    campaign = makers.campaign("Letters")
    campaign.append("campaign_schedules", {"email_template": template(), "send_after_days": 1})
    campaign.save()
    lead = makers.lead(email_id="campaigned@harvest.example")
    mailing = frappe.get_doc(
        {"doctype": "Email Campaign", "campaign_name": campaign.name, "email_campaign_for": "Lead",
         "recipient": lead.name, "start_date": add_days(None, 1), "sender": "Administrator"}
    ).insert()  # fmt: skip
    letter = makers.letter(mailing, recipients="campaigned@harvest.example")
    read()
    assert [(touch.lead, touch.campaign) for touch in touches(letter)] == [(lead.name, campaign.name)]


def template():
    return (
        frappe.get_doc(
            {"doctype": "Email Template", "name": "Harvest Template", "subject": "Hi", "response": "Hi"}
        )
        .insert()
        .name
    )


def test_two_people_of_a_firm_in_one_letter_are_one_touch_and_our_own_people_none():
    customer = makers.customer("Firm Of Two")
    colleague = makers.user("colleague@harvest.example", "Sales User")
    makers.contact("Two A", ("Customer", customer.name), email="a@two.example")
    makers.contact("Two B", ("Customer", customer.name), email="b@two.example")
    letter = makers.letter(recipients="a@two.example, b@two.example", cc=colleague.name)
    read()
    assert [touch.customer for touch in touches(letter)] == [customer.name]


def test_an_answer_is_an_inbound_touch_of_the_lead_with_that_address():
    lead = makers.lead(email_id="reply@harvest.example")
    frappe.db.delete("Contact Email", {"email_id": "reply@harvest.example"})
    letter = makers.letter(sender="Reply <Reply@harvest.example>", sent_or_received="Received")
    read()
    assert [(touch.lead, touch.direction) for touch in touches(letter)] == [(lead.name, "Inbound")]


def test_a_letter_that_bounces_later_is_taken_back():
    letter = makers.letter(makers.lead())
    read()
    assert activities(letter) == ["Sent"]
    frappe.db.set_value("Communication", letter.name, "delivery_status", "Bounced")
    read()
    assert activities(letter) == []


def test_a_call_is_a_touch_once_it_is_finished():
    lead = makers.lead()
    call = frappe.get_doc(
        {"doctype": "Call Log", "id": frappe.generate_hash(), "from": "1", "to": "2", "type": "Outgoing",
         "status": "Ringing", "links": [{"link_doctype": "Lead", "link_name": lead.name}]}
    ).insert()  # fmt: skip
    read()
    assert activities(call) == []
    call.status = "Completed"
    call.save()
    read()
    assert [(touch.activity, touch.channel, touch.lead) for touch in touches(call)] == [
        ("Call", "Phone Call", lead.name)
    ]


def event(lead, starts_on, **values):
    return frappe.get_doc(
        {"doctype": "Event", "subject": "Meet", "starts_on": starts_on, "event_category": "Meeting",
         "event_participants": [{"reference_doctype": "Lead", "reference_docname": lead.name}], **values}
    ).insert()  # fmt: skip


def test_an_appointment_is_a_touch_when_its_time_has_come_and_only_once():
    lead = makers.lead()
    coming = event(lead, now_datetime() + timedelta(days=2))
    past = event(lead, now_datetime() - timedelta(days=2))
    read()
    assert activities(coming) == [] and activities(past) == ["Meeting"]
    assert frappe.db.count("Touchpoint", {"lead": lead.name}) == 1, (
        "the shadow among communications counted, too"
    )
    # Time passes without anybody touching the document.
    frappe.db.set_value("Event", coming.name, "starts_on", now_datetime(), update_modified=False)
    read()
    assert activities(coming) == ["Meeting"]


def test_an_appointment_that_is_called_off_is_taken_back():
    past = event(makers.lead(), now_datetime() - timedelta(days=2))
    read()
    past.reload()
    past.status = "Cancelled"
    past.save()
    read()
    assert activities(past) == []


def test_a_visit_counts_while_it_is_submitted_and_not_as_a_draft_or_cancelled():
    customer = makers.customer("Visited")
    item = makers.item("Visited Pump")
    person = frappe.get_doc({"doctype": "Sales Person", "sales_person_name": "Harvest Visitor"}).insert()
    visit = frappe.get_doc(
        {"doctype": "Maintenance Visit", "customer": customer.name, "company": makers.company(),
         "mntc_date": "2026-02-03", "mntc_time": "09:30:00", "completion_status": "Fully Completed",
         "maintenance_type": "Unscheduled",
         "purposes": [{"item_code": item.name, "service_person": person.name, "work_done": "x", "description": "x"}]}
    ).insert()  # fmt: skip
    read()
    assert activities(visit) == []
    visit.submit()
    read()
    [touch] = touches(visit)
    assert (touch.customer, touch.occurred_at) == (customer.name, datetime(2026, 2, 3, 9, 30))
    visit.cancel()
    read()
    assert activities(visit) == []


def test_page_views_before_the_enquiry_are_joined_to_the_visitor_afterwards():
    campaign, lead = makers.campaign("Seen"), makers.lead()
    view = frappe.get_doc(
        {
            "doctype": "Web Page View",
            "path": "pumps",
            "visitor_id": "visitor-1",
            "campaign": "SEEN",
            "medium": "cpc",
        }
    ).insert()
    read()
    assert touches(view) == []
    frappe.get_doc(
        {
            "doctype": "Enquiry",
            "name": "e-1",
            "visitor": "visitor-1",
            "lead": lead.name,
            "status": "Known Party",
        }
    ).insert()
    read()
    [touch] = touches(view)
    assert (touch.lead, touch.channel, touch.campaign) == (lead.name, "Advertisement", campaign.name)


def test_documents_changed_at_the_same_moment_are_all_read_across_batches():
    lead = makers.lead()
    letters = [makers.letter(lead) for _ in range(7)]
    read()
    frappe.db.delete("Touchpoint", {"lead": lead.name})
    moment = now_datetime()
    for letter in letters:
        frappe.db.set_value("Communication", letter.name, "modified", moment, update_modified=False)
    read(batch=2)
    assert all(activities(letter) == ["Sent"] for letter in letters)
    mark = frappe.db.get_value("Touchpoint Watermark", "Communication", ["reached_at", "reached_name"])
    assert mark == (moment, max(letter.name for letter in letters))


def test_a_document_that_was_committed_late_is_found_behind_the_watermark():
    lead = makers.lead()
    makers.letter(lead)
    read()
    late = makers.letter(lead)
    frappe.db.set_value(
        "Communication", late.name, "modified", now_datetime() - timedelta(minutes=5), update_modified=False
    )
    read()
    assert activities(late) == ["Sent"]
    later_still = makers.letter(lead)
    frappe.db.set_value(
        "Communication",
        later_still.name,
        "modified",
        now_datetime() - timedelta(hours=5),
        update_modified=False,
    )
    read()
    assert activities(later_still) == []
    read(reach_back=timedelta(days=2))
    assert activities(later_still) == ["Sent"]


def test_a_contact_added_to_a_letter_later_does_not_make_a_second_touch():
    customer = makers.customer("Late Link")
    contact = makers.contact("Late Contact", ("Customer", customer.name))
    letter = makers.letter(contact)
    read()
    lead = makers.lead()
    frappe.db.set_value("Customer", customer.name, "lead_name", lead.name)
    letter.reload()
    letter.add_link("Lead", lead.name)
    letter.save()
    read()
    assert activities(letter) == ["Sent"]


def test_merging_two_leads_does_not_double_their_touches():
    one, other = makers.lead("One"), makers.lead("Other")
    letter = makers.letter(one)
    read()
    frappe.rename_doc("Lead", one.name, other.name, merge=True, show_alert=False)
    frappe.db.set_value("Communication", letter.name, "subject", "Changed")
    read()
    assert [touch.lead for touch in touches(letter)] == [other.name]


def test_a_source_that_fails_does_not_keep_the_others_from_being_read(monkeypatch):
    def broken(*args):
        raise RuntimeError("broken table")

    reached = []
    sources = (
        harvest.Source("Broken", broken, harvest.SOURCES[0].read_row),
        harvest.Source("Sound", lambda *args: reached.append(1) or [], harvest.SOURCES[0].read_row),
    )
    monkeypatch.setattr(harvest, "SOURCES", sources)
    assert read() == 0
    assert reached
    complaints = {"method": ("like", "%Broken could not be read%")}
    assert frappe.db.count("Error Log", complaints)
    # The table of errors is not part of transactions.
    frappe.db.delete("Error Log", complaints)


def test_queries_for_a_batch_do_not_grow_with_its_documents(monkeypatch):
    lead = makers.lead()
    statements = []
    original = frappe.db.sql
    monkeypatch.setattr(
        frappe.db, "sql", lambda *args, **kwargs: (statements.append(args[0]), original(*args, **kwargs))[1]
    )

    def statements_for(letters: int) -> int:
        for _ in range(letters):
            makers.letter(lead)
        statements.clear()
        read()
        return len(statements)

    statements_for(1)  # fills the caches of doctypes and settings
    few = statements_for(3)
    assert statements_for(30) == few
    assert few <= 50
