"""When a response or a solution is due: hours counted within support hours, and what waiting for the customer adds.

The clock follows ERPNext's Service Level Agreement: it rests while an issue waits for the customer, and what it rested is
added to the time that is left. Hours are hours that go by, also on the days on which clocks are changed: moments are site
time without a zone, and the site's zone says how long it is from one to the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Literal

Promise = Literal["Response", "Resolution"]
RESPONSE: Promise = "Response"
RESOLUTION: Promise = "Resolution"
OPEN, WAITING, DONE = ("Open",), ("Replied", "On Hold"), ("Resolved", "Closed")
# A support calendar without a free hour in so many days never reaches the moment.
_LONGEST_DAYS = 3660

Span = tuple[timedelta, timedelta]


@dataclass(frozen=True)
class Clock:
    """What ERPNext keeps of an issue's times: moments in site time, waited in seconds."""

    first_responded_on: datetime | None = None
    waiting_since: datetime | None = None
    waited: float = 0
    resolved_on: datetime | None = None


def later(moment: datetime, by: timedelta, zone: tzinfo) -> datetime:
    """What the clock shows so much later."""
    at = moment.replace(tzinfo=zone).astimezone(timezone.utc) + by
    return at.astimezone(zone).replace(tzinfo=None)


def elapsed(start: datetime, end: datetime, zone: tzinfo) -> timedelta:
    """How long it is between two moments; of an hour that clocks show twice the first is meant, so that it is never less
    than nothing."""
    between = end.replace(tzinfo=zone).astimezone(timezone.utc) - start.replace(tzinfo=zone).astimezone(
        timezone.utc
    )
    return max(between, timedelta())


def due(
    start: datetime,
    hours: Decimal,
    support_hours: Mapping[int, Sequence[Span]],
    holidays: Collection[date],
    zone: tzinfo,
) -> datetime | None:
    """The moment at which `hours` of support have gone by since `start`.

    support_hours: for each weekday (0: Monday) spans since midnight; without any the clock never stops, and holidays
    count. None where the calendar never reaches it.
    """
    left = timedelta(seconds=float(hours * 3600))
    if not any(support_hours.values()):
        return later(start, left, zone)
    day = start.date()
    for _ in range(_LONGEST_DAYS):
        if day not in holidays:
            midnight = datetime.combine(day, time.min)
            for begins, ends in sorted(support_hours.get(day.weekday(), ())):
                opens, closes = max(midnight + begins, start), midnight + ends
                if closes <= opens:
                    continue
                opened = elapsed(opens, closes, zone)
                if opened >= left:
                    return later(opens, left, zone)
                left -= opened
        day += timedelta(days=1)
    return None


def after_change(clock: Clock, before: str, after: str, now: datetime, zone: tzinfo) -> Clock:
    """The clock once an issue's status has changed from `before` to `after`."""
    if before == after:
        return clock
    if before in OPEN and clock.first_responded_on is None:
        clock = replace(clock, first_responded_on=now)
    rested_since = clock.resolved_on or clock.waiting_since
    if after in OPEN or (before in DONE and after in WAITING):
        rested = elapsed(rested_since or now, now, zone).total_seconds()
        clock = replace(clock, waited=clock.waited + rested, waiting_since=None, resolved_on=None)
    if after in WAITING:
        return replace(clock, waiting_since=clock.waiting_since or now)
    if after in DONE and clock.resolved_on is None:
        rested = elapsed(clock.waiting_since or now, now, zone).total_seconds()
        return replace(clock, waited=clock.waited + rested, waiting_since=None, resolved_on=now)
    return clock


def agreement_status(clock: Clock, response_by: datetime | None, resolution_by: datetime | None) -> str:
    """ERPNext's word for how the service level stands."""
    if clock.first_responded_on is None and clock.resolved_on is None:
        return "First Response Due"
    if clock.resolved_on is None:
        return "Resolution Due"
    return "Failed" if missed(clock, response_by, resolution_by, clock.resolved_on) else "Fulfilled"


def missed(
    clock: Clock, response_by: datetime | None, resolution_by: datetime | None, now: datetime
) -> tuple[Promise, ...]:
    """Which of the promised times went by before the answer or the solution came, or before `now` where none came yet.

    What is promised no time (None) is never missed. A solution without an answer before it is an answer, too.
    """
    answered = clock.first_responded_on or clock.resolved_on or now
    solved = clock.resolved_on or now
    kept = ((RESPONSE, response_by, answered), (RESOLUTION, resolution_by, solved))
    return tuple(promise for promise, due_by, came in kept if due_by and came > due_by)
