"""Periods that people name: months, seasons and years of either calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from persiantools.jdatetime import JalaliDate

from crm_ext.shared.calendars import Period, month_of
from crm_ext.shared.results import Refusal, refuse

Calendar = Literal["Gregorian", "Jalali"]

# Choice -> months of a unit, and how many units back.
CHOICES = {
    "This Month": (1, 0),
    "Last Month": (1, 1),
    "This Season": (3, 0),
    "Last Season": (3, 1),
    "This Year": (12, 0),
    "Last Year": (12, 1),
}


def named_period(choice: str, today: date, calendar: Calendar) -> Period | Refusal:
    """The month, season (three months from the first of a year) or year of a calendar. Refusal: 'period_unknown'."""
    if choice not in CHOICES:
        return refuse("period_unknown", choice=choice)
    length, back = CHOICES[choice]
    period = _unit_around(today, length, calendar)
    for _ in range(back):
        period = _unit_around(period.start - timedelta(days=1), length, calendar)
    return period


def _unit_around(day: date, length: int, calendar: Calendar) -> Period:
    month = month_of(day, calendar)
    number = JalaliDate.to_jalali(day).month if calendar == "Jalali" else day.month
    for _ in range((number - 1) % length):
        month = month_of(month.start - timedelta(days=1), calendar)
    start, end = month.start, month.end
    for _ in range(length - 1):
        end = month_of(end + timedelta(days=1), calendar).end
    return Period(start, end)
