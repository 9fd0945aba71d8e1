"""What may be claimed from a supplier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm_ext.shared.money import rounded
from crm_ext.shared.results import Refusal, refuse

OPEN, SETTLED, REFUSED = "Claimed", "Settled", "Refused"


@dataclass(frozen=True)
class Line:
    number: int
    qty: Decimal
    rate: Decimal


def amounts(lines: Iterable[Line], precision: int) -> list[Decimal] | Refusal:
    """The amount of each line. Refusals: 'nothing_claimed', 'line_without_amount' (line)."""
    found = []
    for line in lines:
        amount = rounded(line.qty * line.rate, precision)
        if amount <= 0:
            return refuse("line_without_amount", line=line.number)
        found.append(amount)
    return found or refuse("nothing_claimed")


def may_end(status: str, end: str) -> Refusal | None:
    """Whether an open claim may be settled or refused; Refusal 'claim_is_not_open' (status)."""
    return (
        None if status == OPEN and end in (SETTLED, REFUSED) else refuse("claim_is_not_open", status=status)
    )
