"""What is given back of a billed period when its service ends early or rests."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from crm_ext.service_contracts.rules.pricing import PricedLine, days_of_service
from crm_ext.shared.money import rounded
from crm_ext.shared.periods import Period, clipped


@dataclass(frozen=True)
class Billed:
    """A period of a row as it was billed. amount, credited: positive, in contract currency; credits: the number of the latest.

    days_off_known: suspensions that had ended when it was billed, so that their days were never paid for.
    """

    key: str
    contract_line: str
    span: Period
    amount: Decimal
    credited: Decimal
    invoice: str
    invoice_row: str | None
    days_off_known: tuple[Period, ...] = ()
    credits: int = 0


def credit_due(billed: Billed, line: PricedLine, precision: int) -> Decimal:
    """What is still to be credited, so that the customer pays for the days of service in the period and no more.

    The billed amount is shared out by days (pro rata temporis): kept = amount x days with service / days paid for.
    A row without pro rata, and what is paid once, keeps the whole amount as long as one day of service remains.
    """
    remaining = clipped(billed.span, line.start, line.end)
    with_service = days_of_service(remaining, line.days_off) if remaining else 0
    if not line.pro_rata or line.recurrence.unit == "Once":
        kept = billed.amount if with_service else Decimal(0)
    else:
        paid_for = days_of_service(billed.span, billed.days_off_known)
        kept = rounded(billed.amount * with_service / paid_for, precision) if paid_for else billed.amount
    return max(billed.amount - kept - billed.credited, Decimal(0))
