"""Facts are judged on their values, and what cannot be known is never taken as met."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.sales_process.rules.facts import (
    FACTS,
    Measure,
    OpportunityFacts,
    StockLine,
    judge,
    needs_of,
    pipeline_value,
)
from crm_ext.sales_process.rules.moves import criteria_on_the_way, weigh
from crm_ext.sales_process.rules.processes import Activity, Criterion, Process, Stage

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
COMPLETE = OpportunityFacts(
    customer="Pump House",
    reachable_by="buyer@example.com",
    decision_maker="Ms Rahimi, head of purchasing",
    expected_closing=date(2026, 12, 1),
    amount=Decimal(1000),
    items=2,
    quotations=("QTN-1",),
    credit_limit=Decimal(5000),
    outstanding=Decimal(1000),
    stock=(StockLine("Pump", Decimal(2), Decimal(3)),),
    revenue=Decimal(1000),
    cost=Decimal(700),
    advance_received=Decimal(300),
    competitors=("Rival",),
    activities_done=frozenset({"Site survey"}),
)


def criterion(fact, operator=None, threshold=1, **more):
    operator = operator or ("Yes" if FACTS[fact].measure is Measure.ANSWER else "At least")
    return Criterion("Offer", fact, operator, Decimal(threshold), activity="Site survey", **more)


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_met_by_a_complete_opportunity_and_unmet_by_an_empty_one(fact):
    assert judge(criterion(fact), COMPLETE).met
    assert not judge(criterion(fact), OpportunityFacts()).met


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_says_something_in_both_cases(fact):
    assert judge(criterion(fact), COMPLETE).finding.code
    assert judge(criterion(fact), OpportunityFacts()).finding.code


@given(limit=amounts.filter(bool), outstanding=amounts, needed=amounts)
def test_credit_is_available_exactly_when_limit_covers_outstanding_and_the_amount(limit, outstanding, needed):
    facts = replace(COMPLETE, credit_limit=limit, outstanding=outstanding, amount=needed)
    assert judge(criterion("Credit available"), facts).met == (outstanding + needed <= limit)


def test_without_a_credit_limit_credit_is_available():
    judgement = judge(criterion("Credit available"), replace(COMPLETE, credit_limit=Decimal(0)))
    assert judgement.met and judgement.finding.code == "no_credit_limit"


@given(st.lists(st.tuples(amounts, amounts), max_size=8))
def test_stock_is_promised_when_every_line_is_covered(lines):
    stock = tuple(StockLine(f"item {index}", wanted, there) for index, (wanted, there) in enumerate(lines))
    judgement = judge(criterion("Stock promised"), replace(COMPLETE, stock=stock))
    short = sum(there < wanted for wanted, there in lines)
    assert judgement.met == (short == 0)
    if short:
        assert judgement.finding.values["others"] == short - 1


@given(revenue=amounts.filter(bool), cost=amounts, floor=st.integers(-50, 100))
def test_the_margin_floor_is_a_share_of_revenue(revenue, cost, floor):
    facts = replace(COMPLETE, revenue=revenue, cost=cost)
    met = judge(criterion("Margin", threshold=floor), facts).met
    assert met == ((revenue - cost) / revenue * 100 >= floor)


def test_an_unknown_cost_never_passes_as_margin_and_names_the_item():
    judgement = judge(criterion("Margin", threshold=-100), replace(COMPLETE, items_without_cost=("Pump",)))
    assert not judgement.met and judgement.finding.values["items"] == ("Pump",)


def test_at_most_and_no_turn_the_question_round():
    assert judge(criterion("Opportunity amount", "At most", 1000), COMPLETE).met
    assert not judge(criterion("Opportunity amount", "At most", 999), COMPLETE).met
    assert judge(criterion("Competitor known", "No"), replace(COMPLETE, competitors=())).met
    assert not judge(criterion("Credit available", "No"), OpportunityFacts()).met


def test_only_what_is_asked_for_is_read():
    assert needs_of((criterion("Items listed"),)) == frozenset()
    assert needs_of((criterion("Credit available"), criterion("Margin"))) == {"customer", "credit", "margin"}


@given(amount=amounts, items=amounts, rate=amounts)
def test_the_stated_amount_counts_before_the_items_and_a_missing_rate_is_one(amount, items, rate):
    assert pipeline_value(amount, items, rate) == (amount or items) * (rate or 1)


PROCESS = Process(
    name="Pumps",
    opportunity_type=None,
    company=None,
    stages=tuple(Stage(name, Decimal(10)) for name in ("Contact", "Offer", "Closing")),
    activities=(
        Activity("Contact", "First call", "Call", True),
        Activity("Offer", "Dinner", "Meeting", False),
    ),
    criteria=(
        Criterion("Contact", "Contact can be reached", "Yes"),
        Criterion("Offer", "Competitor known", "Yes", required=False),
        Criterion("Closing", "Margin", "At least", Decimal(90)),
    ),
)
DONE = {("Contact", "First call")}
stages = st.sampled_from([None, "Contact", "Offer", "Closing", "Elsewhere"])


@given(stages, stages)
def test_only_a_move_forward_is_ever_refused(here, there):
    if PROCESS.direction(here, there) != "forward":
        assert weigh(PROCESS, here, there, OpportunityFacts(), set()).allowed
        assert criteria_on_the_way(PROCESS, here, there) == ()


def test_required_criteria_and_activities_stand_in_the_way():
    verdict = weigh(PROCESS, "Contact", "Offer", OpportunityFacts(), set())
    assert not verdict.allowed
    assert [judgement.fact for judgement in verdict.unmet] == ["Contact can be reached"]
    assert [activity.name for activity in verdict.open_activities] == ["First call"]
    assert weigh(PROCESS, "Contact", "Offer", COMPLETE, DONE).allowed


def test_advice_does_not_stand_in_the_way():
    assert weigh(PROCESS, "Offer", "Closing", OpportunityFacts(), set()).allowed


def test_skipping_a_stage_does_not_skip_its_criteria():
    assert not weigh(PROCESS, "Contact", "Closing", OpportunityFacts(), DONE).allowed
    assert weigh(PROCESS, "Contact", "Closing", COMPLETE, DONE).allowed
