"""What stands behind each promise today: who gets the stock, who waits for which supply, and what is in danger.

The warehouse serves what it has promised in the order of the promised days; each (item, warehouse) is its own queue.
Quantities are in stock units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

Pair = tuple[str, str]
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Need:
    """A quantity that must leave a warehouse. day: when it is promised; None where it is set aside already."""

    key: str
    item_code: str
    warehouse: str
    day: date | None
    qty: Decimal


@dataclass(frozen=True)
class Supply:
    """A quantity that is to come. day None: nobody knows when."""

    item_code: str
    warehouse: str
    day: date | None
    qty: Decimal
    doctype: str
    name: str


@dataclass(frozen=True)
class Cover:
    """ready_on: the day on which the whole need can leave, None where not all of it is to come. waits_for: the supply
    that comes last for it. missing: what no supply covers."""

    ready_on: date | None
    missing: Decimal = _NOTHING
    waits_for: Supply | None = None


@dataclass(frozen=True)
class Coverage:
    """covers by the need's key; left: stock that nobody needs, by (item, warehouse)."""

    covers: Mapping[str, Cover]
    left: Mapping[Pair, Decimal]


def coverage(
    needs: Iterable[Need], stock: Mapping[Pair, Decimal], supplies: Iterable[Supply], today: date
) -> Coverage:
    """Stock in hand first, then supply in the order of its days; what is set aside comes first, then the earlier day."""
    queues: dict[Pair, list[Need]] = defaultdict(list)
    for need in needs:
        queues[need.item_code, need.warehouse].append(need)
    coming: dict[Pair, list[Supply]] = defaultdict(list)
    for supply in supplies:
        coming[supply.item_code, supply.warehouse].append(supply)
    covers: dict[str, Cover] = {}
    left = dict(stock)
    for pair, queue in queues.items():
        sources = [(None, max(_NOTHING, stock.get(pair, _NOTHING)))]
        sources += [
            (supply, supply.qty) for supply in sorted(coming[pair], key=lambda one: one.day or date.max)
        ]
        left[pair] = _serve(sorted(queue, key=lambda need: need.day or date.min), sources, covers, today)
    return Coverage(covers, left)


def _serve(
    queue: list[Need], sources: list[tuple[Supply | None, Decimal]], covers: dict[str, Cover], today: date
) -> Decimal:
    """Fills `covers` and returns what is left of the first source, the stock in hand."""
    place, left, in_hand = 0, sources[0][1], sources[0][1]
    for need in queue:
        wanted, last = need.qty, None
        while wanted > 0 and place < len(sources):
            part = min(wanted, left)
            wanted, left = wanted - part, left - part
            if part > 0:
                last = sources[place][0]
            if place == 0:
                in_hand = left
            if left <= 0:
                place += 1
                left = sources[place][1] if place < len(sources) else _NOTHING
        covers[need.key] = _cover(wanted, last, today)
    return in_hand


def _cover(missing: Decimal, last: Supply | None, today: date) -> Cover:
    if missing > 0 or (last and last.day is None):
        return Cover(None, missing, last)
    return Cover(max(last.day, today) if last else today, _NOTHING, last)


def danger_of_promise(promised: date, cover: Cover, today: date) -> str | None:
    """Why a promise is in danger, the worst first; None where it is not.

    'short': no supply covers it. 'supply_undated', 'supply_overdue': it waits for supply that nobody can date, or that
    should be here. 'late': supply comes after the promised day. 'not_sent': the stock is there and the day is past.
    """
    if cover.missing > 0:
        return "short"
    if cover.waits_for:
        if cover.waits_for.day is None:
            return "supply_undated"
        if cover.waits_for.day < today:
            return "supply_overdue"
        return "late" if cover.ready_on > promised else None
    return "not_sent" if promised < today else None


def danger_of_hold(expires_at: datetime, cover: Cover, now: datetime, warn_days: int) -> str | None:
    """'uncovered': the stock that it keeps is not there any more. 'ending': it ends within the days of warning."""
    if cover.missing > 0 or cover.waits_for:
        return "uncovered"
    return "ending" if expires_at <= now + timedelta(days=max(warn_days, 1)) else None
