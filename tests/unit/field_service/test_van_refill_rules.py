"""What a van lacks."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.field_service.rules.van_refill import missing

PLACES = st.tuples(st.sampled_from(["Van 1", "Van 2"]), st.sampled_from(["Filter", "Seal", "Valve"]))
QUANTITIES = st.decimals(0, 100, places=2)


@given(
    st.lists(st.tuples(PLACES, QUANTITIES)),
    st.dictionaries(PLACES, QUANTITIES),
    st.dictionaries(PLACES, QUANTITIES),
)
def test_with_what_is_asked_for_every_planned_part_is_there_and_none_is_left_over(needs, stock, requested):
    lacking = missing(needs, stock, requested)
    for place in {place for place, _ in needs}:
        need = sum(quantity for other, quantity in needs if other == place)
        there = stock.get(place, 0) + requested.get(place, 0)
        asked = lacking.get(place[0], {}).get(place[1], Decimal(0))
        assert there + asked >= need
        assert asked == 0 or there + asked == need


@given(st.lists(st.tuples(PLACES, QUANTITIES)), st.dictionaries(PLACES, QUANTITIES))
def test_asking_again_asks_for_nothing(needs, stock):
    lacking = missing(needs, stock, {})
    on_the_way = {(van, item): quantity for van, items in lacking.items() for item, quantity in items.items()}
    assert missing(needs, stock, on_the_way) == {}


def test_a_stock_below_zero_is_not_a_need():
    place = ("Van 1", "Filter")
    assert missing([(place, Decimal(2))], {place: Decimal(-5)}, {}) == {"Van 1": {"Filter": Decimal(2)}}
