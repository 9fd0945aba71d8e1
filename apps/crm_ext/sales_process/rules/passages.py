"""Stays of opportunities in stages: how long they take and how they end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from crm_ext.shared.money import rounded

HOURS_A_DAY = Decimal(24)
SECONDS_AN_HOUR = Decimal(3600)
WENT_ON = ("Forward", "Won")


@dataclass(frozen=True)
class Stay:
    """One finished stay. outcome: 'Forward', 'Back', 'Won', 'Lost' or 'Closed'."""

    stage: str
    hours: Decimal
    outcome: str


@dataclass(frozen=True)
class StageDuration:
    """passages: finished stays; days: median and 90th percentile; conversion: percent that went on or were won."""

    stage: str
    passages: int
    median_days: Decimal
    ninetieth_days: Decimal
    conversion: Decimal


def hours_between(entered: datetime, left: datetime) -> Decimal:
    """Hours of a stay, site time, to the hundredth; a clock that was set back gives zero, never less."""
    seconds = Decimal(str(max((left - entered).total_seconds(), 0)))
    return rounded(seconds / SECONDS_AN_HOUR, 2)


def days_in_stage(entered: datetime, now: datetime) -> int:
    """Whole days since a stage was entered."""
    return max((now - entered).days, 0)


def is_over_limit(age_days: int, limit_days: int | None) -> bool:
    return bool(limit_days) and age_days > limit_days


def is_overdue(planned: date | None, today: date) -> bool:
    return planned is not None and planned < today


def percentile(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """Quantile by linear interpolation between closest ranks (Hyndman and Fan 1996, type 7), share from 0 to 1."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def durations(stays: Iterable[Stay], order: Sequence[str]) -> list[StageDuration]:
    """One line per stage that was passed: stages of `order` first and in that order, then others by name."""
    grouped: dict[str, list[Stay]] = {}
    for stay in stays:
        grouped.setdefault(stay.stage, []).append(stay)
    rank = {stage: index for index, stage in enumerate(order)}
    return [
        _duration(stage, grouped[stage])
        for stage in sorted(grouped, key=lambda name: (rank.get(name, len(rank)), name))
    ]


def _duration(stage: str, stays: Sequence[Stay]) -> StageDuration:
    days = [stay.hours / HOURS_A_DAY for stay in stays]
    went_on = sum(stay.outcome in WENT_ON for stay in stays)
    return StageDuration(
        stage=stage,
        passages=len(stays),
        median_days=rounded(percentile(days, Decimal("0.5")), 1),
        ninetieth_days=rounded(percentile(days, Decimal("0.9")), 1),
        conversion=rounded(Decimal(100 * went_on) / len(stays), 1),
    )
