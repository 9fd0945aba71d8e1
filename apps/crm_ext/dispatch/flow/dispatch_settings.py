"""Settings that planning can work with."""

from __future__ import annotations

import re

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import to_timedelta

from crm_ext.dispatch.rules.working_hours import WEEKDAYS
from crm_ext.shared.text import to_latin_digits

# Hours alone or with minutes; seconds are left out.
_TIME = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d)(?::\d\d)?)?")


def show_defaults(settings: Document) -> None:
    """Fill what is empty, or was never saved, with the default that planning takes instead."""
    for field in settings.meta.fields:
        if field.default and settings.get(field.fieldname) in (None, ""):
            settings.set(field.fieldname, field.default)


def validate(settings: Document) -> None:
    """Days with their English names, a day that ends after it begins, speeds that lead somewhere."""
    show_defaults(settings)
    _require_weekdays(settings)
    _require_times(settings)
    for row in settings.speeds:
        if row.kilometres_per_hour <= 0:
            frappe.throw(_("Row {0} of the speeds: enter a speed above 0.").format(row.idx))
    for row in settings.traffic:
        if to_timedelta(row.to_time) <= to_timedelta(row.from_time):
            frappe.throw(
                _("Row {0} of the traffic: the end must be later than the beginning.").format(row.idx)
            )
    if settings.detour_factor and settings.detour_factor < 1:
        frappe.throw(
            _("No road is shorter than the straight line: enter 1 or more for {0}.").format(
                _("Road to Beeline")
            )
        )


def _require_weekdays(settings: Document) -> None:
    days = [day.strip().capitalize() for day in (settings.working_days or "").split(",") if day.strip()]
    unknown = [day for day in days if day not in WEEKDAYS]
    if unknown:
        frappe.throw(
            _("{0} is no day of the week. Write days like this: {1}").format(unknown[0], ", ".join(WEEKDAYS))
        )
    settings.working_days = ", ".join(days)


def _require_times(settings: Document) -> None:
    """Times are kept as text, because Frappe fills empty times of settings with the time of day."""
    for first, last in (("working_from", "working_until"), ("break_start", "break_end")):
        start, end = (_time(settings, fieldname) for fieldname in (first, last))
        if start and end and end <= start:
            frappe.throw(_("{0}: the end must be later than the beginning.").format(_label(settings, last)))


def _time(settings: Document, fieldname: str) -> str:
    """The time as HH:MM, in whatever digits it was typed."""
    typed = to_latin_digits(settings.get(fieldname) or "").strip()
    if not typed:
        return ""
    found = _TIME.fullmatch(typed)
    if not found:
        frappe.throw(_("{0}: write the time like 08:00.").format(_label(settings, fieldname)))
    settings.set(fieldname, f"{int(found[1]):02d}:{found[2] or '00'}")
    return settings.get(fieldname)


def _label(settings: Document, fieldname: str) -> str:
    return _(settings.meta.get_label(fieldname))
