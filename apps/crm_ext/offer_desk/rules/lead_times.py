"""How long it takes until goods are there that are ordered or made anew, in working days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from statistics import median_high

from crm_ext.offer_desk.rules.promises import LeadTime
from crm_ext.offer_desk.rules.working_days import WorkingDays

# A measured lead time rests on so many of the latest receipts.
RECEIPTS = 5
MINUTES_OF_A_WORKING_DAY = 480


@dataclass(frozen=True)
class Sign:
    """What a supplier offered (`days`) or did (`ordered_on` to `on`) for one item. is_default: of the item's supplier."""

    supplier: str
    is_default: bool
    on: date
    days: int | None = None
    ordered_on: date | None = None


def of_suppliers(signs: Sequence[Sign], working_days: WorkingDays) -> LeadTime | None:
    """The item's own supplier before others, the latest offer before experience: the median of the latest receipts."""
    newest_first = sorted(signs, key=lambda sign: (sign.is_default, sign.on), reverse=True)
    for sign in newest_first:
        if sign.days:
            return LeadTime(sign.days, "supplier", sign.supplier)
    received = [sign for sign in newest_first if sign.ordered_on and sign.ordered_on <= sign.on]
    if not received:
        return None
    supplier = received[0].supplier
    latest = [sign for sign in received if sign.supplier == supplier][:RECEIPTS]
    days = median_high([working_days.between(sign.ordered_on, sign.on) for sign in latest])
    return LeadTime(days, "receipts", supplier)


def of_production(
    bom: str, qty: Decimal, batch: Decimal, minutes: Decimal, materials_days: int
) -> LeadTime | None:
    """Waiting for the slowest material, then the operations, one after the other; None where neither is known.

    minutes: for one batch; operations of a quantity take as many batches as it has, parts of one included.
    """
    if not minutes and not materials_days:
        return None
    work = minutes * qty / (batch or Decimal(1)) / MINUTES_OF_A_WORKING_DAY
    return LeadTime(materials_days + int(work.to_integral_value(ROUND_CEILING)), "production", bom)
