"""Dates in two calendars. Dates are stored Gregorian always; Jalali is a way to read and write them.

`persiantools` does the conversion; it agrees with the astronomical calendar on every day from 1921 to 2121.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from persiantools.jdatetime import JalaliDate

from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.text import to_latin_digits, to_persian_digits, visible

# A year below this is Jalali (1405), at or above it Gregorian (2026): the two ranges that living people use are apart.
_FIRST_GREGORIAN_YEAR = 1700
_YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")

SEASONS = ("Spring", "Summer", "Autumn", "Winter")


@dataclass(frozen=True)
class Period:
    """An inclusive span of days."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def parse_date(text: str, day_first: bool = True) -> date | Refusal:
    """A date typed in either calendar and any of three digit scripts.

    Understood: year-month-day with '-', '/' or '.', the same with the year last (day_first decides which of the other
    two comes first), and ISO date-times. A year below 1700 is Jalali. Refusals: 'date_not_understood',
    'date_does_not_exist' (e.g. 1404-12-30).
    """
    typed = to_latin_digits(visible(text or "")).strip()
    head = re.split(r"[T ]", typed, maxsplit=1)[0]
    if match := _YEAR_FIRST.match(head):
        year, month, day = (int(part) for part in match.groups())
    elif match := _YEAR_LAST.match(head):
        first, second, year = (int(part) for part in match.groups())
        day, month = (first, second) if day_first else (second, first)
    else:
        return refuse("date_not_understood", text=text)
    try:
        if year < _FIRST_GREGORIAN_YEAR:
            return JalaliDate(year, month, day).to_gregorian()
        return date(year, month, day)
    except ValueError:
        return refuse("date_does_not_exist", text=text)


def format_jalali(day: date | datetime, persian_digits: bool = True) -> str:
    """'۱۴۰۵/۰۸/۳۰' for 2026-11-21."""
    jalali = JalaliDate.to_jalali(day.date() if isinstance(day, datetime) else day)
    text = f"{jalali.year:04d}/{jalali.month:02d}/{jalali.day:02d}"
    return to_persian_digits(text) if persian_digits else text


def month_of(day: date, calendar: Literal["Gregorian", "Jalali"]) -> Period:
    """The calendar month that the day lies in."""
    if calendar == "Jalali":
        jalali = JalaliDate.to_jalali(day)
        start = JalaliDate(jalali.year, jalali.month, 1).to_gregorian()
        length = JalaliDate.days_in_month(jalali.month, jalali.year)
        return Period(start, date.fromordinal(start.toordinal() + length - 1))
    start = day.replace(day=1)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return Period(start, date.fromordinal(following.toordinal() - 1))


def season_of(day: date) -> str:
    """The season by the Jalali calendar, whose years begin with spring: 'Spring', 'Summer', 'Autumn' or 'Winter'."""
    return SEASONS[(JalaliDate.to_jalali(day).month - 1) // 3]
