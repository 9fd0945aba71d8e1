"""Ages and balances add up, whatever the ledger holds."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from crm_ext.self_service.rules.statement import (
    BUCKET_ENDS,
    Fact,
    Group,
    Movement,
    OpenItem,
    Voucher,
    ageing,
    bucket_of,
    met_by_payments,
    open_items,
    running,
)

TODAY = date(2026, 6, 15)
CENT = Decimal("0.01")
amounts = some.decimals(-100_000, 100_000, places=2)
days = some.integers(-400, 400).map(lambda age: TODAY - timedelta(days=age))
items = some.builds(
    lambda due, amount: OpenItem(Voucher("A", "Sales Invoice", "I"), due, due, amount, amount), days, amounts
)


@given(some.lists(items))
def test_the_ages_add_up_to_what_is_open(found):
    assert ageing(found, TODAY).total == sum((item.outstanding for item in found), Decimal(0))


@given(days)
def test_every_day_has_one_bucket_and_an_older_one_never_a_younger(due):
    bucket = bucket_of(due, TODAY)
    before = bucket_of(due - timedelta(days=1), TODAY)

    assert bucket is None or 0 <= bucket <= len(BUCKET_ENDS)
    assert (-1 if bucket is None else bucket) <= (-1 if before is None else before)


def test_buckets_end_where_erpnext_ends_them():
    ages = (-1, 0, 30, 31, 60, 61, 90, 91, 120, 121)

    assert [bucket_of(TODAY - timedelta(days=age), TODAY) for age in ages] == [
        None,
        0,
        0,
        1,
        1,
        2,
        2,
        3,
        3,
        4,
    ]


@given(amounts, some.lists(amounts))
def test_the_balance_runs_from_the_opening_to_the_sum_of_all(opening, moved):
    movements = [
        Movement(TODAY, "Sales Invoice", str(number), amount, -amount) for number, amount in enumerate(moved)
    ]
    lines = running(opening, -opening, movements)

    assert [line.movement for line in lines] == movements
    assert (lines[-1].balance if lines else opening) == opening + sum(moved, Decimal(0))
    assert all(line.company_balance == -line.balance for line in lines)


@given(some.lists(some.tuples(some.sampled_from("ABCD"), amounts)))
def test_open_items_hold_every_amount_but_rounding(groups):
    facts = {Voucher("A", "Sales Invoice", name): Fact(TODAY, TODAY) for name in "ABCD"}
    found = open_items(
        [Group(Voucher("A", "Sales Invoice", name), amount, amount) for name, amount in groups], facts, CENT
    )

    assert sum(item.outstanding for item in found) == sum(amount for _name, amount in groups)
    assert all(item.outstanding for item in found)


def test_less_than_half_a_cent_is_rounding_and_not_open():
    voucher = Voucher("A", "Sales Invoice", "I")
    groups = [Group(voucher, Decimal("10"), Decimal("10")), Group(voucher, Decimal("-9.996"), Decimal("-10"))]

    assert open_items(groups, {voucher: Fact(TODAY, TODAY)}, CENT) == []


def test_a_payment_on_a_credit_note_counts_for_its_invoice_only_where_the_note_lowers_it():
    note, other = Voucher("A", "Sales Invoice", "NOTE"), Voucher("A", "Sales Invoice", "OTHER")

    assert met_by_payments(note, {"NOTE": "INVOICE"}) == Voucher("A", "Sales Invoice", "INVOICE")
    assert met_by_payments(other, {"NOTE": "INVOICE"}) == other
