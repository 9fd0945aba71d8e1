"""How much a deposit is, and when it can be paid."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm_ext.self_service.rules.deposits import Asked, Deposit, Order, Term, agreed, standing
from crm_ext.shared.results import Refusal

TODAY = date(2026, 6, 15)
LATER = TODAY + timedelta(days=30)
ORDER = Order(docstatus=1, ordered_on=TODAY, total=Decimal(1000))
THIRTY = Decimal(30)
money = some.decimals(1, 100_000, places=2)


def parts(*amounts_and_days):
    return tuple(Term(day, Decimal(amount)) for amount, day in amounts_and_days)


@pytest.mark.parametrize(
    ("terms", "percent", "expected"),
    [
        ((), "30", "300"),
        ((), "33.333", "333.33"),
        ((), "0", "0"),
        ((), "250", "1000"),
        (parts((1000, TODAY)), "30", "300"),
        (parts((400, TODAY), (600, LATER)), "30", "400"),
        (parts((400, TODAY), (100, TODAY), (500, LATER)), "30", "500"),
        (parts((400, LATER), (600, LATER)), "30", "300"),
        (parts((400, None), (600, LATER)), "30", "300"),
        (parts((400, TODAY), (600, LATER)), "0", "0"),
    ],
)
def test_the_deposit_is_what_is_due_with_the_order_or_the_houses_percent(terms, percent, expected):
    assert agreed(replace(ORDER, terms=terms), Decimal(percent), 2) == Decimal(expected)


@pytest.mark.parametrize(
    ("changes", "asked", "percent", "code"),
    [
        ({"docstatus": 0}, None, 30, "order_not_submitted"),
        ({"docstatus": 2}, Asked(Decimal(300)), 30, "order_cancelled"),
        ({"is_closed": True}, None, 30, "order_closed"),
        ({"billed": Decimal("0.1")}, Asked(Decimal(300)), 30, "order_billed"),
        ({}, None, 0, "no_deposit"),
        ({}, Asked(Decimal(300)), 0, "no_deposit"),
        ({"advance": Decimal(300)}, None, 30, "deposit_met"),
        ({"advance": Decimal(800)}, Asked(Decimal(300)), 30, "deposit_met"),
        ({}, Asked(Decimal(300), is_partly_paid=True), 30, "deposit_partly_paid"),
        ({"is_asked_otherwise": True}, None, 30, "asked_otherwise"),
        ({"total": Decimal(0)}, None, 30, "no_deposit"),
    ],
)
def test_what_cannot_be_paid_says_why(changes, asked, percent, code):
    answer = standing(replace(ORDER, **changes), asked, Decimal(percent), 2)

    assert isinstance(answer, Refusal) and answer.code == code


def test_what_was_paid_in_advance_counts_towards_the_deposit():
    assert standing(replace(ORDER, advance=Decimal(120)), None, THIRTY, 2) == Deposit(Decimal(180))


def test_what_was_asked_for_stays_as_it_was_asked_for():
    assert standing(ORDER, Asked(Decimal(250)), THIRTY, 2) == Deposit(Decimal(250))


@pytest.mark.parametrize("changes", [{}, {"is_closed": True}, {"billed": Decimal(1)}])
def test_a_paid_deposit_is_said_to_be_paid_whatever_became_of_the_order_since(changes):
    order = replace(ORDER, advance=Decimal(300), **changes)

    assert standing(order, Asked(Decimal(300), paid_on=TODAY), THIRTY, 2) == Deposit(Decimal(300), TODAY)


@given(total=money, advance=money, percent=some.decimals(0, 300, places=1), terms=some.lists(money, max_size=4))
def test_nobody_is_asked_for_nothing_or_for_more_than_is_open(total, advance, percent, terms):
    order = replace(ORDER, total=total, advance=advance, terms=tuple(Term(TODAY, amount) for amount in terms))
    answer = standing(order, None, percent, 2)

    if isinstance(answer, Deposit):
        assert 0 < answer.amount <= total - advance
