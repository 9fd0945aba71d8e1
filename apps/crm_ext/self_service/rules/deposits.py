"""The deposit of an order: how much it is, and whether its customer can pay it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm_ext.shared.money import rounded
from crm_ext.shared.results import Refusal, refuse

_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Term:
    """A row of the order's payment schedule; amount in the order's currency."""

    due: date | None
    amount: Decimal


@dataclass(frozen=True)
class Order:
    """An order as it stands. total, advance (what was paid already): in the order's currency. billed: share, 0 to 1.

    is_asked_otherwise: somebody asks for money for this order by a payment request that is not the deposit's.
    """

    docstatus: int
    ordered_on: date
    total: Decimal
    advance: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    is_closed: bool = False
    is_asked_otherwise: bool = False
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Asked:
    """The payment request of the deposit. paid_on: the day on which the gateway or the desk had the money."""

    amount: Decimal
    paid_on: date | None = None
    is_partly_paid: bool = False


@dataclass(frozen=True)
class Deposit:
    """amount in the order's currency; paid_on is None while it can be paid."""

    amount: Decimal
    paid_on: date | None = None


def agreed(order: Order, percent: Decimal, precision: int) -> Decimal:
    """What is agreed as deposit, in the order's currency; zero where percent is zero, whatever the terms say.

    Where the payment schedule has several parts and the first are due on the day of the order, these are the deposit,
    else `percent` of the total. A schedule of one part is no agreement about a deposit: ERPNext gives one to every order.
    """
    if percent <= 0:
        return Decimal(0)
    at_once = sum((term.amount for term in order.terms if term.due and term.due <= order.ordered_on), Decimal(0))
    if len(order.terms) > 1 and at_once > 0:
        return min(at_once, order.total)
    return min(rounded(order.total * percent / _HUNDRED, precision), order.total)


def standing(order: Order, asked: Asked | None, percent: Decimal, precision: int) -> Deposit | Refusal:
    """The deposit as paid, or as it can be paid now. What was asked for once stays as it was asked for.

    A percent of zero switches deposits off, but for those that were paid.

    Refusals: 'order_not_submitted', 'order_cancelled', 'order_closed', 'order_billed', 'no_deposit', 'deposit_met',
    'deposit_partly_paid', 'asked_otherwise'.
    """
    if order.docstatus != 1:
        return refuse("order_cancelled" if order.docstatus == 2 else "order_not_submitted")
    if asked and asked.paid_on:
        return Deposit(asked.amount, asked.paid_on)
    for code, holds in (
        ("order_closed", order.is_closed),
        ("order_billed", order.billed > 0),
        ("deposit_partly_paid", asked is not None and asked.is_partly_paid),
        ("asked_otherwise", order.is_asked_otherwise),
    ):
        if holds:
            return refuse(code)
    return _due(order, asked.amount if asked else None, agreed(order, percent, precision))


def _due(order: Order, asked_for: Decimal | None, whole: Decimal) -> Deposit | Refusal:
    if whole <= 0:
        return refuse("no_deposit")
    amount = whole - order.advance if asked_for is None else asked_for
    if amount <= 0 or amount > order.total - order.advance:
        return refuse("deposit_met")
    return Deposit(amount)
