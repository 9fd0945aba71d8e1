"""The first touch stays with the customer."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules.origins import (
    FirstInvoice,
    FirstTouch,
    LeadFacts,
    Origin,
    origin_of,
    settled,
)

CALL = FirstTouch(datetime(2026, 1, 5), "Phone Call", None)
ENQUIRY = FirstTouch(datetime(2026, 2, 1), "Web", "Spring")
LEAD = LeadFacts("L-1", datetime(2026, 2, 2), "Fair", "Exhibition")
INVOICE = FirstInvoice(datetime(2026, 5, 1), "Autumn")


def test_the_moment_is_the_first_touch_and_the_campaign_that_of_the_first_touch_with_one():
    origin = origin_of("Acme", CALL, ENQUIRY, LEAD, INVOICE)
    assert origin == Origin("Acme", CALL.occurred_at, "Phone Call", "Spring", "Exhibition", "L-1")


def test_without_a_campaign_among_the_touches_the_lead_and_then_the_first_invoice_speak():
    assert origin_of("Acme", CALL, None, LEAD, INVOICE).campaign == "Fair"
    assert origin_of("Acme", CALL, None, None, INVOICE).campaign == "Autumn"
    assert origin_of("Acme", None, None, LEAD, None).first_touch_at == LEAD.created_at
    assert origin_of("Acme", None, None, None, INVOICE).first_touch_at == INVOICE.posted_at


def test_where_nothing_is_known_nothing_is_claimed():
    assert origin_of("Acme", None, None, replace(LEAD, campaign=None, source=None), None) is None
    assert origin_of("Acme", None, None, None, replace(INVOICE, campaign=None)) is None


STANDING = Origin("Acme", datetime(2026, 2, 1), "Web", "Spring", None, "L-1")


def test_a_later_touch_never_changes_the_origin():
    later = replace(STANDING, first_touch_at=datetime(2026, 6, 1), campaign="Autumn")
    assert settled(STANDING, later) is None


def test_an_earlier_touch_that_was_found_late_moves_the_origin():
    earlier = replace(STANDING, first_touch_at=datetime(2026, 1, 1), campaign="Winter")
    assert settled(STANDING, earlier) == earlier


def test_nothing_known_is_taken_away():
    poorer = Origin("Acme", datetime(2026, 1, 1))
    assert settled(STANDING, poorer) == replace(STANDING, first_touch_at=datetime(2026, 1, 1))


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))
campaigns = st.one_of(st.none(), st.sampled_from(["A", "B"]))


@given(st.lists(st.tuples(moments, campaigns), min_size=1))
def test_whatever_the_order_of_arrival_the_earliest_moment_stands_and_settling_again_changes_nothing(facts):
    standing = None
    for moment, campaign in facts:
        found = Origin("Acme", moment, None, campaign)
        standing = settled(standing, found) or standing
        assert settled(standing, found) is None
    assert standing.first_touch_at == min(moment for moment, _ in facts)
