"""What is bought together more often than by chance, and which of it is worth offering."""

from collections import Counter
from decimal import Decimal
from itertools import permutations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ext.offer_desk.rules import affinities
from crm_ext.offer_desk.rules.suggestions import Candidate, Commerce, is_step_up, ranked, still_open

D = Decimal


@pytest.fixture(scope="module", autouse=True)
def connection():
    with duckdb.connect(config={"threads": 1}) as opened:
        learned.connection = opened
        yield


def learned(baskets, support=1, lift=0.0):
    affinities.create_tables(learned.connection)
    rows = [(str(number), item) for number, basket in enumerate(baskets) for item in basket]
    learned.connection.execute(
        "insert into basket_line select unnest($1::varchar[]), unnest($2::varchar[])",
        [list(column) for column in zip(*rows, strict=True)],
    )
    return affinities.affinities(learned.connection, support, lift)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), min_size=1, max_size=12))
def test_counts_agree_with_counting_by_hand(baskets):
    sets = [set(basket) for basket in baskets]
    single = Counter(item for basket in sets for item in basket)
    pairs = Counter(pair for basket in sets for pair in permutations(basket, 2))
    expected = {
        (a, b): (
            count,
            pytest.approx(100 * count / single[a]),
            pytest.approx(count * len(sets) / (single[a] * single[b])),
        )
        for (a, b), count in pairs.items()
    }
    assert {(a, b): (*figures,) for a, b, *figures in learned(baskets)} == expected


def test_what_everybody_buys_goes_with_nothing():
    baskets = [["bread", "milk"], ["bread", "oil"], ["bread", "nuts"], ["bread", "milk"]]
    assert learned(baskets, lift=1.1) == []


def test_pairs_below_the_support_are_chance():
    assert learned([["pump", "seal"], ["tank"]], support=2) == []


def test_a_price_list_says_nothing_of_what_goes_with_what():
    everything = [f"item {number}" for number in range(affinities.LARGEST_BASKET + 1)]
    assert learned([everything, ["tank"]]) == []


def test_each_item_is_offered_once_for_its_best_reason():
    order = ranked(
        [
            Candidate("oil", "Complement", "pump", D("3.5")),
            Candidate("seal", "Complement", "pump", D(9)),
            Candidate("oil", "Consumable", "pump"),
            Candidate("big pump", "Better Model", "pump"),
        ]
    )
    assert [(found.item_code, found.kind) for found in order] == [
        ("big pump", "Better Model"),
        ("oil", "Consumable"),
        ("seal", "Complement"),
    ]


@pytest.mark.parametrize(
    ("present", "better", "expected"),
    [
        (Commerce(D(100), D(80)), Commerce(D(150), D(100)), True),
        (Commerce(D(100), D(80)), Commerce(D(150), D(140)), False),
        (Commerce(D(100), D(80)), Commerce(D(90), D(10)), False),
        (Commerce(D(100), None), Commerce(D(150), D(140)), True),
        (Commerce(D(100), D(80)), Commerce(None, D(10)), False),
    ],
)
def test_a_better_model_costs_more_and_leaves_more(present, better, expected):
    assert is_step_up(present, better) is expected


def test_below_the_floor_needs_price_cost_and_floor():
    assert Commerce(D(100), D(95), D(10)).is_below_floor
    assert not Commerce(D(100), D(90), D(10)).is_below_floor
    assert not Commerce(D(100), None, D(10)).is_below_floor
    assert not Commerce(None, D(95), D(10)).is_below_floor


def test_nothing_is_offered_that_is_there_or_was_refused():
    found = [Candidate(code, "Complement", "pump") for code in ("seal", "oil", "hose")]
    assert [one.item_code for one in still_open(found, ["oil"], {"hose"})] == ["seal"]
