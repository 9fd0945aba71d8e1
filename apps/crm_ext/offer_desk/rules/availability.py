"""How much of an item a warehouse can still give away, by day.

Cumulative available to promise (APICS): what is free on a day is the lowest level of stock on that day and all later
ones, so that nothing is promised that a later order is already promised. Levels are stock in hand, plus supply, minus
demand, each from its day on.

Goods that expire are used first by the demand before their last day. What demand leaves of them is gone after it, and
until then free for whoever takes it in time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Movement:
    """Supply (positive) or demand (negative) of an item in a warehouse, stock units, with the document behind it."""

    item_code: str
    warehouse: str
    day: date
    qty: Decimal
    doctype: str = ""
    name: str = ""


@dataclass(frozen=True)
class Lot:
    """Part of the stock in hand that may be delivered until a day, that day included."""

    item_code: str
    warehouse: str
    qty: Decimal
    until: date


class Shelf:
    """One item in one warehouse; takes away what is promised."""

    def __init__(
        self, today: date, stock: Decimal, movements: Iterable[Movement] = (), lots: Iterable[Lot] = ()
    ) -> None:
        self._today = today
        self._supplies: dict[date, list[Movement]] = defaultdict(list)
        self._demands: dict[date, Decimal] = defaultdict(Decimal)
        self._changes: dict[date, Decimal] = defaultdict(Decimal, {today: stock})
        # Supply that is due or overdue may come any hour, but is not in the house: `in_hand` leaves it out.
        self._in_hand = stock
        for movement in movements:
            self._add(movement)
        self._spare = self._let_expire(stock, sorted(lots, key=lambda lot: lot.until))
        self._draw_levels()

    def _add(self, movement: Movement) -> None:
        day = max(movement.day, self._today)
        self._changes[day] += movement.qty
        if movement.qty > 0:
            self._supplies[day].append(movement)
            return
        self._demands[day] -= movement.qty
        if day == self._today:
            self._in_hand += movement.qty

    def _let_expire(self, stock: Decimal, lots: Sequence[Lot]) -> dict[date, Decimal]:
        """Takes out of the levels what no demand uses in time, and gives it back by its last day."""
        spare: dict[date, Decimal] = defaultdict(Decimal)
        # Where batches say more than the stock in hand, some of theirs has gone already.
        gone = max(sum((lot.qty for lot in lots), _NOTHING) - stock, _NOTHING)
        used = _NOTHING
        for lot in lots:
            use = min(lot.qty, max(gone + self._demand_until(lot.until) - used, _NOTHING))
            used += use
            self._changes[self._today] -= lot.qty - use
            if lot.until < self._today:
                self._in_hand -= lot.qty - use
            elif lot.qty > use:
                spare[lot.until] += lot.qty - use
        return spare

    def _demand_until(self, until: date) -> Decimal:
        return sum((qty for day, qty in self._demands.items() if day <= until), _NOTHING)

    def _draw_levels(self) -> None:
        self._days = sorted(self._changes)
        levels = accumulate(self._changes[day] for day in self._days)
        self._lowest = list(accumulate(reversed(list(levels)), min))[::-1]

    @property
    def days_of_supply(self) -> Iterable[date]:
        return self._supplies.keys()

    def supplies_on(self, day: date) -> Sequence[Movement]:
        return self._supplies.get(day, ())

    def free(self, day: date) -> Decimal:
        """What can be promised for a day, today or later."""
        lowest = self._lowest[bisect_right(self._days, day) - 1]
        return max(lowest, _NOTHING) + sum(
            (qty for until, qty in self._spare.items() if until >= day), _NOTHING
        )

    def in_hand(self) -> Decimal:
        """What can be promised for today out of what is in the house."""
        return max(min(self.free(self._today), self._in_hand), _NOTHING)

    def take(self, qty: Decimal, day: date) -> None:
        """Promises `qty`, not more than is free, for a day; what expires first goes first."""
        if day == self._today:
            self._in_hand -= qty
        for until in sorted(until for until in self._spare if until >= day):
            part = min(qty, self._spare[until])
            self._spare[until] -= part
            qty -= part
        if qty:
            self._changes[day] -= qty
            self._draw_levels()
