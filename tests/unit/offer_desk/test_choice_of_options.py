"""Which lines and options a choice takes, and when an offer may be ordered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules import quotation_options as rules
from crm_ext.shared.results import Refusal

TODAY = date(2026, 11, 22)
OPEN = rules.Standing(is_submitted=True, is_cancelled=False, status="Open", valid_until=TODAY)
LINES = (
    rules.OfferedLine("pump", "Pump"),
    rules.OfferedLine("strong", "Strong Pump", is_alternative=True),
    rules.OfferedLine("silent", "Silent Pump", is_alternative=True),
    rules.OfferedLine("motor", "Motor"),
)
OPTIONS = (
    rules.OfferedOption("gauge", "Gauge"),
    rules.OfferedOption("short", "Warranty 1 Year", "Warranty"),
    rules.OfferedOption("long", "Warranty 3 Years", " warranty "),
)


def test_without_a_choice_the_lines_of_the_total_are_taken():
    assert rules.choose(LINES, OPTIONS, (), ()) == rules.Choice(("pump", "motor"), ())


def test_an_alternative_replaces_the_line_above_it():
    assert rules.choose(LINES, OPTIONS, ("gauge",), ("silent",)) == rules.Choice(
        ("silent", "motor"), ("gauge",)
    )


@pytest.mark.parametrize(
    ("chosen", "alternatives", "code"),
    [
        (("short", "long"), (), "two_of_a_choice"),
        ((), ("strong", "silent"), "two_alternatives"),
        (("guessed",), (), "choice_not_offered"),
        (("strong",), (), "choice_not_offered"),
        ((), ("gauge",), "choice_not_offered"),
        ((), ("pump",), "choice_not_offered"),
    ],
)
def test_what_does_not_go_together_is_refused(chosen, alternatives, code):
    refusal = rules.choose(LINES, OPTIONS, chosen, alternatives)
    assert isinstance(refusal, Refusal) and refusal.code == code


def test_what_an_order_has_already_is_not_taken_again_nor_its_rival():
    ordered = (rules.OfferedOption("short", "Warranty 1 Year", "Warranty", is_ordered=True), OPTIONS[2])
    assert rules.choose(LINES, ordered, ("short",), ()).code == "option_ordered"
    assert rules.choose(LINES, ordered, ("long",), ()).code == "two_of_a_choice"
    assert rules.choose(LINES, ordered, (), ()).options == ()


options = st.lists(
    st.builds(rules.OfferedOption, st.uuids().map(str), st.just("Item"), st.sampled_from(["", "A", "B"])),
    max_size=8,
)


@given(options, st.data())
def test_a_choice_that_is_accepted_has_at_most_one_of_each_group(offered, data):
    chosen = {row.key for row in offered if data.draw(st.booleans())}
    result = rules.choose((), offered, chosen, ())
    groups = [row.group for row in offered if row.key in chosen and row.group]
    if isinstance(result, Refusal):
        assert len(groups) > len(set(groups))
    else:
        assert set(result.options) == chosen and len(groups) == len(set(groups))


@pytest.mark.parametrize("quantity", [None, float("nan"), float("inf"), float("-inf"), 0, -1, 1e12])
def test_quantities_that_are_no_quantities_are_refused(quantity):
    assert isinstance(rules.quantity_refusal(quantity), Refusal)


def test_a_part_of_a_unit_is_a_quantity():
    assert rules.quantity_refusal(0.25) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_submitted": False, "is_cancelled": True}, "offer_cancelled"),
        ({"is_submitted": False, "is_cancelled": True, "superseded_by": "Q-1"}, "offer_superseded"),
        ({"is_submitted": False}, "offer_not_submitted"),
        ({"status": "Lost"}, "offer_lost"),
        ({"status": "Ordered"}, "offer_ordered"),
        ({"order": "SO-1"}, "offer_ordered"),
        ({"valid_until": TODAY - timedelta(days=1)}, "offer_expired"),
    ],
)
def test_an_offer_that_may_not_be_ordered_says_why(changes, code):
    standing = rules.Standing(**{**OPEN.__dict__, **changes})
    assert rules.order_refusal(standing, TODAY).code == code


def test_an_offer_may_be_ordered_on_its_last_day_and_later_where_the_site_allows_it():
    assert rules.order_refusal(OPEN, TODAY) is None
    late = rules.Standing(**{**OPEN.__dict__, "valid_until": TODAY - timedelta(days=9), "late_allowed": True})
    assert rules.order_refusal(late, TODAY) is None
