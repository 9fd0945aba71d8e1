"""Margins add up, floors are found where they stand nearest, discounts say beforehand what they take."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules.margin import (
    Floor,
    Line,
    OfferedLine,
    Terms,
    assess,
    credit_percent,
    discounted,
    floor_for,
    further_discount,
    headroom,
    is_covered,
    may_approve,
)

D = Decimal
JUDGEMENTS = ("Each Line", "Whole Document")


def line(key="a", revenue="100", unit_cost="80", **values):
    cost = None if unit_cost is None else D(unit_cost)
    return Line(key=key, item_code=key, qty=D(1), revenue=D(revenue), unit_cost=cost, **values)


amounts = st.decimals(min_value=0, max_value=10**6, places=2)
percents = st.decimals(min_value=0, max_value=30, places=2)
lines = st.lists(
    st.builds(
        Line,
        key=st.uuids().map(str),
        item_code=st.sampled_from("ab"),
        qty=st.decimals(min_value=1, max_value=100, places=1),
        revenue=amounts,
        unit_cost=st.none() | st.decimals(min_value=0, max_value=1000, places=2),
        commission=percents,
        ships=st.booleans(),
        counts=st.booleans(),
        floor=st.none() | percents,
    ),
    max_size=6,
)
terms = st.builds(Terms, freight=percents, freight_charged=amounts, credit=percents)


@given(lines, terms)
def test_every_line_is_shared_out_without_remainder(lines, terms):
    for found in assess(lines, terms).lines:
        if found.margin is not None:
            parts = (
                found.cost,
                found.commission,
                found.freight,
                found.credit,
                found.given_away,
                found.margin,
            )
            assert abs(sum(parts) - found.line.revenue) < D("1e-9")


@given(lines, terms)
def test_the_document_is_the_sum_of_its_lines(lines, terms):
    assessment = assess(lines, terms)
    counted = [found for found in assessment.lines if found.line.counts]
    assert assessment.revenue == sum(found.line.revenue for found in counted)
    assert assessment.margin == sum(found.margin for found in counted if found.margin is not None)


@given(lines, terms)
def test_what_is_given_away_is_borne_to_the_last_cent(lines, terms):
    assessment = assess(lines, terms)
    gifts = sum(
        line.unit_cost * line.qty
        for line in lines
        if line.counts and line.revenue <= 0 and line.unit_cost is not None
    )
    borne = sum(found.given_away for found in assessment.lines)
    assert abs(borne - (gifts if assessment.revenue else 0)) < D("1e-9")


@given(lines, terms, st.sampled_from(JUDGEMENTS), st.decimals(min_value=0, max_value=90, places=2))
def test_a_discount_costs_what_the_discounted_document_has_less(lines, terms, judgement, percent):
    told = further_discount(lines, terms, judgement, percent)
    now, then = assess(lines, terms, judgement), assess(discounted(lines, percent), terms, judgement)
    assert told.margin_lost == now.margin - then.margin
    assert told.revenue_lost == now.revenue - then.revenue
    assert told.below == then.below


@given(lines, st.sampled_from(JUDGEMENTS), percents)
def test_headroom_ends_where_the_floor_is_reached(lines, judgement, credit):
    terms = Terms(credit=credit)
    room = headroom(lines, terms, judgement)
    if room is None:
        return
    if room:
        assert not assess(discounted(lines, room), terms, judgement).below
    beyond = room + D("0.01")
    if beyond < 100:
        assert assess(discounted(lines, beyond), terms, judgement).below


@given(lines, terms)
def test_lines_that_make_up_for_each_other_are_judged_no_harder_than_alone(lines, terms):
    together = assess(lines, terms, "Whole Document").below
    assert set(together) <= set(assess(lines, terms, "Each Line").below)


def test_margin_after_commission_freight_and_credit():
    sold = line(revenue="1000", unit_cost="700", commission=D(5))
    found = assess([sold], Terms(freight=D(4), freight_charged=D(10), credit=D(2))).lines[0]
    assert (found.commission, found.freight, found.credit) == (50, 30, 20)
    assert (found.margin, found.percent) == (200, D("20.00"))


def test_carriage_that_the_customer_pays_in_full_costs_nothing_and_earns_nothing():
    found = assess([line()], Terms(freight=D(4), freight_charged=D(50))).lines[0]
    assert found.freight == 0


def test_carriage_that_the_house_grants_is_a_cost():
    found = assess([line()], Terms(freight=D(4), freight_charged=D(-6))).lines[0]
    assert found.freight == 10


def test_services_carry_no_freight():
    found = {
        one.line.key: one for one in assess([line("a"), line("b", ships=False)], Terms(freight=D(5))).lines
    }
    assert (found["a"].freight, found["b"].freight) == (5, 0)


def test_goods_given_away_push_the_paid_line_below_its_floor():
    paid, free = line(floor=D(10)), line("free", revenue="0", unit_cost="15")
    assert not assess([paid], Terms()).below
    assert assess([paid, free], Terms()).below == ("a",)


def test_samples_alone_are_not_judged():
    assert not assess([line(revenue="0", floor=D(10))], Terms()).below


def test_a_line_without_a_known_cost_is_not_judged():
    assessment = assess([line(unit_cost=None, floor=D(99))], Terms())
    assert (assessment.below, assessment.percent) == ((), None)


def test_exactly_the_floor_is_enough():
    assert not assess([line(revenue="33.33", unit_cost="26.664", floor=D(20))], Terms()).below


def test_a_strong_line_makes_up_for_a_weak_one_where_the_document_is_judged():
    weak, strong = line("weak", unit_cost="95", floor=D(10)), line("strong", unit_cost="50", floor=D(10))
    assert assess([weak, strong], Terms(), "Each Line").below == ("weak",)
    assert assess([weak, strong], Terms(), "Whole Document").below == ()


def test_an_alternative_is_judged_alone():
    weak = line("weak", unit_cost="95", floor=D(10), counts=False)
    strong = line("strong", unit_cost="50", floor=D(10))
    assert assess([weak, strong], Terms(), "Whole Document").below == ("weak",)


def test_credit_costs_simple_interest_by_portion():
    # Half at once, half after 73 days (a fifth of a year) at 20 %: 4 % on one half.
    assert credit_percent([(D(50), 0), (D(50), 73)], D(20)) == 2


def test_paying_in_advance_earns_nothing():
    assert credit_percent([(D(100), -30)], D(20)) == 0


LINEAGE = ["Pumps", "Machines", "All Item Groups"]


@pytest.mark.parametrize(
    ("floors", "expected"),
    [
        ([], D(5)),
        ([Floor(D(10))], D(10)),
        ([Floor(D(10)), Floor(D(12), item_group="All Item Groups")], D(12)),
        ([Floor(D(12), item_group="Machines"), Floor(D(15), item_group="Pumps")], D(15)),
        ([Floor(D(12), item_group="Spare Parts")], D(5)),
        ([Floor(D(10)), Floor(D(8), customer_grade="A")], D(8)),
        ([Floor(D(10)), Floor(D(8), customer_grade="B")], D(10)),
        ([Floor(D(8), customer_grade="A"), Floor(D(7), company="One")], D(8)),
        ([Floor(D(7), company="One"), Floor(D(6), company="Two")], D(7)),
        ([Floor(D(15), item_group="Pumps"), Floor(D(1), item_group="Machines", customer_grade="A")], D(15)),
    ],
)
def test_the_floor_that_fits_best_counts(floors, expected):
    assert floor_for(floors, LINEAGE, "A", "One", D(5)) == expected


def offered(item="a", qty="10", price="90", burden="5"):
    return OfferedLine(item, D(qty), D(price), D(burden))


@pytest.mark.parametrize(
    ("now", "covered"),
    [
        ([offered()], True),
        ([offered(qty="4")], True),
        ([offered(price="95")], True),
        ([offered(burden="3")], True),
        ([offered(qty="11")], False),
        ([offered(price="89")], False),
        ([offered(burden="6")], False),
        ([offered(item="b")], False),
        ([offered(qty="4"), offered(qty="6")], True),
        ([offered(qty="6"), offered(qty="6")], False),
        ([], True),
    ],
)
def test_an_approval_covers_the_same_and_the_better(now, covered):
    assert is_covered(now, [offered()]) is covered


@given(st.lists(st.builds(offered, item=st.sampled_from("ab"), qty=st.sampled_from(["1", "5"])), max_size=5))
def test_an_approval_covers_what_was_approved(approved):
    assert is_covered(approved, approved)
    if approved:
        cheaper = [replace(approved[0], price=approved[0].price - 1), *approved[1:]]
        assert not is_covered(cheaper, approved)


def test_a_limit_reaches_down_to_its_margin_and_no_further():
    limits = {"Head": D(5), "Director": D(-20)}
    assert may_approve(limits, ["Head"], D(5))
    assert not may_approve(limits, ["Head"], D("4.99"))
    assert may_approve(limits, ["Head", "Director"], D(-20))
    assert not may_approve(limits, ["Clerk"], D(50))
