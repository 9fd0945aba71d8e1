"""Settings that planning can work with."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import to_timedelta

from crm_ext.dispatch.rules.working_hours import WEEKDAYS


def validate(settings: Document) -> None:
    """Days with their English names, a day that ends after it begins, speeds that lead somewhere."""
    _require_weekdays(settings)
    _require_order(settings)
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


def _require_order(settings: Document) -> None:
    pairs = (("working_from", "working_until"), ("break_start", "break_end"))
    for first, last in pairs:
        start, end = settings.get(first), settings.get(last)
        if start and end and to_timedelta(end) <= to_timedelta(start):
            label = _(settings.meta.get_label(last))
            frappe.throw(_("{0}: the end must be later than the beginning.").format(label))
