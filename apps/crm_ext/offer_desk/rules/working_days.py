"""Days on which a company works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """Every day is one except those of the company's holiday list, weekly days off included."""

    holidays: frozenset[date] = frozenset()

    def on_or_after(self, day: date) -> date:
        while day in self.holidays:
            day += _ONE_DAY
        return day

    def after(self, day: date, count: int) -> date:
        """The working day that comes `count` working days after `day`; itself not counted. 0: on or after it."""
        day = self.on_or_after(day)
        for _step in range(count):
            day = self.on_or_after(day + _ONE_DAY)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days from `start`, not counted, to `end`, counted."""
        days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
        return sum(day not in self.holidays for day in days)
