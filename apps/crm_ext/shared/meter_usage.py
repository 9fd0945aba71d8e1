"""How much was used between two days, by the readings of a meter.

Every reading stands for the end of its day. With U(k) for what was used from the first reading up to reading k,

    U(0) = 0
    U(k) = U(k-1) + value(k) - value(k-1)
    U(k) = U(k-1) + last_value(k) - value(k-1)               where the meter was reset or replaced,
    U(k) = U(k-1) + last_value(k) + value(k) - value(k-1)    where it rolled over at last_value, such as 100000,

what was used up to the end of a day between two readings lies on the straight line between them:

    C(day) = U(k) + (U(k+1) - U(k)) * (day - day(k)) / (day(k+1) - day(k)),

and the usage of a period is C(end) - C(start - 1 day). So periods that follow each other share out everything that was
used, and nothing twice. Nothing is extrapolated: after the last reading nothing is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

_STEP = Decimal("0.000001")


@dataclass(frozen=True)
class Reading:
    """value: where the meter stands after it. last_value: where it stood before it was reset or replaced, or the number
    at which it rolls over to zero."""

    read_on: datetime
    value: Decimal
    kind: Literal["Reading", "Reset", "Meter Replaced", "Rolled Over"] = "Reading"
    last_value: Decimal | None = None

    @property
    def reached(self) -> Decimal:
        """What the meter that hung there until then had counted up to."""
        if self.kind == "Reading" or self.last_value is None:
            return self.value
        return self.last_value + self.value if self.kind == "Rolled Over" else self.last_value


def usage(readings: Sequence[Reading], start: date, end: date) -> Decimal | None:
    """What was used from the begin of `start` to the end of `end`, in the meter's unit; None where it is not known.

    readings: in the order of time. Known is what a reading on `end` or later covers. A meter begins with its first
    reading: before it nothing was used.
    """
    return _between(_Curve(readings), start, end)


def total(readings: Sequence[Reading]) -> Decimal:
    """All that was used from the first to the last reading."""
    curve = _Curve(readings)
    return curve.used[-1] if curve.used else Decimal(0)


def daily_average(readings: Sequence[Reading], days: int = 365) -> Decimal | None:
    """Units a day over the last so many days of readings; None where fewer than two days were read."""
    curve = _Curve(readings)
    if len(curve.days) < 2:
        return None
    last = curve.days[-1]
    first = max(curve.days[0], last - timedelta(days=days))
    return (curve.used[-1] - curve.at(first)) / (last - first).days


class _Curve:
    """What was used up to the end of each day with a reading; of several readings a day the last counts."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.days: list[date] = []
        self.used: list[Decimal] = []
        used, before = Decimal(0), None
        for reading in readings:
            if before is not None:
                used += reading.reached - before
            before = reading.value
            day = reading.read_on.date()
            if self.days and self.days[-1] == day:
                self.used[-1] = used
            else:
                self.days.append(day)
                self.used.append(used)

    def at(self, day: date) -> Decimal:
        """Up to the end of a day that is not after the last reading."""
        index = bisect_right(self.days, day) - 1
        if index < 0:
            return Decimal(0)
        if self.days[index] == day or index + 1 == len(self.days):
            return self.used[index]
        share = Decimal((day - self.days[index]).days) / (self.days[index + 1] - self.days[index]).days
        return (self.used[index] + (self.used[index + 1] - self.used[index]) * share).quantize(_STEP)


def _between(curve: _Curve, start: date, end: date) -> Decimal | None:
    if not curve.days or end < curve.days[0] or end > curve.days[-1]:
        return None
    return curve.at(end) - curve.at(start - timedelta(days=1))
