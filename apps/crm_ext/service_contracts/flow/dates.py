"""Days and moments as the reader writes them."""

from __future__ import annotations

from datetime import date, datetime

import frappe
from frappe.utils import formatdate

from crm_ext.shared.calendars import format_jalali
from crm_ext.shared.text import to_persian_digits


def day(value: date) -> str:
    return format_jalali(value) if _reads_persian() else formatdate(value)


def moment(value: datetime) -> str:
    time = f"{value:%H:%M}"
    return f"{day(value)} {to_persian_digits(time) if _reads_persian() else time}"


def _reads_persian() -> bool:
    return (frappe.local.lang or "").startswith("fa")
