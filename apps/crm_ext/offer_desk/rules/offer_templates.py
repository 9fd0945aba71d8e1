"""Which offer templates fit a customer on a day, the one made for the narrowest circle first.

Pure. Groups and territories come in as paths: the customer's own first, then those above it up to the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from crm_ext.shared.calendars import season_of
from crm_ext.shared.results import Refusal, refuse


@dataclass(frozen=True)
class Segment:
    """For whom and when a template is meant; None: no matter. Months are 1 to 12 and may cross the end of the year."""

    name: str
    company: str | None = None
    customer_group: str | None = None
    territory: str | None = None
    customer_grade: str | None = None
    season: str | None = None
    from_month: int | None = None
    until_month: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Situation:
    """The customer, the company and the day of an offer."""

    company: str
    customer_groups: Sequence[str]
    territories: Sequence[str]
    customer_grade: str | None
    day: date


@dataclass(frozen=True)
class Fit:
    """A template that fits and by what: names among 'customer_grade', 'customer_group', 'territory', 'season', 'month'."""

    name: str
    by: tuple[str, ...]
    closeness: tuple[int, ...]


def check(segment: Segment) -> Refusal | None:
    """'ends_before_it_begins' or 'half_a_span_of_months' where a template's time makes no sense."""
    if segment.valid_from and segment.valid_until and segment.valid_until < segment.valid_from:
        return refuse("ends_before_it_begins")
    if bool(segment.from_month) != bool(segment.until_month):
        return refuse("half_a_span_of_months")
    return None


def fitting(segments: Iterable[Segment], situation: Situation) -> list[Fit]:
    """Templates that fit, best first: by grade, then nearest group, nearest territory, time of year; then by name."""
    fits = [fit for segment in segments if (fit := _fit(segment, situation))]
    return sorted(fits, key=lambda fit: ([-closeness for closeness in fit.closeness], fit.name))


def _fit(segment: Segment, situation: Situation) -> Fit | None:
    if segment.company and segment.company != situation.company:
        return None
    if segment.customer_grade and segment.customer_grade != situation.customer_grade:
        return None
    if not _in_time(segment, situation.day):
        return None
    group = _nearness(segment.customer_group, situation.customer_groups)
    territory = _nearness(segment.territory, situation.territories)
    if group is None or territory is None:
        return None
    closeness = {
        "customer_grade": int(bool(segment.customer_grade)),
        "customer_group": group,
        "territory": territory,
        "season": int(bool(segment.season)),
        "month": int(bool(segment.from_month)),
    }
    return Fit(
        segment.name, tuple(name for name, near in closeness.items() if near), tuple(closeness.values())
    )


def _nearness(wanted: str | None, path: Sequence[str]) -> int | None:
    """0 where nothing is wanted, more the nearer the wanted one is to the customer's own, None where it is not on the path."""
    if not wanted:
        return 0
    return len(path) - path.index(wanted) if wanted in path else None


def _in_time(segment: Segment, day: date) -> bool:
    if (segment.valid_from and day < segment.valid_from) or (
        segment.valid_until and day > segment.valid_until
    ):
        return False
    if segment.season and segment.season != season_of(day):
        return False
    if segment.from_month and segment.until_month:
        if segment.from_month <= segment.until_month:
            return segment.from_month <= day.month <= segment.until_month
        return day.month >= segment.from_month or day.month <= segment.until_month
    return True
