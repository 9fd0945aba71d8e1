"""How a contract goes on: the new end, whether it is time, the new rates."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from crm_ext.shared.money import rounded
from crm_ext.shared.periods import Recurrence, add
from crm_ext.shared.results import Refusal, refuse


def renewed_until(end: date, months: int, calendar: str) -> date | Refusal:
    """The last day after a renewal by so many months, counted from the day after `end`.

    Refusals: 'renewal_needs_months'.
    """
    if months < 1:
        return refuse("renewal_needs_months")
    return add(Recurrence("Month", months, calendar), end + timedelta(days=1), 1) - timedelta(days=1)


def changed_rate(rate: Decimal, percent: Decimal, precision: int) -> Decimal:
    """A rate after a change in percent, rounded half up; never below zero."""
    return max(rounded(rate * (1 + percent / 100), precision), Decimal(0))
