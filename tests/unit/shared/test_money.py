from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.shared.money import rounded, share, to_decimal

amounts = st.decimals(-(10**9), 10**9, places=2)
weights = st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=20)


@given(amounts, weights, st.integers(0, 3))
def test_shares_add_up_to_the_total(total, parts, precision):
    assert sum(share(total, parts, precision)) == rounded(total, precision)


@given(amounts, weights)
def test_no_share_is_a_unit_away_from_its_exact_part(total, parts):
    whole = sum(parts)
    if whole == 0:
        return
    for part, weight in zip(share(total, parts, 2), parts, strict=True):
        assert abs(part - total * weight / whole) <= Decimal("0.01")


def test_without_weights_the_shares_are_equal():
    assert share(Decimal(1), [Decimal(0)] * 3, 2) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]


def test_halves_are_rounded_away_from_zero():
    assert [rounded(Decimal(text), 2) for text in ("1.005", "-1.005", "2.004")] == [
        Decimal("1.01"),
        Decimal("-1.01"),
        Decimal("2.00"),
    ]


def test_floats_keep_their_shortest_spelling():
    assert to_decimal(0.1) + to_decimal(0.2) == Decimal("0.3")
    assert to_decimal(None) == 0
