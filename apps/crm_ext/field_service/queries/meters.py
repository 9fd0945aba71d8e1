"""Readings of meters, and what was used between two days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

import frappe
from frappe.utils import get_datetime

from crm_ext.shared import meter_usage
from crm_ext.shared.meter_usage import Reading

# Equipment, name of its meter, first and last day (inclusive).
Ask = tuple[str, str, date, date]

_COLUMNS = ["name", "equipment_meter", "read_on", "kind", "value", "last_value"]


def usage(asks: Sequence[Ask]) -> dict[Ask, Decimal | None]:
    """What each (equipment, name of the meter, first day, last day) used, in the meter's unit; two queries for all.

    The formula stands in shared/meter_usage.py. None: there is no such meter, or no reading on the last day or later.
    """
    meters = meters_of({ask[:2] for ask in asks})
    readings = readings_of(set(meters.values()))
    return {
        ask: meter_usage.usage(readings.get(meters.get(ask[:2]), ()), ask[2], ask[3])
        for ask in dict.fromkeys(asks)
    }


def meters_of(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The meter of each (equipment, name of the meter) that there is, by one query."""
    if not pairs:
        return {}
    rows = frappe.get_all(
        "Equipment Meter",
        filters={
            "equipment": ("in", sorted({equipment for equipment, _ in pairs})),
            "meter_name": ("in", sorted({meter for _, meter in pairs})),
        },
        fields=["name", "equipment", "meter_name"],
        order_by="name",
    )
    return {(row.equipment, row.meter_name): row.name for row in rows}


def readings_of(meters: Collection[str]) -> dict[str, list[Reading]]:
    """All readings of each meter in the order of time, by one query."""
    found = defaultdict(list)
    if meters:
        rows = frappe.get_all(
            "Meter Reading",
            filters={"equipment_meter": ("in", sorted(meters))},
            fields=_COLUMNS,
            order_by="read_on, creation, name",
        )
        for row in rows:
            found[row.equipment_meter].append(_reading(row))
    return found


def neighbours(
    meter: str, read_on: datetime, except_for: str | None
) -> tuple[Reading | None, Reading | None]:
    """The reading before and the one after a moment, without the reading that is being changed itself."""
    before = _nearest(meter, ("<=", read_on), except_for, "read_on desc, creation desc")
    return before, _nearest(meter, (">", read_on), except_for, "read_on, creation")


def _nearest(meter: str, when: tuple, except_for: str | None, order_by: str) -> Reading | None:
    rows = frappe.get_all(
        "Meter Reading",
        filters={"equipment_meter": meter, "read_on": when, "name": ("!=", except_for or "")},
        fields=_COLUMNS,
        order_by=order_by,
        limit=1,
    )
    return _reading(rows[0]) if rows else None


def _reading(row: frappe._dict) -> Reading:
    last = None if row.kind == "Reading" else Decimal(str(row.last_value))
    return Reading(get_datetime(row.read_on), Decimal(str(row.value)), row.kind, last)
