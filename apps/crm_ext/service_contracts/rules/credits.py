"""What is given back of a billed period when its service ends early or rests, and what is not when it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from crm_ext.service_contracts.rules.pricing import PricedLine, days_of_service
from crm_ext.shared.money import rounded
from crm_ext.shared.periods import Period, clipped


@dataclass(frozen=True)
class Credit:
    """What a credit note gave back of a billed period. amount: positive; number: counts the credits of the period."""

    note: str
    amount: Decimal
    number: int


@dataclass(frozen=True)
class Billed:
    """A period of a row as it was billed. amount: positive, in contract currency; credits: those that stand, oldest first.

    days_off_known: suspensions that had ended when it was billed, so that their days were never paid for.
    """

    key: str
    contract_line: str
    span: Period
    amount: Decimal
    invoice: str
    invoice_row: str | None
    is_draft: bool = False
    credits: tuple[Credit, ...] = ()
    days_off_known: tuple[Period, ...] = ()

    @property
    def credited(self) -> Decimal:
        return sum((credit.amount for credit in self.credits), Decimal(0))

    @property
    def next_number(self) -> int:
        return max((credit.number for credit in self.credits), default=0) + 1


def credit_due(billed: Billed, line: PricedLine, precision: int) -> Decimal:
    """What is still to be credited, so that the customer pays for the days of service in the period and no more."""
    return max(_unserved(billed, line, precision) - billed.credited, Decimal(0))


def notes_too_many(billed: Billed, line: PricedLine, precision: int) -> list[str]:
    """The credit notes to take back, the latest first, so that no day of service stays credited.

    A note may give back more than that: what of it is still due is credited anew.
    """
    too_much = billed.credited - _unserved(billed, line, precision)
    notes = []
    for credit in reversed(billed.credits):
        if too_much <= 0:
            break
        notes.append(credit.note)
        too_much -= credit.amount
    return notes


def _unserved(billed: Billed, line: PricedLine, precision: int) -> Decimal:
    """What was paid for days without service.

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
    return billed.amount - kept
