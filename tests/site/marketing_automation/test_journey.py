"""The journey of a party: complete for who may read the party, and silent for everybody else."""

from datetime import datetime, timedelta

import frappe
import makers
import pytest

from crm_ext.api.journey import journey
from crm_ext.marketing_automation.flow import touchpoints
from crm_ext.marketing_automation.rules.touchpoints import Touch

MARCH = datetime(2026, 3, 1, 9, 0)


def test_a_customers_journey_holds_the_touches_of_its_lead_and_contacts_newest_first():
    campaign, lead = makers.campaign("Journey"), makers.lead()
    customer = makers.customer("Travelling", lead_name=lead.name)
    contact = makers.contact("Traveller", ("Customer", customer.name))
    touchpoints.record(
        [
            Touch(MARCH, "Web", "Enquiry", campaign=campaign.name, lead=lead.name),
            Touch(MARCH + timedelta(days=1), "Visit", "Visit", contact=contact.name),
            Touch(MARCH + timedelta(days=2), "Phone Call", "Call", customer=customer.name),
            Touch(MARCH, "Web", "Enquiry", lead=makers.lead("Somebody Else").name),
        ]
    )
    answer = journey("Customer", customer.name)
    assert [touch.channel for touch in answer["touches"]] == ["Phone Call", "Visit", "Web"]
    assert not answer["has_more"]
    assert [touch.channel for touch in journey("Lead", lead.name)["touches"]] == ["Web"]
    assert [touch.channel for touch in journey("Contact", contact.name)["touches"]] == ["Visit"]
    assert journey("Customer", customer.name, limit=2)["has_more"]


def test_a_touch_does_not_name_a_document_that_the_reader_may_not_read():
    lead = makers.lead()
    note = frappe.get_doc({"doctype": "Note", "title": "Secret of the house", "public": 0}).insert()
    touchpoints.record(
        [
            Touch(MARCH, "Web", lead=lead.name, reference_doctype="Note", reference_name=note.name),
            Touch(MARCH, "Web", lead=lead.name, reference_doctype="Lead", reference_name=lead.name),
        ]
    )
    person = makers.user("reader@journey.example", "Sales User")
    frappe.set_user(person.name)
    named = {touch.reference_name for touch in journey("Lead", lead.name)["touches"]}
    assert named == {None, lead.name}


@pytest.mark.parametrize("role", ["Stock User", "Accounts User"])
def test_what_is_not_yours_and_what_is_not_there_look_the_same(role):
    lead = makers.lead()
    person = makers.user(f"{role.replace(' ', '')}@journey.example", role)
    frappe.set_user(person.name)
    refusals = []
    for name in (lead.name, "CRM-LEAD-NOT-THERE"):
        with pytest.raises(frappe.PermissionError) as refusal:
            journey("Lead", name)
        refusals.append(str(refusal.value))
    assert len(set(refusals)) == 1


def test_only_leads_contacts_and_customers_have_a_journey():
    with pytest.raises(frappe.PermissionError):
        journey("User", "Administrator")
