"""Which customers a login acts for."""

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.self_service.rules.identity import (
    CustomerLink,
    acts_for,
    chosen_of,
    customers_from,
    is_vouched_for,
)

NAMES = st.sampled_from("ABC")
LINKS = st.builds(
    CustomerLink,
    customer=NAMES,
    customer_name=NAMES,
    disabled=st.booleans(),
    vouched_for_by=st.sampled_from((None, "ann", "bob")),
    customer_owner=st.sampled_from((None, "ann", "bob")),
)


def link(customer, **values):
    return CustomerLink(customer, f"{customer} Works", values.pop("disabled", False), **values)


def test_a_customer_of_both_registers_is_one():
    assert [own.name for own in customers_from([link("A"), link("B"), link("A")])] == ["A", "B"]


def test_disabled_customers_are_nobodys():
    assert not customers_from([link("A", disabled=True)])


def test_a_contact_that_the_login_may_have_written_itself_proves_nothing():
    assert not customers_from([link("A", vouched_for_by="ann", customer_owner="Administrator")])


def test_a_contact_counts_whose_maker_made_the_customer_too():
    assert customers_from([link("A", vouched_for_by="ann", customer_owner="ann")])


@given(st.lists(LINKS))
def test_whoever_is_let_in_is_vouched_for_and_enabled(links):
    allowed = customers_from(links)
    assert len({own.name for own in allowed}) == len(allowed)
    for own in allowed:
        assert any(each.customer == own.name and not each.disabled and is_vouched_for(each) for each in links)


@given(st.one_of(st.none(), NAMES), st.lists(NAMES, unique=True), st.one_of(st.none(), NAMES))
def test_a_wish_is_granted_only_where_it_is_allowed(wanted, allowed, preferred):
    chosen = chosen_of(wanted, allowed, preferred)
    assert chosen in allowed if allowed else chosen is None
    if wanted in allowed:
        assert chosen == wanted


def test_nobody_acts_for_no_customer():
    assert not acts_for(None, customers_from([link("A")]))
