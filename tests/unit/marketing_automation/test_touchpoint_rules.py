"""What a touchpoint must hold, and when two are the same."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules.channels import (
    STANDARD_CHANNELS,
    channel_of_communication,
    channel_of_event,
    channel_of_lead_source,
    channel_of_utm_medium,
)
from crm_ext.marketing_automation.rules.touchpoints import ChannelPrice, Touch, cost_in, problem_of

MOMENT = datetime(2026, 3, 21, 10, 0)
LETTER = Touch(
    MOMENT, "Email", "Sent", "Outbound", lead="L-1", reference_doctype="Communication", reference_name="C-1"
)

names = st.one_of(st.none(), st.text(min_size=1, max_size=20))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lead": None}, "touch_without_party"),
        ({"channel": ""}, "touch_without_channel"),
        ({"occurred_at": "2026-03-21"}, "touch_without_site_time"),
        ({"occurred_at": MOMENT.replace(tzinfo=UTC)}, "touch_without_site_time"),
        ({"activity": "Dreamt"}, "activity_unknown"),
        ({"direction": "Sideways"}, "direction_unknown"),
        ({"reference_name": None}, "reference_incomplete"),
        ({"reference_doctype": None}, "reference_incomplete"),
        ({"cost": Decimal(-1)}, "cost_negative"),
        ({"utm_source": "x" * 141}, "text_too_long"),
    ],
)
def test_what_cannot_be_a_touch_is_refused_with_its_reason(change, code):
    assert problem_of(replace(LETTER, **change)).code == code


def test_a_complete_touch_is_not_refused():
    assert problem_of(LETTER) is None


def test_the_same_letter_read_again_is_the_same_touch_even_when_its_time_was_corrected():
    assert LETTER.key == replace(LETTER, occurred_at=datetime(2026, 4, 1), campaign="Spring").key


def test_a_touch_stays_the_same_when_its_lead_has_become_a_customer():
    assert LETTER.key == replace(LETTER, customer="Acme", contact="Ann").key


@pytest.mark.parametrize(
    "change",
    [
        {"lead": "L-2"},
        {"activity": "Opened"},
        {"reference_name": "C-2"},
        {"occasion": "second link"},
        {"reference_doctype": "Event"},
    ],
)
def test_another_party_activity_document_or_occasion_is_another_touch(change):
    assert LETTER.key != replace(LETTER, **change).key


def test_without_a_reference_the_moment_tells_touches_apart():
    by_hand = Touch(MOMENT, "Visit", lead="L-1")
    assert by_hand.key != replace(by_hand, occurred_at=datetime(2026, 3, 21, 11, 0)).key
    assert by_hand.key == replace(by_hand, contact="Ann").key


@given(names, names, names, st.text(max_size=20), st.text(max_size=20))
def test_keys_have_one_shape_whatever_the_words(lead, contact, customer, reference, occasion):
    touch = Touch(
        MOMENT, "Email", lead=lead, contact=contact, customer=customer,
        reference_name=reference or None, occasion=occasion or None,
    )  # fmt: skip
    assert len(touch.key) == 32 and int(touch.key, 16) >= 0
    assert (touch.party is None) == (not (lead or contact or customer))


def test_a_lead_and_a_customer_of_one_name_are_two_parties():
    lead = Touch(MOMENT, "Email", lead="Same", reference_doctype="Event", reference_name="E")
    assert lead.key != replace(lead, lead=None, customer="Same").key


def test_the_cost_is_converted_by_the_rate_and_nothing_where_none_is_known():
    price = ChannelPrice(True, Decimal("2.50"), "USD")
    assert cost_in(price, "USD", {}) == Decimal("2.50")
    assert cost_in(price, "EUR", {("USD", "EUR"): Decimal("0.8")}) == Decimal("2.00")
    assert cost_in(price, "IRR", {("USD", "EUR"): Decimal("0.8")}) == 0


@pytest.mark.parametrize(
    ("function", "word", "channel"),
    [
        (channel_of_communication, "Phone", "Phone Call"),
        (channel_of_communication, None, "Email"),
        (channel_of_communication, "Other", "Other"),
        (channel_of_event, "Meeting", "Visit"),
        (channel_of_event, None, "Event"),
        (channel_of_lead_source, "Mass Mailing", "Email"),
        (channel_of_lead_source, "Horoscope", "Other"),
        (channel_of_utm_medium, "CPC", "Advertisement"),
        (channel_of_utm_medium, "Paid Social", "Social"),
        (channel_of_utm_medium, None, "Web"),
    ],
)
def test_words_from_elsewhere_find_their_channel(function, word, channel):
    assert function(word) == channel
    assert channel in STANDARD_CHANNELS
