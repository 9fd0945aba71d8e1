"""The engine is the reference rule, no model loses a cent, and Markov's removal effect is the published one."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules import attribution
from crm_ext.marketing_automation.rules.attribution import (
    CONVERSION,
    FIRST,
    LAST,
    LINEAR,
    MARKOV,
    MODELS,
    NULL,
    POSITION_BASED,
    START,
    TIME_DECAY,
    Settings,
    TouchPoint,
)

DAY = datetime(2026, 3, 1)
CAMPAIGNS = ("Autumn Fair", "Catalogue", "Newsletter", "Partner Day")
PARTIES = ("Arman Pumps", "Baran Heating", "Caspian Foods")

moments = st.integers(0, 60 * 24).map(lambda hours: DAY + timedelta(hours=hours))
touches = st.lists(st.tuples(st.sampled_from(PARTIES), st.sampled_from(CAMPAIGNS), moments), max_size=25)
results = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(PARTIES)),
        st.integers(0, 70).map(lambda days: (DAY + timedelta(days=days)).date()),
        st.one_of(st.none(), st.sampled_from(CAMPAIGNS)),
        st.decimals("-99999.99", "99999.99", places=2),
    ),
    min_size=1,
    max_size=12,
)
origins = st.dictionaries(st.sampled_from(PARTIES), st.sampled_from(CAMPAIGNS))
policies = st.builds(
    Settings,
    model=st.sampled_from(MODELS),
    look_back_days=st.one_of(st.none(), st.integers(0, 60)),
    half_life_days=st.floats(0.5, 60),
)


def engine_with(touches, results, origins):
    connection = duckdb.connect()
    connection.execute("create table touches (party varchar, campaign varchar, occurred_at timestamp)")
    connection.execute("create table origins (party varchar, campaign varchar)")
    connection.execute(
        """create table results (voucher varchar, party varchar, company varchar, posting_date date, decided_on date,
        campaign_on_document varchar, revenue decimal(18, 2))"""
    )
    for row in touches:
        connection.execute("insert into touches values (?, ?, ?)", row)
    for row in origins.items():
        connection.execute("insert into origins values (?, ?)", row)
    for number, (party, decided_on, campaign, revenue) in enumerate(results):
        connection.execute(
            "insert into results values (?, ?, 'Test Pumps', ?, ?, ?, ?)",
            (f"SINV-{number}", party, decided_on, decided_on, campaign, revenue),
        )
    return connection


def shares_by_engine(connection):
    rows = connection.execute("select voucher, attributed_campaign, parts from attributed_result").fetchall()
    shares = {}
    for voucher, campaign, parts in rows:
        shares.setdefault(voucher, {})[campaign] = Fraction(parts, attribution.WEIGHT_PARTS)
    return shares


def shares_by_reference(touches, results, origins, policy, effects):
    shares = {}
    for number, (party, decided_on, campaign, _) in enumerate(results):
        journey = attribution.journey_of(
            [TouchPoint(campaign, moment) for who, campaign, moment in touches if who == party],
            decided_on,
            policy.look_back_days,
            campaign,
            origins.get(party),
        )
        weights = attribution.journey_weights(journey, policy.model, policy.half_life_days, effects)
        shares[f"SINV-{number}"] = weights or {None: Fraction(1)}
    return shares


@settings(deadline=None, max_examples=20)
@given(touches, results, origins, policies)
def test_engine_shares_each_result_as_the_reference_does(touches, results, origins, policy):
    connection = engine_with(touches, results, origins)
    effects = attribution.attribute(connection, policy)
    by_engine = shares_by_engine(connection)
    by_reference = shares_by_reference(touches, results, origins, policy, effects)
    assert by_engine.keys() == by_reference.keys()
    for voucher, expected in by_reference.items():
        for campaign in expected.keys() | by_engine[voucher].keys():
            difference = expected.get(campaign, 0) - by_engine[voucher].get(campaign, 0)
            assert abs(difference) < Fraction(1, 10**10), (voucher, campaign)


@settings(deadline=None, max_examples=10)
@given(touches, results, origins, policies)
def test_no_model_gains_or_loses_revenue(touches, results, origins, policy):
    connection = engine_with(touches, results, origins)
    attribution.attribute(connection, policy)
    shares = shares_by_engine(connection)
    assert all(sum(of_one.values()) == 1 for of_one in shares.values())
    attribution.add_up(connection, ["revenue"], ["company"])
    total = connection.execute("select sum(revenue) from attributed_total").fetchone()[0]
    in_parts = attribution.AMOUNT_PARTS * attribution.WEIGHT_PARTS
    assert Decimal(int(total)) / in_parts == sum((row[3] for row in results), Decimal(0))


@settings(deadline=None, max_examples=10)
@given(touches, results, origins, policies, st.randoms())
def test_order_of_the_rows_changes_nothing(touches, results, origins, policy, random):
    one = engine_with(touches, results, origins)
    attribution.attribute(one, policy)
    shuffled = list(touches)
    random.shuffle(shuffled)
    other = engine_with(shuffled, results, origins)
    attribution.attribute(other, policy)
    first, second = shares_by_engine(one), shares_by_engine(other)
    for voucher in first:
        for campaign in first[voucher].keys() | second[voucher].keys():
            difference = first[voucher].get(campaign, 0) - second[voucher].get(campaign, 0)
            assert abs(difference) <= Fraction(1, 10**11)


@given(
    st.lists(st.builds(TouchPoint, st.sampled_from(CAMPAIGNS), moments), min_size=1), st.sampled_from(MODELS)
)
def test_weights_of_a_journey_add_up_to_one(journey, model):
    journey.sort(key=lambda touch: (touch.occurred_at, touch.campaign))
    assert sum(attribution.journey_weights(journey, model).values()) == 1


JOURNEY = [TouchPoint(campaign, DAY + timedelta(days=7 * index)) for index, campaign in enumerate("ABCD")]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (FIRST, {"A": Fraction(1)}),
        (LAST, {"D": Fraction(1)}),
        (LINEAR, dict.fromkeys("ABCD", Fraction(1, 4))),
        (
            POSITION_BASED,
            {"A": Fraction(2, 5), "B": Fraction(1, 10), "C": Fraction(1, 10), "D": Fraction(2, 5)},
        ),
        (
            TIME_DECAY,
            {"A": Fraction(1, 15), "B": Fraction(2, 15), "C": Fraction(4, 15), "D": Fraction(8, 15)},
        ),
    ],
)
def test_four_weekly_touches_are_weighted_by_the_definition(model, expected):
    assert attribution.journey_weights(JOURNEY, model, half_life_days=7) == expected


def test_removal_effects_are_those_of_the_published_example():
    """Three journeys: C1 > C2 > C3 > sale, C1 > nothing, C2 > C3 > nothing (Bryl, 2016): effects 0.5, 1 and 1."""
    transitions = {
        (START, "C1"): 2, (START, "C2"): 1, ("C1", "C2"): 1, ("C1", NULL): 1,
        ("C2", "C3"): 2, ("C3", CONVERSION): 1, ("C3", NULL): 1,
    }  # fmt: skip
    assert attribution.removal_effects(transitions) == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0})


def test_the_engine_finds_the_published_removal_effects_in_journeys():
    touches = [
        ("sold", "C1", DAY), ("sold", "C2", DAY + timedelta(1)), ("sold", "C3", DAY + timedelta(2)),
        ("left", "C1", DAY), ("lost", "C2", DAY), ("lost", "C3", DAY + timedelta(1)),
    ]  # fmt: skip
    connection = engine_with(touches, [("sold", date(2026, 4, 1), None, Decimal("900.00"))], {})
    assert attribution.attribute(connection, Settings(MARKOV)) == pytest.approx(
        {"C1": 0.5, "C2": 1.0, "C3": 1.0}
    )
    shares = shares_by_engine(connection)["SINV-0"]
    assert {name: round(float(part), 9) for name, part in shares.items()} == {"C1": 0.2, "C2": 0.4, "C3": 0.4}


def test_a_campaign_without_which_nothing_is_sold_has_the_whole_effect():
    assert attribution.removal_effects(
        {(START, "A"): 3, ("A", "A"): 2, ("A", CONVERSION): 1, ("A", NULL): 2}
    ) == {"A": pytest.approx(1.0)}


def test_nothing_sold_means_no_effects():
    assert attribution.removal_effects({(START, "A"): 1, ("A", NULL): 1}) == {"A": 0.0}


def test_a_touch_after_the_result_does_not_count():
    sold_on = DAY.date()
    touches = [("x", "Early", DAY - timedelta(days=1)), ("x", "Same Day", DAY + timedelta(hours=23))]
    touches.append(("x", "Late", DAY + timedelta(days=1)))
    connection = engine_with(touches, [("x", sold_on, None, Decimal("1.00"))], {})
    attribution.attribute(connection, Settings(LINEAR))
    assert shares_by_engine(connection)["SINV-0"].keys() == {"Early", "Same Day"}


def test_the_window_leaves_out_older_touches():
    touches = [("x", "Old", DAY - timedelta(days=31)), ("x", "New", DAY - timedelta(days=30))]
    connection = engine_with(touches, [("x", DAY.date(), None, Decimal("1.00"))], {})
    attribution.attribute(connection, Settings(FIRST, look_back_days=30))
    assert shares_by_engine(connection)["SINV-0"] == {"New": 1}


def test_the_campaign_on_the_document_is_the_last_touch_and_not_counted_twice():
    touches = [("x", "Fair", DAY), ("x", "Mail", DAY + timedelta(days=1))]
    day = (DAY + timedelta(days=5)).date()
    connection = engine_with(touches, [("x", day, "Mail", Decimal(1)), ("x", day, "Fair", Decimal(1))], {})
    attribution.attribute(connection, Settings(LINEAR))
    shares = shares_by_engine(connection)
    assert shares["SINV-0"] == {"Fair": Fraction(1, 2), "Mail": Fraction(1, 2)}
    assert float(shares["SINV-1"]["Fair"]) == pytest.approx(2 / 3)


def test_a_customer_who_returns_without_a_campaign_stays_with_the_origin():
    touches = [("x", "Fair", DAY - timedelta(days=900))]
    day = DAY.date()
    connection = engine_with(
        touches, [("x", day, None, Decimal(5)), ("y", day, None, Decimal(5))], {"x": "Fair"}
    )
    for model in MODELS:
        attribution.attribute(connection, Settings(model, look_back_days=90))
        assert shares_by_engine(connection) == {"SINV-0": {"Fair": 1}, "SINV-1": {None: 1}}, model


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Settings("Best"), "model_unknown"),
        (Settings(LAST, look_back_days=-1), "look_back_negative"),
        (Settings(TIME_DECAY, half_life_days=0), "half_life_not_positive"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong, code):
    assert attribution.check_settings(wrong).code == code
