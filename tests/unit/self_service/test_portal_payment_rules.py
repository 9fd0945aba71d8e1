"""What may be paid at once, how money meets what is open, and when a promise is kept."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm_ext.self_service.rules.document_states import InvoiceFacts, invoice_state, order_state
from crm_ext.self_service.rules.payment_promises import check, judge
from crm_ext.self_service.rules.portal_payments import (
    MOST_INVOICES,
    Debt,
    Share,
    choose,
    parse_amount,
    settle,
)
from crm_ext.shared.results import Refusal

TODAY = date(2026, 6, 15)
DEBT = Debt("I-1", "C", "Debtors", "USD", Decimal(100), TODAY)
money = some.decimals(0, 10_000, places=2)


def code(answer):
    assert isinstance(answer, Refusal), answer
    return answer.code


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("12.50", "12.5"), ("1,250", "1250"), ("۱٬۲۵۰٫۵", "1250.5"), (" 7 ", "7"), ("٣", "3")],
)
def test_amounts_are_read_in_three_scripts(typed, amount):
    assert parse_amount(typed, 2) == Decimal(amount)


@pytest.mark.parametrize("typed", [None, "", "  "])
def test_nothing_typed_is_no_amount_and_no_mistake(typed):
    assert parse_amount(typed, 2) is None


@given(some.text(max_size=12))
def test_whatever_is_typed_is_a_payable_amount_or_a_refusal(typed):
    amount = parse_amount(typed, 2)

    assert amount is None or isinstance(amount, Refusal) or (amount.is_finite() and amount >= Decimal("0.01"))


@pytest.mark.parametrize(
    ("debts", "wanted", "refusal"),
    [
        ([], {}, "nothing_chosen"),
        ([DEBT] * (MOST_INVOICES + 1), {}, "too_many_chosen"),
        ([DEBT, replace(DEBT, company="D")], {}, "companies_mixed"),
        ([DEBT, replace(DEBT, currency="EUR")], {}, "currencies_mixed"),
        ([DEBT, replace(DEBT, account="Other Debtors")], {}, "accounts_mixed"),
        ([replace(DEBT, outstanding=Decimal(0))], {}, "invoice_not_open"),
        ([replace(DEBT, outstanding=Decimal(-5))], {}, "invoice_not_open"),
        ([replace(DEBT, is_submitted=False)], {}, "invoice_not_open"),
        ([replace(DEBT, reported_in="P-1")], {}, "invoice_reported"),
        ([DEBT], {"I-1": Decimal("100.01")}, "amount_above_outstanding"),
    ],
)
def test_what_cannot_be_paid_together_is_refused(debts, wanted, refusal):
    assert code(choose(debts, wanted)) == refusal


def test_an_invoice_without_an_amount_is_paid_in_full():
    second = replace(DEBT, invoice="I-2")

    assert choose([DEBT, second], {"I-1": None, "I-2": Decimal(30)}) == (
        Share("I-1", Decimal(100)),
        Share("I-2", Decimal(30)),
    )


@given(
    some.lists(some.tuples(money, money), max_size=6),
    money,
)
def test_money_is_never_lost_nor_spent_twice(invoices, received):
    shares = [Share(str(number), wanted) for number, (wanted, _open) in enumerate(invoices)]
    outstanding = {str(number): is_open for number, (_wanted, is_open) in enumerate(invoices)}
    settlement = settle(shares, outstanding, received)

    assert sum((share.amount for share in settlement.shares), settlement.excess) == received
    assert settlement.excess >= 0
    for share in settlement.shares:
        assert 0 < share.amount <= outstanding[share.invoice]


def test_money_for_a_cancelled_invoice_is_left_over():
    assert settle([Share("gone", Decimal(10))], {}, Decimal(10)).excess == 10


@pytest.mark.parametrize(
    ("day", "amount", "refusal"),
    [
        (None, None, "day_missing"),
        (TODAY - timedelta(days=1), None, "day_in_the_past"),
        (TODAY + timedelta(days=8), None, "day_too_late"),
        (TODAY, Decimal(0), "amount_not_positive"),
        (TODAY, Decimal("NaN"), "amount_not_positive"),
        (TODAY, Decimal(101), "promise_above_outstanding"),
    ],
)
def test_a_promise_that_cannot_be_given_is_refused(day, amount, refusal):
    assert code(check([DEBT], day, amount, TODAY, 7)) == refusal


def test_a_promise_without_an_amount_is_for_all_that_is_open():
    assert check([DEBT, replace(DEBT, invoice="I-2")], TODAY + timedelta(days=7), None, TODAY, 7) == 200


def test_a_promise_names_invoices_of_one_company_and_currency_that_are_open():
    for debts, refusal in (
        ([], "nothing_chosen"),
        ([DEBT, replace(DEBT, company="D")], "companies_mixed"),
        ([DEBT, replace(DEBT, currency="EUR")], "currencies_mixed"),
        ([replace(DEBT, outstanding=Decimal(0))], "invoice_not_open"),
    ):
        assert code(check(debts, TODAY, None, TODAY, 7)) == refusal


@given(money.filter(bool), money, some.integers(-5, 5))
def test_a_promise_is_kept_by_money_and_broken_by_time(amount, paid, days_left):
    status = judge(TODAY + timedelta(days=days_left), amount, amount, paid, TODAY)

    assert (status == "Kept") == (paid >= amount)
    if paid < amount:
        assert status == ("Open" if days_left >= 0 else "Broken")


def test_a_promise_owes_no_more_than_its_invoices_that_were_not_cancelled():
    yesterday = TODAY - timedelta(days=1)

    assert judge(yesterday, Decimal(300), Decimal(100), Decimal(100), TODAY) == "Kept"
    assert judge(yesterday, Decimal(300), Decimal(0), Decimal(0), TODAY) == "Withdrawn"


FACTS = InvoiceFacts(Decimal(10), is_partly_met=False, is_return=False, due=TODAY)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "open"),
        ({"is_partly_met": True}, "part_paid"),
        ({"due": TODAY - timedelta(days=1)}, "overdue"),
        ({"due": TODAY - timedelta(days=1), "has_promise": True}, "promised"),
        ({"has_promise": True, "has_dispute": True}, "disputed"),
        ({"has_dispute": True, "has_report": True}, "transfer_reported"),
        ({"outstanding": Decimal(0), "has_dispute": True}, "paid"),
        ({"is_return": True, "outstanding": Decimal(-5)}, "credit_note"),
    ],
)
def test_an_invoice_says_first_what_is_being_done_about_it(changes, state):
    assert invoice_state(replace(FACTS, **changes), TODAY) == state


@pytest.mark.parametrize(
    ("status", "delivered", "delivery", "state"),
    [
        ("On Hold", 0, TODAY, "on_hold"),
        ("Closed", 0, TODAY, "closed"),
        ("Completed", 100, TODAY, "completed"),
        ("To Deliver and Bill", 50, TODAY - timedelta(days=1), "late"),
        ("To Deliver and Bill", 50, TODAY, "to_deliver"),
        ("To Deliver", 0, None, "to_deliver"),
        ("To Bill", 0, TODAY - timedelta(days=1), "to_pay"),
        ("To Deliver and Bill", 100, TODAY - timedelta(days=1), "to_pay"),
    ],
)
def test_an_order_is_late_only_while_goods_are_missing(status, delivered, delivery, state):
    assert order_state(status, Decimal(delivered), delivery, TODAY) == state
