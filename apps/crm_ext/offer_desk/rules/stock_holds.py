"""Who gets how much of what is free, for how long, and what may be done with a hold.

A hold is a soft reservation: an offer keeps stock from other offers and orders for some days. Quantities are in stock
units, moments in site time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal, InvalidOperation

from crm_ext.shared.results import Refusal, refuse

Pair = tuple[str, str]
"""Item code and warehouse."""

UNGRADED = 9999
"""Priority of customers without a grade: after all others."""

LONGEST_EXTENSION = 365

MAY = {
    "Active": frozenset({"extend", "release", "expire", "convert", "take over"}),
    "Converted": frozenset({"restore"}),
    "Expired": frozenset(),
    "Released": frozenset(),
}
"""What may be done with a hold, by its status."""


@dataclass(frozen=True)
class Stock:
    """What stands in one warehouse of one item.

    committed: what open orders, production and subcontracting take from there. held: what active holds keep.
    """

    actual: Decimal = Decimal(0)
    committed: Decimal = Decimal(0)
    held: Decimal = Decimal(0)


def still_free(promised: Decimal, seen: Stock, now: Stock) -> Decimal:
    """What a new hold may take: what can be promised for today, less what others took since that was read.

    promised: available to promise for today as it follows from `seen`. A reader whose transaction began earlier sees an
    older state than the rows that it has locked; what came back since is left for the next one to ask.
    """
    taken = (
        max(Decimal(0), now.committed - seen.committed)
        + max(Decimal(0), now.held - seen.held)
        + max(Decimal(0), seen.actual - now.actual)
    )
    return max(Decimal(0), promised - taken)


@dataclass(frozen=True)
class Wish:
    """A quantity that a line of an offer wants to hold in one of several warehouses, the preferred one first."""

    key: str
    item_code: str
    warehouses: tuple[str, ...]
    qty: Decimal
    priority: int = UNGRADED
    asked_at: datetime = datetime.min
    whole_numbers: bool = False


@dataclass(frozen=True)
class Allotment:
    """What one wish gets from one warehouse."""

    key: str
    item_code: str
    warehouse: str
    qty: Decimal


def allot(wishes: Iterable[Wish], free: Mapping[Pair, Decimal]) -> list[Allotment]:
    """What each wish gets of what is free: the better priority first, then who asked first, then in the order given.

    A wish is served from one warehouse where one has enough, the preferred one before others; else from as few as
    possible. Units that are counted are not divided. The sum for a warehouse never exceeds what is free there.
    """
    left = {pair: max(Decimal(0), qty) for pair, qty in free.items()}
    allotments: list[Allotment] = []
    for wish in sorted(wishes, key=lambda one: (one.priority, one.asked_at)):
        wanted = _countable(wish.qty, wish.whole_numbers)
        for warehouse in _order_of_visit(wish, wanted, left):
            taken = _countable(
                min(wanted, left.get((wish.item_code, warehouse), Decimal(0))), wish.whole_numbers
            )
            if taken > 0:
                allotments.append(Allotment(wish.key, wish.item_code, warehouse, taken))
                left[wish.item_code, warehouse] -= taken
                wanted -= taken
    return allotments


def _order_of_visit(wish: Wish, wanted: Decimal, left: Mapping[Pair, Decimal]) -> list[str]:
    def has(warehouse: str) -> Decimal:
        return left.get((wish.item_code, warehouse), Decimal(0))

    whole = next((warehouse for warehouse in wish.warehouses if has(warehouse) >= wanted), None)
    return [whole] if whole else sorted(dict.fromkeys(wish.warehouses), key=has, reverse=True)


def _countable(qty: Decimal, whole_numbers: bool) -> Decimal:
    return qty.to_integral_value(ROUND_FLOOR) if whole_numbers else qty


def quantity_to_hold(typed: object, offered: Decimal) -> Decimal | Refusal:
    """The quantity a user asks for, at most what the line offers; None asks for the whole line.

    Refusals: 'quantity_not_a_number', 'quantity_not_positive'.
    """
    if typed is None:
        return offered
    try:
        qty = Decimal(str(typed).strip())
    except InvalidOperation:
        return refuse("quantity_not_a_number", typed=str(typed))
    if not qty.is_finite():
        return refuse("quantity_not_a_number", typed=str(typed))
    if qty <= 0:
        return refuse("quantity_not_positive", typed=str(typed))
    return min(qty, offered)


def held_until(today: date, grade_days: int | None, usual_days: int, valid_till: date | None) -> datetime:
    """The end of the last day of a new hold: the grade's days, else the usual ones, never beyond the offer itself."""
    return _end_of(_within_offer(today + timedelta(days=grade_days or usual_days), valid_till))


def extended_until(
    *,
    status: str,
    expires_at: datetime,
    extensions: int,
    days: int,
    reason: str,
    valid_till: date | None,
    maximum: int,
    is_manager: bool,
    now: datetime,
) -> datetime | Refusal:
    """The new end of a hold that is extended by so many days.

    Refusals: 'hold_not_active' (status), 'reason_missing', 'days_out_of_range' (most), 'extensions_used_up' (maximum),
    'offer_ends_first' (valid_till).
    """
    if "extend" not in MAY[status] or expires_at <= now:
        return refuse("hold_not_active", status="Expired" if status == "Active" else status)
    if not reason.strip():
        return refuse("reason_missing")
    if not 1 <= days <= LONGEST_EXTENSION:
        return refuse("days_out_of_range", most=LONGEST_EXTENSION)
    if extensions >= maximum and not is_manager:
        return refuse("extensions_used_up", maximum=maximum)
    until = _end_of(_within_offer(expires_at.date() + timedelta(days=days), valid_till))
    if until <= expires_at:
        return refuse("offer_ends_first", valid_till=valid_till)
    return until


def _within_offer(day: date, valid_till: date | None) -> date:
    return min(day, valid_till) if valid_till else day


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59))


def release(status: str, reason: str) -> Refusal | None:
    """Refusals: 'hold_not_active' (status), 'reason_missing'."""
    if "release" not in MAY[status]:
        return refuse("hold_not_active", status=status)
    return None if reason.strip() else refuse("reason_missing")


def take_over(
    *, status: str, priority: int, new_priority: int, reason: str, is_manager: bool, same_offer: bool
) -> Refusal | None:
    """Whether an offer may take the stock that another offer holds.

    Only a Sales Manager decides it, only for a customer of a better grade; among equals, who came first keeps it.
    Refusals: 'hold_not_active' (status), 'takeover_needs_manager', 'takeover_of_own_hold', 'takeover_needs_better_grade',
    'reason_missing'.
    """
    if "take over" not in MAY[status]:
        return refuse("hold_not_active", status=status)
    if not is_manager:
        return refuse("takeover_needs_manager")
    if same_offer:
        return refuse("takeover_of_own_hold")
    if new_priority >= priority:
        return refuse("takeover_needs_better_grade")
    return None if reason.strip() else refuse("reason_missing")


def converted(holds: Sequence[tuple[str, Decimal]], ordered: Decimal) -> dict[str, Decimal]:
    """How much of each hold (name, quantity) an order for so much turns into its own, in the order given."""
    parts: dict[str, Decimal] = {}
    for name, qty in holds:
        part = min(qty, ordered)
        if part > 0:
            parts[name] = part
            ordered -= part
    return parts


def status_after_cancelled_order(
    expires_at: datetime, now: datetime, offer_is_open: bool, free: Decimal
) -> str:
    """What becomes of a converted hold when its order is cancelled."""
    return "Active" if offer_is_open and expires_at > now and free > 0 else "Expired"
