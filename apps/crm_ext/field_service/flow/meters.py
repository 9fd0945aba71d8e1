"""Meters of equipment: where readings are taken down. What was used is told by queries/meters.py."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.queries import meters as queries
from crm_ext.field_service.rules import meters as rules
from crm_ext.shared.meter_usage import Reading
from crm_ext.shared.results import Refusal


def record_reading(
    equipment: str,
    meter: str,
    typed: str | float,
    *,
    read_on: datetime | str | None = None,
    kind: str = "Reading",
    last_typed: str | None = None,
    service_order: str | None = None,
) -> str:
    """Take down where a meter stands; a meter that the equipment has not yet is made. Gives the name of the reading.

    kind: "Reading", "Reset", "Meter Replaced" or "Rolled Over"; all but the first with last_typed. Raises ValidationError with a sentence where the reading cannot be.
    """
    name = queries.meters_of([(equipment, meter)]).get((equipment, meter))
    if not name:
        made = {"doctype": "Equipment Meter", "equipment": equipment, "meter_name": meter}
        name = frappe.get_doc(made).insert().name
    reading = {
        "doctype": "Meter Reading",
        "equipment_meter": name,
        "read_on": read_on or now_datetime(),
        "kind": kind,
        "typed": str(typed),
        "last_typed": last_typed,
        "service_order": service_order,
    }
    return frappe.get_doc(reading).insert().name


def validate_meter(meter: Document) -> None:
    """One meter of a name at each equipment: contract lines name it."""
    meter.meter_name = (meter.meter_name or "").strip()
    other = queries.meters_of([(meter.equipment, meter.meter_name)]).get((meter.equipment, meter.meter_name))
    if other and other != meter.name:
        frappe.throw(
            _("{0} has a meter {1} already. Take its reading there, or give this one another name.").format(
                meter.equipment, meter.meter_name
            )
        )


def validate_reading(doc: Document) -> None:
    """Numbers from what was typed; between the readings before and after it."""
    # Two readings taken at the same moment would each see only the one before.
    frappe.db.get_value("Equipment Meter", doc.equipment_meter, "name", for_update=True)
    doc.equipment = frappe.db.get_value("Equipment Meter", doc.equipment_meter, "equipment")
    doc.value = _value_of(doc.typed)
    doc.last_value = _value_of(doc.last_typed) if doc.kind != "Reading" and doc.last_typed else None
    new = Reading(get_datetime(doc.read_on), doc.value, doc.kind, doc.last_value)
    before, after = queries.neighbours(doc.equipment_meter, new.read_on, doc.name)
    refusal = rules.check_reading(new, before, after, now_datetime())
    if refusal is None and not doc.is_new():
        refusal = _check_place_it_left(doc, before, after)
    if refusal is not None:
        _throw(refusal)


def check_deletion(doc: Document) -> None:
    """A reset without which the meter would go back stays."""
    refusal = rules.check_gap(*queries.neighbours(doc.equipment_meter, get_datetime(doc.read_on), doc.name))
    if refusal is not None:
        _throw(refusal)


def reading_changed(doc: Document) -> None:
    """The meter shows its last reading; also when a reading is deleted."""
    rows = frappe.get_all(
        "Meter Reading",
        filters={"equipment_meter": doc.equipment_meter},
        fields=["value", "read_on"],
        order_by="read_on desc, creation desc",
        limit=1,
    )
    last = rows[0] if rows else frappe._dict(value=0, read_on=None)
    frappe.db.set_value(
        "Equipment Meter", doc.equipment_meter, {"last_value": last.value, "last_read_on": last.read_on}
    )


def forget_readings(meter: Document) -> None:
    """With a meter go its readings."""
    frappe.db.delete("Meter Reading", {"equipment_meter": meter.name})


def merge_meters(old: str, new: str) -> None:
    """Before `old` becomes one with `new`: where both have a meter of the same name, its readings are gathered."""
    rows = frappe.get_all(
        "Equipment Meter",
        filters={"equipment": ("in", [old, new])},
        fields=["name", "equipment", "meter_name"],
        order_by="name",
    )
    kept = {row.meter_name: row.name for row in rows if row.equipment == new}
    for row in rows:
        if row.equipment == old and row.meter_name in kept:
            frappe.db.set_value(
                "Meter Reading", {"equipment_meter": row.name}, "equipment_meter", kept[row.meter_name]
            )
            frappe.db.delete("Equipment Meter", {"name": row.name})


def _check_place_it_left(doc: Document, before: Reading | None, after: Reading | None) -> Refusal | None:
    """Where a reading is put to another moment, those between which it stood must fit without it."""
    was_read_on = get_datetime(doc.get_doc_before_save().read_on)
    left = queries.neighbours(doc.equipment_meter, was_read_on, doc.name)
    return None if left == (before, after) else rules.check_gap(*left)


def _value_of(typed: str) -> Decimal:
    value = rules.read_value(typed)
    if isinstance(value, Refusal):
        _throw(value)
    return value


def _throw(refusal: Refusal) -> None:
    values = refusal.values
    sentence = {
        "reading_not_understood": _("{0} is not a number. Type where the meter stands, in digits."),
        "reading_below_zero": _("{0} is below zero. Type where the meter stands."),
        "reading_too_large": _("{0} is larger than a meter can show. Check its digits."),
        "reading_in_the_future": _("A reading cannot be in the future. Check its date."),
        "last_reading_missing": _(
            "Say where the meter stood before it was reset or replaced, or at which number it rolls over, so that nothing of its usage is lost."
        ),
        "reading_goes_back": _(
            "The meter stood at {1} on {2}, so it cannot stand at {0} now. Check the digits, or choose Reset, Meter Replaced or Rolled Over."
        ),
        "rolled_over_too_early": _(
            "A meter that has shown more than {0} does not roll over at it. Enter the number that comes after the largest it can show, such as 100000."
        ),
        "reading_needed": _(
            "Without this reading the meter would go back from {0} to {1} on {2}. Correct the later readings first."
        ),
        "reading_beyond_the_next": _(
            "The next reading, on {2}, is {1}, so the meter cannot stand at {0} before it. Check digits and date."
        ),
    }[refusal.code]
    places = [
        values.get("typed", _number(values.get("value"))),
        _number(values.get("before", values.get("after"))),
        spelling.moment(values.get("read_on")),
    ]
    frappe.throw(sentence.format(*places))


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
