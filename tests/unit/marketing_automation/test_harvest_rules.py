"""What ERPNext's documents mean as touches, and whom they concern."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules.harvest import (
    NOTHING,
    Acquaintance,
    Happening,
    Who,
    addresses_in,
    people,
    read_call,
    read_communication,
    read_event,
    read_lead,
    read_visit,
    touches_of,
)

MOMENT = datetime(2026, 3, 21, 10, 0)


def communication(**values):
    defaults = dict(
        name="C-1", creation=MOMENT, modified=MOMENT, communication_date=MOMENT, communication_medium="Email",
        sent_or_received="Sent", delivery_status="Sent", email_status=None, read_by_recipient=0,
        read_by_recipient_on=None, sender="us@firm.example", recipients="Ann <ANN@x.example>", cc=None, bcc=None,
        links=[("Lead", "L-1")],
    )  # fmt: skip
    return SimpleNamespace(**defaults | values)


def call(**values):
    defaults = dict(
        name="K-1", type="Outgoing", status="Completed", start_time=MOMENT, creation=MOMENT, links=[]
    )
    return SimpleNamespace(**defaults | values)


def activities(reading):
    return [happening.activity for happening in reading.happenings]


def test_a_letter_that_was_opened_is_sent_and_opened():
    reading = read_communication(
        communication(read_by_recipient=1, read_by_recipient_on=datetime(2026, 3, 25))
    )
    assert activities(reading) == ["Sent", "Opened"]
    assert [happening.occurred_at.day for happening in reading.happenings] == [21, 25]
    assert reading.happenings[0].addresses == ("ann@x.example",)


@pytest.mark.parametrize(
    ("values", "activity"),
    [
        ({"communication_medium": "Phone"}, "Call"),
        ({"communication_medium": "Visit"}, "Visit"),
        ({"communication_medium": "Event"}, "Meeting"),
        ({"communication_medium": "SMS"}, "Sent"),
        ({"sent_or_received": "Received"}, "Received"),
        ({"delivery_status": None}, "Sent"),
    ],
)
def test_each_medium_has_its_activity(values, activity):
    assert activities(read_communication(communication(**values))) == [activity]


@pytest.mark.parametrize("status", ["Sending", "Scheduled"])
def test_a_letter_that_waits_is_nothing_yet(status):
    assert read_communication(communication(delivery_status=status)) == NOTHING


@pytest.mark.parametrize("status", ["Bounced", "Error", "Rejected", "Expired"])
def test_a_letter_that_did_not_arrive_is_taken_back(status):
    reading = read_communication(communication(delivery_status=status))
    assert not reading.happenings and reading.taken_back == ("Sent",)


def test_spam_is_no_touch():
    assert not read_communication(communication(email_status="Spam")).happenings


@pytest.mark.parametrize(
    ("kind", "status", "counts"),
    [
        ("Outgoing", "Completed", True),
        ("Outgoing", "No Answer", False),
        ("Outgoing", "Ringing", False),
        ("Incoming", "No Answer", True),
        ("Incoming", "Failed", False),
    ],
)
def test_a_call_counts_when_somebody_was_reached_or_called_us(kind, status, counts):
    assert bool(read_call(call(type=kind, status=status)).happenings) == counts


def test_cancelled_visits_and_appointments_are_taken_back():
    visit = SimpleNamespace(name="V", docstatus=2, visited_at=MOMENT, links=[], company=None)
    event = SimpleNamespace(
        name="E", status="Cancelled", event_category="Meeting", starts_on=MOMENT, links=[]
    )
    assert read_visit(visit).taken_back == ("Visit",)
    assert "Meeting" in read_event(event).taken_back


def test_a_lead_without_campaign_and_source_tells_nothing_unless_a_guest_made_it():
    lead = dict(name="L", creation=MOMENT, campaign=None, source=None, company=None)
    assert read_lead(SimpleNamespace(owner="ann@firm.example", **lead)) == NOTHING
    [by_web_form] = read_lead(SimpleNamespace(owner="Guest", **lead)).happenings
    assert (by_web_form.channel, by_web_form.direction) == ("Web", "Inbound")


KNOWN = Acquaintance(
    links_of_contact={
        "Ann": [("Lead", "L-1"), ("Customer", "Acme")],
        "Bob": [("Customer", "Acme")],
        "Stranger": [],
    },
    lead_of_customer={"Acme": "L-1"},
    customer_of_lead={"L-1": "Acme"},
    lead_of_address={"new@x.example": "L-9"},
)


def test_two_people_of_one_firm_are_one_party():
    links = [("Contact", "Ann"), ("Contact", "Bob"), ("Customer", "Acme"), ("Lead", "L-1")]
    assert people(links, (), KNOWN) == [Who("L-1", "Ann", "Acme")]


def test_a_customer_brings_the_lead_it_was_made_of_and_the_other_way_round():
    assert people([("Customer", "Acme")], (), KNOWN) == [Who("L-1", None, "Acme")]
    assert people([("Lead", "L-1")], (), KNOWN) == [Who("L-1", None, "Acme")]


def test_our_own_people_and_suppliers_are_nobody():
    assert people([("Contact", "Colleague"), ("Supplier", "S")], (), KNOWN) == []


def test_an_address_counts_only_where_no_link_says_who_it_was():
    assert people([], ("new@x.example", "nobody@x.example"), KNOWN) == [Who("L-9", None, None)]
    assert people([("Contact", "Stranger")], ("new@x.example",), KNOWN) == [Who(None, "Stranger", None)]


parties = st.sampled_from(
    [("Lead", "L-1"), ("Lead", "L-2"), ("Customer", "Acme"), ("Customer", "Beta"), ("Contact", "Ann"),
     ("Contact", "Bob"), ("Contact", "Stranger"), ("Contact", "Colleague"), ("Supplier", "S")]
)  # fmt: skip


@given(st.lists(parties))
def test_nobody_is_counted_twice_and_no_party_is_lost(links):
    found = people(links, (), KNOWN)
    identities = [who.identity for who in found]
    assert len(identities) == len(set(identities)) and None not in identities
    covered = {name for who in found for name in (who.lead, who.customer)}
    assert {name for doctype, name in links if doctype in ("Lead", "Customer")} <= covered


def happening(**values):
    return Happening(MOMENT, "Email", "Sent", "Outbound", "Communication", "C-1", **values)


def test_a_party_that_has_the_touch_already_gets_no_second_one_under_another_name():
    event = happening(links=(("Lead", "L-1"), ("Customer", "Beta")))
    already = [("Sent", None, Who(None, None, "Acme"))]
    assert [touch.customer for touch in touches_of(event, KNOWN, already)] == ["Beta"]
    other_activity = [("Opened", None, Who(None, None, "Acme"))]
    assert len(touches_of(event, KNOWN, other_activity)) == 2


def test_addresses_are_read_from_headers_of_any_shape():
    assert addresses_in("Ann <A@x.example>, b@x.example", None, "A@x.example; nonsense") == (
        "a@x.example",
        "b@x.example",
    )
