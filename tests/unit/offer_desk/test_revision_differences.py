"""The differences between two revisions of an offer, applied to the first, give the second."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules import revisions as rules

rows = st.fixed_dictionaries(
    {
        "item_code": st.sampled_from(["Pump", "Gauge", "Seal"]),
        "uom": st.sampled_from(["Nos", "Box"]),
        "is_alternative": st.sampled_from([None, "1"]),
        "qty": st.integers(1, 5),
        "rate": st.decimals(0, 9, places=1),
    }
)
offers = st.builds(
    rules.Offer,
    lines=st.lists(rows, max_size=6).map(rules.keyed),
    options=st.lists(rows, max_size=3).map(rules.keyed),
    terms=st.dictionaries(
        st.sampled_from(["valid_till", "terms", "currency"]), st.sampled_from([None, "a", "b"])
    ),
)


def applied(offer: rules.Offer, changes: list[rules.Change]) -> rules.Offer:
    parts = {rules.LINE: dict(offer.lines), rules.OPTION: dict(offer.options)}
    terms = dict(offer.terms)
    for change in changes:
        if change.part == rules.OFFER:
            terms |= change.after
        elif change.kind == rules.REMOVED:
            del parts[change.part][change.key]
        else:
            parts[change.part][change.key] = {**parts[change.part].get(change.key, {}), **change.after}
    return rules.Offer(parts[rules.LINE], parts[rules.OPTION], terms)


def said(terms: dict) -> dict:
    return {name: value for name, value in terms.items() if value is not None}


@given(offers, offers)
def test_applying_the_differences_to_the_first_revision_gives_the_second(before, after):
    result = applied(before, rules.differences(before, after))
    assert result.lines == after.lines
    assert result.options == after.options
    assert said(result.terms) == said(after.terms)


@given(offers)
def test_an_offer_does_not_differ_from_itself(offer):
    assert rules.differences(offer, offer) == []


@given(offers, offers)
def test_a_change_names_only_values_that_differ(before, after):
    for change in rules.differences(before, after):
        if change.kind == rules.CHANGED:
            assert all(change.before.get(name) != value for name, value in change.after.items())


def test_a_line_whose_quantity_and_rate_changed_is_one_change():
    line = {"item_code": "Pump", "qty": 1, "rate": Decimal(10)}
    before = rules.Offer(rules.keyed([line]), {}, {})
    after = rules.Offer(rules.keyed([{**line, "qty": 2, "rate": Decimal(9)}]), {}, {})
    (change,) = rules.differences(before, after)
    assert (change.kind, change.before, change.after) == (
        rules.CHANGED,
        {"qty": 1, "rate": Decimal(10)},
        {"qty": 2, "rate": Decimal(9)},
    )


def test_of_two_lines_with_one_item_the_second_is_told_from_the_first():
    line = {"item_code": "Pump", "qty": 1}
    before = rules.Offer(rules.keyed([line, {**line, "qty": 7}]), {}, {})
    after = rules.Offer(rules.keyed([line]), {}, {})
    (change,) = rules.differences(before, after)
    assert (change.kind, change.before["qty"]) == (rules.REMOVED, 7)
