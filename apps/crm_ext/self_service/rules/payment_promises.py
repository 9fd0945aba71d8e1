"""A promise to pay: what may be promised, and whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from crm_ext.self_service.rules.portal_payments import Debt
from crm_ext.shared.results import Refusal, refuse

Status = Literal["Open", "Kept", "Broken", "Withdrawn"]


def check(
    debts: Sequence[Debt], promised_date: date | None, amount: Decimal | None, today: date, most_days: int
) -> Decimal | Refusal:
    """The promised amount: what was named, or all that is open on the invoices.

    Refusals: 'nothing_chosen', 'companies_mixed', 'currencies_mixed', 'invoice_not_open', 'day_missing',
    'day_in_the_past', 'day_too_late', 'amount_not_positive', 'promise_above_outstanding'.
    """
    for refusal in (_wrong_invoices(debts), _wrong_day(promised_date, today, most_days)):
        if refusal is not None:
            return refusal
    whole = sum((debt.outstanding for debt in debts), Decimal(0))
    if amount is None:
        return whole
    if not amount.is_finite() or amount <= 0:
        return refuse("amount_not_positive", amount=amount)
    if amount > whole:
        return refuse("promise_above_outstanding", amount=amount, outstanding=whole)
    return amount


def judge(
    promised_date: date, amount: Decimal, standing: Decimal, paid_in_time: Decimal, today: date
) -> Status:
    """Kept as soon as the amount is there; broken once the day is over without it.

    standing: what was open, when the promise was made, on those of its invoices that were not cancelled since; no more
    than that can be owed, and a promise about nothing is withdrawn. paid_in_time: what met the invoices from the
    promise on until the end of the promised day.
    """
    if standing <= 0:
        return "Withdrawn"
    if paid_in_time >= min(amount, standing):
        return "Kept"
    return "Open" if today <= promised_date else "Broken"


def _wrong_invoices(debts: Sequence[Debt]) -> Refusal | None:
    if not debts:
        return refuse("nothing_chosen")
    if len({debt.company for debt in debts}) > 1:
        return refuse("companies_mixed")
    if len({debt.currency for debt in debts}) > 1:
        return refuse("currencies_mixed", currencies=sorted({debt.currency for debt in debts}))
    for debt in debts:
        if not debt.is_submitted or debt.outstanding <= 0:
            return refuse("invoice_not_open", invoice=debt.invoice)
    return None


def _wrong_day(promised_date: date | None, today: date, most_days: int) -> Refusal | None:
    if promised_date is None:
        return refuse("day_missing")
    if promised_date < today:
        return refuse("day_in_the_past", day=promised_date)
    latest = today + timedelta(days=most_days)
    if promised_date > latest:
        return refuse("day_too_late", day=promised_date, latest=latest, days=most_days)
    return None
