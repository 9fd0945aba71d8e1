"""Whether a promise was kept, and what stood in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Literal

Outcome = Literal["On Time", "Late", "Open", "Overdue", "Delivered, Day Unknown", "Closed"]


@dataclass(frozen=True)
class Delivery:
    """Goods that left on a day, stock units; what came back is negative."""

    day: date
    qty: Decimal


@dataclass(frozen=True)
class Obstacles:
    """What is known of the way of one line from its promise to its delivery.

    promised: the earliest day that was possible when the order was submitted. delivery_date: what the order says now.
    supply_due, supply_arrived: of the document that the promise rested on; None where there is none, or not yet.
    hold_ended: a hold of the offer on stock expired. taken_by: a delivery of the same goods for a later order.
    """

    promised: date | None = None
    delivery_date: date | None = None
    supply_doctype: str = ""
    supply_name: str = ""
    supply_due: date | None = None
    supply_arrived: date | None = None
    hold_ended: date | None = None
    taken_by: str = ""


@dataclass(frozen=True)
class Reason:
    """code: 'date_moved' (day), 'promised_too_early' (day), 'supply_late' (doctype, document, days), 'hold_expired' (day),
    'taken' (document), 'unknown'."""

    code: str
    day: date | None = None
    doctype: str = ""
    document: str = ""
    days: int = 0


@dataclass(frozen=True)
class Kept:
    """days_late: negative where it was early; None where nothing can be said yet."""

    outcome: Outcome
    delivered: date | None
    days_late: int | None


def day_complete(wanted: Decimal, deliveries: Iterable[Delivery]) -> date | None:
    """The first day by which the whole quantity had left. Later returns do not make it late."""
    by_day = sorted(deliveries, key=lambda one: one.day)
    totals = accumulate(one.qty for one in by_day)
    return next((one.day for one, total in zip(by_day, totals, strict=True) if total >= wanted), None)


def judge(
    confirmed: date | None,
    wanted: Decimal,
    deliveries: Iterable[Delivery],
    *,
    is_delivered: bool,
    is_closed: bool,
    today: date,
) -> Kept:
    """is_delivered: the order says that all has been delivered, by whatever way. is_closed: nothing more will leave."""
    delivered = day_complete(wanted, deliveries)
    late = (delivered or today) - confirmed if confirmed else None
    days = late.days if late is not None else None
    if delivered:
        return Kept("Late" if days and days > 0 else "On Time", delivered, days)
    if is_delivered:
        return Kept("Delivered, Day Unknown", None, None)
    if is_closed:
        return Kept("Closed", None, None)
    if days is not None and days > 0:
        return Kept("Overdue", None, days)
    return Kept("Open", None, None)


def reason(kept: Kept, confirmed: date, found: Obstacles, today: date) -> Reason:
    """The first of these that holds for a line that is late or overdue."""
    there = kept.delivered or today
    if found.delivery_date and found.delivery_date > confirmed:
        return Reason("date_moved", day=found.delivery_date)
    if found.supply_due and (found.supply_arrived or today) > found.supply_due:
        days = ((found.supply_arrived or there) - found.supply_due).days
        return Reason("supply_late", doctype=found.supply_doctype, document=found.supply_name, days=days)
    if found.hold_ended and found.hold_ended <= there:
        return Reason("hold_expired", day=found.hold_ended)
    if found.taken_by:
        return Reason("taken", document=found.taken_by)
    if found.promised is None or found.promised > confirmed:
        return Reason("promised_too_early", day=found.promised)
    return Reason("unknown")


@dataclass(frozen=True)
class Share:
    """Lines of one customer, item or representative."""

    lines: int
    on_time: int
    late: int
    overdue: int
    percent: Decimal | None
    average_days_late: Decimal | None


def share(rows: Iterable[Kept]) -> Share:
    """Percent: of the lines that were delivered or are overdue, those on time. Average: over late and overdue lines."""
    found = list(rows)
    counts = {
        outcome: sum(one.outcome == outcome for one in found) for outcome in ("On Time", "Late", "Overdue")
    }
    judged = sum(counts.values())
    late = [Decimal(one.days_late) for one in found if one.outcome in ("Late", "Overdue")]
    return Share(
        lines=len(found),
        on_time=counts["On Time"],
        late=counts["Late"],
        overdue=counts["Overdue"],
        percent=Decimal(100 * counts["On Time"]) / judged if judged else None,
        average_days_late=sum(late, Decimal(0)) / len(late) if late else None,
    )
