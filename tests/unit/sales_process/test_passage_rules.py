"""Durations and calibrated probabilities."""

from datetime import datetime, timedelta
from decimal import Decimal
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.sales_process.rules.calibration import Outcomes, calibrated_probability
from crm_ext.sales_process.rules.passages import (
    Stay,
    days_in_stage,
    durations,
    hours_between,
    is_over_limit,
    is_overdue,
    percentile,
)

percents = st.decimals(min_value=0, max_value=100, places=2)
weights = st.decimals(min_value=0, max_value=1000, places=1)
counts = st.tuples(st.integers(0, 5000), st.integers(0, 5000)).map(
    lambda pair: Outcomes(max(pair), min(pair))
)
MOMENT = datetime(2026, 3, 20, 12)


@given(percents, counts, weights)
def test_the_calibrated_probability_lies_between_guess_and_observation(default, outcomes, weight):
    result = calibrated_probability(default, outcomes, weight)
    observed = Decimal(100 * outcomes.won) / outcomes.resolved if outcomes.resolved else default
    rounding = Decimal("0.005")
    assert min(default, observed) - rounding <= result <= max(default, observed) + rounding
    assert 0 <= result <= 100


@given(percents, weights)
def test_without_observations_the_definition_stands(default, weight):
    assert calibrated_probability(default, Outcomes(0, 0), weight) == default


@given(percents, counts.filter(lambda one: one.won < one.resolved), weights)
def test_one_more_win_never_lowers_the_probability(default, outcomes, weight):
    better = Outcomes(outcomes.resolved, outcomes.won + 1)
    assert calibrated_probability(default, better, weight) >= calibrated_probability(
        default, outcomes, weight
    )


def test_many_observations_outweigh_the_guess_and_few_do_not():
    assert calibrated_probability(Decimal(50), Outcomes(10_000, 9_000), Decimal(20)) == Decimal("89.92")
    assert calibrated_probability(Decimal(50), Outcomes(1, 1), Decimal(20)) == Decimal("52.38")


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_hours_of_adjoining_stays_add_up_and_are_never_negative(first, second):
    middle = MOMENT + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    whole = hours_between(MOMENT, end)
    assert abs(hours_between(MOMENT, middle) + hours_between(middle, end) - whole) <= Decimal("0.02")
    assert hours_between(end, MOMENT) >= 0


@given(st.lists(st.integers(0, 1000).map(Decimal), min_size=2, max_size=40))
def test_percentiles_agree_with_the_standard_library(values):
    deciles = quantiles(values, n=10, method="inclusive")
    assert percentile(values, Decimal("0.9")) == pytest.approx(deciles[8])
    assert percentile(values, Decimal("0.5")) == pytest.approx(deciles[4])


def test_durations_are_listed_in_the_order_of_the_process_and_strangers_last():
    stays = [
        Stay("Offer", Decimal(48), "Forward"),
        Stay("Contact", Decimal(24), "Lost"),
        Stay("Contact", Decimal(72), "Forward"),
        Stay("Old stage", Decimal(0), "Back"),
    ]
    lines = durations(stays, ["Contact", "Offer"])
    assert [line.stage for line in lines] == ["Contact", "Offer", "Old stage"]
    assert (lines[0].passages, lines[0].median_days, lines[0].conversion) == (
        2,
        Decimal("2.0"),
        Decimal("50.0"),
    )
    assert lines[0].ninetieth_days == Decimal("2.8")


def test_a_stay_without_a_limit_is_never_over_it():
    assert not is_over_limit(10_000, None) and not is_over_limit(10_000, 0)
    assert is_over_limit(8, 7) and not is_over_limit(7, 7)


def test_ages_count_whole_days_and_a_step_is_overdue_the_day_after():
    assert days_in_stage(MOMENT, MOMENT + timedelta(hours=47)) == 1
    assert days_in_stage(MOMENT + timedelta(days=1), MOMENT) == 0
    today = MOMENT.date()
    assert (
        not is_overdue(today, today)
        and is_overdue(today - timedelta(days=1), today)
        and not is_overdue(None, today)
    )
