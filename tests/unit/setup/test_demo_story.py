"""The demo company's history is worked out before anything is written; what it promises is checked here."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ext.setup.demo.story import Story, tell
from crm_ext.setup.demo.words import PRODUCTS, Said, pick

PARTS = {product.code: product.parts for product in PRODUCTS}
STOCKED = {product.code for product in PRODUCTS if product.kind in ("made", "traded", "part")}


def stock_after_every_event(story: Story):
    """(event, quantity on hand after it by place and item) through the whole story."""
    hand = defaultdict(int)
    for event in story.events:
        if event.kind == "purchase":
            place = event.key.split("/")[0]
            for item, quantity in event.detail:
                hand[place, item] += quantity
        elif event.kind == "manufacture":
            ((item, quantity),) = event.detail
            hand["ISF", item] += quantity
            for part, each in PARTS[item]:
                hand["ISF", part] -= each * quantity
        elif event.kind == "distribute":
            for place, item, quantity in event.detail:
                hand["ISF", item] -= quantity
                hand[place, item] += quantity
        elif event.kind == "delivery":
            deal = story.deals[event.key]
            for item, quantity in deal.lines:
                if item in STOCKED:
                    hand[deal.branch, item] -= quantity
        yield event, dict(hand)


def test_the_same_seed_tells_the_same_story():
    assert tell(6, 7).events == tell(6, 7).events


def test_another_seed_tells_another_story():
    assert tell(6, 7).events != tell(6, 8).events


@settings(max_examples=25, deadline=None)
@given(months=st.integers(1, 24), seed=st.integers(0, 10_000))
def test_no_store_ever_gives_what_it_does_not_have(months, seed):
    for event, hand in stock_after_every_event(tell(months, seed)):
        assert all(quantity >= 0 for quantity in hand.values()), event


@settings(max_examples=25, deadline=None)
@given(months=st.integers(1, 24), seed=st.integers(0, 10_000))
def test_nothing_happens_outside_the_history_and_days_do_not_run_backwards(months, seed):
    story = tell(months, seed)
    days = [event.day for event in story.events]
    assert days == sorted(days)
    assert days[0] >= 0 and days[-1] < story.days


@settings(max_examples=25, deadline=None)
@given(months=st.integers(1, 24), seed=st.integers(0, 10_000))
def test_every_step_of_a_deal_follows_the_one_before(months, seed):
    steps = ("opportunity", "quotation", "order", "delivery", "invoice", "payment")
    seen = defaultdict(list)
    for event in tell(months, seed).events:
        if event.kind in steps:
            seen[event.key].append(event.kind)
    for happened in seen.values():
        reached = list(dict.fromkeys(happened))
        assert reached == list(steps[: len(reached)])


@settings(max_examples=25, deadline=None)
@given(months=st.integers(1, 24), seed=st.integers(0, 10_000))
def test_leads_of_a_campaign_come_after_it_began_and_before_their_business(months, seed):
    story = tell(months, seed)
    begun = {event.key: event.day for event in story.events if event.kind == "campaign"}
    for lead in story.leads:
        if lead.day < story.days and lead.campaign:
            assert lead.day > begun[lead.campaign]
        if lead.deal is not None:
            assert lead.day <= story.deals[lead.deal].days["opportunity"]


def test_a_year_and_a_half_has_every_kind_of_business():
    story = tell(18, 1384)
    assert {deal.outcome for deal in story.deals} == {"won", "lost", "stalled"}
    assert {deal.payment for deal in story.deals} == {"prompt", "late", "partial", "advance", "unpaid"}
    assert {"return", "write_off", "advance", "manufacture", "sample"} <= {
        event.kind for event in story.events
    }


@pytest.mark.parametrize(
    ("language", "turn", "expected"),
    [("en", 0, "Isfahan"), ("fa", 1, "اصفهان"), ("both", 0, "اصفهان"), ("both", 1, "Isfahan")],
)
def test_names_are_in_the_wanted_language_and_take_turns_where_both_are_wanted(language, turn, expected):
    assert pick(Said("Isfahan", "اصفهان"), language, turn) == expected
