"""Amounts of money as exact decimals: rounding and sharing without losing a cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal


def to_decimal(value: Decimal | int | float | str | None) -> Decimal:
    """Exact decimal of what a database or a document gives; floats by their shortest spelling; None is zero."""
    if value is None:
        return Decimal(0)
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(value: Decimal, precision: int) -> Decimal:
    """Rounded half up (away from zero) to `precision` digits after the point."""
    return value.quantize(Decimal(1).scaleb(-precision), rounding=ROUND_HALF_UP)


def share(total: Decimal, weights: Sequence[Decimal], precision: int) -> list[Decimal]:
    """`total` split in proportion to `weights`; the parts are rounded and add up to the rounded total exactly.

    Largest-remainder method (Hamilton): every part is rounded down, what is left goes, one unit each, to the parts
    that lost most. Weights must not be negative; where all are zero, the parts are equal.
    """
    if not weights:
        return []
    whole = sum(weights, Decimal(0))
    if whole == 0:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    unit = Decimal(1).scaleb(-precision)
    target = rounded(total, precision)
    exact = [target * weight / whole for weight in weights]
    parts = [part.quantize(unit, rounding=ROUND_FLOOR) for part in exact]
    missing = int((target - sum(parts, Decimal(0))) / unit)
    by_loss = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in by_loss[:missing]:
        parts[index] += unit
    return parts
