"""Where customers came from: decided by the earliest touch, and never overwritten by later ones."""

from datetime import datetime, timedelta

import frappe
import makers
from frappe.utils import get_datetime

from crm_ext.marketing_automation.flow import harvest, origins, touchpoints
from crm_ext.marketing_automation.rules.touchpoints import Touch

MARCH = datetime(2026, 3, 1, 9, 0)


def follow():
    harvest.run(checkpoint=lambda: None)


def touch(moment, campaign=None, **who):
    touchpoints.record([Touch(moment, "Web", "Enquiry", campaign=campaign.name if campaign else None, **who)])


def origin(customer):
    return frappe.db.get_value("Customer Origin", customer.name, ["*"], as_dict=True)


def made_of(lead):
    return makers.customer(f"Customer of {lead.name}", lead_name=lead.name)


def test_a_customer_made_of_a_lead_shows_its_origin_at_once():
    campaign = makers.campaign("Spring")
    lead = makers.lead(source="Exhibition")
    touch(MARCH, campaign, lead=lead.name)
    found = origin(made_of(lead))
    assert (found.campaign, found.source, found.lead, found.first_touch_at) == (
        campaign.name, "Exhibition", lead.name, MARCH,
    )  # fmt: skip


def test_a_customer_without_a_lead_costs_one_comparison_and_no_query(monkeypatch):
    customer = makers.customer("No Lead")
    statements = []
    monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: statements.append(args))
    origins.customer_inserted(customer)
    assert not statements


def test_later_touches_and_documents_do_not_change_the_origin():
    spring, autumn = makers.campaign("Spring"), makers.campaign("Autumn")
    lead = makers.lead()
    touch(MARCH, spring, lead=lead.name)
    customer = made_of(lead)
    touch(MARCH + timedelta(days=100), autumn, customer=customer.name)
    frappe.db.set_value("Lead", lead.name, "campaign_name", autumn.name)
    follow()
    assert (origin(customer).campaign, origin(customer).first_touch_at) == (spring.name, MARCH)
    assert not origin(customer).history


def test_an_earlier_touch_that_is_found_late_moves_the_origin_and_says_what_stood_before():
    spring, winter = makers.campaign("Spring"), makers.campaign("Winter")
    lead = makers.lead()
    touch(MARCH, spring, lead=lead.name)
    customer = made_of(lead)
    touch(MARCH - timedelta(days=40), winter, lead=lead.name)
    follow()
    follow()
    assert (origin(customer).campaign, origin(customer).first_touch_at) == (
        winter.name,
        MARCH - timedelta(days=40),
    )
    assert spring.name in origin(customer).history and len(origin(customer).history.splitlines()) == 1


def test_touches_of_a_contact_count_for_its_customer():
    campaign = makers.campaign("By Contact")
    customer = makers.customer("Contacted")
    contact = makers.contact("Somebody", ("Customer", customer.name))
    touch(MARCH, campaign, contact=contact.name)
    follow()
    assert origin(customer).campaign == campaign.name


def test_without_touches_the_lead_speaks():
    campaign = makers.campaign("Lead Campaign")
    lead = makers.lead()
    frappe.db.set_value("Lead", lead.name, "campaign_name", campaign.name)
    customer = made_of(lead)
    assert (origin(customer).campaign, origin(customer).first_touch_at) == (
        campaign.name, get_datetime(lead.creation),
    )  # fmt: skip


def test_a_campaign_that_reaches_somebody_who_buys_already_did_not_bring_him():
    before, after = makers.campaign("First Sale"), makers.campaign("Later Mailing")
    customer, item = makers.customer("Buys Already"), makers.item("Origin Pump")
    invoice = makers.sales_invoice(customer.name, item.name, campaign=before.name)
    sold_at = get_datetime(invoice.posting_date)
    touch(sold_at + timedelta(days=3), after, customer=customer.name)
    follow()
    assert (origin(customer).campaign, origin(customer).first_touch_at) == (before.name, sold_at)


def test_where_nothing_is_known_there_is_no_origin():
    customer = makers.customer("Unknown Origin")
    follow()
    assert origin(customer) is None


def test_the_origin_goes_with_the_customer():
    campaign, lead = makers.campaign("Gone"), makers.lead()
    touch(MARCH, campaign, lead=lead.name)
    customer = made_of(lead)
    frappe.delete_doc("Customer", customer.name)
    assert origin(customer) is None


def test_the_origin_follows_a_renamed_customer_and_the_earlier_one_stays_when_two_become_one():
    spring, winter = makers.campaign("Spring"), makers.campaign("Winter")
    early, late = makers.customer("Early Bird"), makers.customer("Late Bird")
    touch(MARCH, spring, customer=late.name)
    touch(MARCH - timedelta(days=9), winter, customer=early.name)
    follow()
    frappe.rename_doc("Customer", early.name, "Bird")
    assert frappe.db.get_value("Customer Origin", "Bird", ["customer", "campaign"]) == ("Bird", winter.name)
    frappe.rename_doc("Customer", "Bird", late.name, merge=True)
    assert origin(late).campaign == winter.name
    assert not frappe.db.exists("Customer Origin", "Bird")


def test_settling_many_customers_takes_as_many_queries_as_one(monkeypatch):
    campaign = makers.campaign("Many")
    customers = []
    for number in range(7):
        customer = makers.customer(f"Many {number}")
        touch(MARCH, campaign, customer=customer.name)
        customers.append(customer.name)
    origins.settle([customers.pop()])  # reads what Frappe keeps of the doctypes
    statements = []
    original = frappe.db.sql
    monkeypatch.setattr(
        frappe.db, "sql", lambda *args, **kwargs: (statements.append(args[0]), original(*args, **kwargs))[1]
    )
    assert origins.settle(customers[:1]) == 1
    for_one = len(statements)
    statements.clear()
    assert origins.settle(customers[1:]) == 5
    assert len(statements) == for_one
