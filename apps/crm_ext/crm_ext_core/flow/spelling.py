"""Days, times, quantities and amounts as whoever reads them writes them.

Readers of Persian have Jalali days, Persian digits and separators, all others the site's formats. The reader's language is
`frappe.local.lang`; moments are in the site's time zone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, fmt_money, formatdate, get_datetime, get_number_format_info, getdate

from crm_ext.shared.calendars import format_jalali
from crm_ext.shared.text import to_persian_digits, to_persian_number


def reads_persian() -> bool:
    return (frappe.local.lang or "").startswith("fa")


def digits(text: str) -> str:
    """The text with the reader's digits."""
    return to_persian_digits(text) if reads_persian() else text


def figure(text: str, decimal: str = ".") -> str:
    """A written number with the reader's digits and separators; decimal is the decimal separator that it has."""
    return to_persian_number(text, decimal) if reads_persian() else text


def money(amount: Any, currency: str | None = None) -> str:
    """With the currency's sign; empty for None."""
    if amount is None:
        return ""
    decimal, _thousands, _precision = get_number_format_info(frappe.db.get_default("number_format") or "")
    return figure(fmt_money(flt(amount), currency=currency), decimal)


def number(value: Any) -> str:
    """A quantity without needless zeros: '2.5', '12', '1,200'; empty for None."""
    if value is None:
        return ""
    text = f"{flt(value, 6):,.6f}".rstrip("0").rstrip(".")
    return figure(text)


def day(value: date | datetime | str | None) -> str:
    """Empty for None."""
    if not value:
        return ""
    return format_jalali(getdate(value)) if reads_persian() else formatdate(value)


def month(first_day: date | str, calendar: str) -> str:
    """Year and month by the calendar ("Gregorian" or "Jalali") that the figures were gathered by: '2026-11', '1405/08'."""
    first = getdate(first_day)
    return digits(
        format_jalali(first, persian_digits=False)[:7] if calendar == "Jalali" else f"{first:%Y-%m}"
    )


def moment(value: datetime | str | None) -> str:
    """A day with the time of day: '2026-11-22 08:00'; empty for None."""
    return f"{day(value)} {clock(value)}" if value else ""


def clock(value: datetime | str | None) -> str:
    """The time of day alone: '08:00'; empty for None."""
    return digits(f"{get_datetime(value):%H:%M}") if value else ""


def times(start: datetime | str, end: datetime | str) -> str:
    """Two times of one day: '08:00–10:00'; in words where a dash would be read in either direction."""
    return _("{0}–{1}").format(clock(start), clock(end))


def window(start: datetime | str | None, end: datetime | str | None) -> str:
    """A day with two times of it: '2026-11-22, 08:00–10:00'."""
    if not start or not end:
        return moment(start)
    return listed(day(start), times(start, end))


def listed(*words: str) -> str:
    """The words with the reader's commas between them, without those that are empty."""
    return _(", ").join(word for word in words if word)
