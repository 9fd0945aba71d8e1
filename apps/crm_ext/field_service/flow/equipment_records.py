"""Records of equipment and their placements, written for many units by a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.utils import get_datetime, getdate, now

from crm_ext.field_service.queries import equipment as queries
from crm_ext.field_service.rules.placements import Placement

_SERIES = "EQP-.YYYY.-"
_STANDARD = ("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
_EQUIPMENT_COLUMNS = (
    *_STANDARD, "naming_series", "equipment_name", "equipment_type", "item_code", "item_name", "serial_no",
    "piece_key", "delivery_row", "company", "status", "customer", "customer_name", "customer_address",
    "parent_equipment", "latitude", "longitude", "origin", "delivery_document_type", "delivery_document",
    "delivered_on", "warranty_expires_on",
)  # fmt: skip
_PLACEMENT_COLUMNS = (
    *_STANDARD, "parent", "parenttype", "parentfield", "since", "status", "customer", "customer_address", "part_of",
    "document_type", "document", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """What a record of a unit says beside its placements. key: serial number, or the piece of a delivery's row."""

    key: str
    item_code: str
    item_name: str | None
    equipment_type: str | None
    company: str
    warranty_days: int = 0
    warranty_expires_on: str | None = None
    serial_no: str | None = None
    delivery_row: str | None = None


def write(
    wanted: Mapping[str, tuple[Unit, list[Placement]]],
    known: Mapping[str, frappe._dict],
    before: Mapping[str, list[frappe._dict]],
) -> None:
    """New records, changed ones and placements: one statement each, however many units there are."""
    of = {row.name: row for row in known.values()}
    new = {key: each for key, each in wanted.items() if key not in known and each[1]}
    changed = {
        known[key].name: each
        for key, each in wanted.items()
        if key in known and [placement_from(row) for row in before.get(known[key].name, ())] != each[1]
    }
    if not new and not changed:
        return
    states = _states({**{key: each[1] for key, each in new.items()}, **{n: e[1] for n, e in changed.items()}})
    names = _insert(new, states)
    unused = _unused(changed)
    updates = {
        name: _update(unit, found, before.get(name, ()), states[name], of[name])
        for name, (unit, found) in changed.items()
        if name not in unused
    }
    _update_all({name: values for name, values in updates.items() if values})
    _replace_placements({**{names[key]: each[1] for key, each in new.items()}, **{
        name: each[1] for name, each in changed.items() if name not in unused
    }}, old=[name for name in changed])  # fmt: skip
    _delete(unused)
    units_moved(updates)


def _states(found: Mapping[str, list[Placement]]) -> dict[str, dict]:
    """Where each unit is now, as the columns of its record."""
    last = {key: (each[-1] if each else None) for key, each in found.items()}
    names = queries.customer_names(placement.customer for placement in last.values() if placement)
    spots = queries.coordinates_at(placement.address for placement in last.values() if placement)
    return {key: _state(placement, names, spots) for key, placement in last.items()}


def _state(placement: Placement | None, names: Mapping[str, str], spots: Mapping[str, tuple]) -> dict:
    if placement is None:
        placement = Placement(datetime.min, "In Store")
    latitude, longitude = spots.get(placement.address, (0, 0))
    return {
        "status": placement.status,
        "customer": placement.customer,
        "customer_name": names.get(placement.customer),
        "customer_address": placement.address,
        "parent_equipment": placement.part_of,
        "latitude": latitude,
        "longitude": longitude,
    }


def _delivery(unit: Unit, found: Sequence[Placement]) -> dict:
    """The last delivery by a document, and the warranty that runs from it."""
    deliveries = [placement for placement in found if placement.is_at_a_customer and placement.document]
    if not deliveries:
        return {
            "delivery_document_type": None,
            "delivery_document": None,
            "delivered_on": None,
            "warranty_expires_on": None,
        }
    last = deliveries[-1]
    day = last.since.date()
    warranty = unit.warranty_expires_on if found[-1] is last else None
    if not warranty and unit.warranty_days:
        warranty = day + timedelta(days=unit.warranty_days)
    return {
        "delivery_document_type": last.document[0],
        "delivery_document": last.document[1],
        "delivered_on": day,
        "warranty_expires_on": warranty and getdate(warranty),
    }


def _insert(new: Mapping[str, tuple[Unit, list[Placement]]], states: Mapping[str, dict]) -> dict[str, str]:
    """{key: name of its new record}."""
    if not new:
        return {}
    stamp, user = now(), frappe.session.user
    names = dict(zip(new, _names(len(new)), strict=True))
    rows = []
    for key, (unit, found) in new.items():
        values = {
            "name": names[key], "owner": user, "creation": stamp, "modified": stamp, "modified_by": user,
            "docstatus": 0, "idx": 0, "naming_series": _SERIES, "equipment_name": unit.item_name or unit.item_code,
            "equipment_type": unit.equipment_type, "item_code": unit.item_code, "item_name": unit.item_name,
            "serial_no": unit.serial_no, "piece_key": None if unit.serial_no else key,
            "delivery_row": unit.delivery_row, "company": unit.company, "origin": "Delivered by Us",
            **states[key], **_delivery(unit, found),
        }  # fmt: skip
        rows.append([values[column] for column in _EQUIPMENT_COLUMNS])
    frappe.db.bulk_insert("Equipment", list(_EQUIPMENT_COLUMNS), rows)
    return names


def _names(number: int) -> list[str]:
    """So many names of the series by two statements; whoever else takes one waits until this transaction ends."""
    prefix = _SERIES.replace(".YYYY.", str(getdate().year))
    current = frappe.db.sql("select `current` from `tabSeries` where `name` = %s for update", [prefix])
    if current:
        frappe.db.sql("update `tabSeries` set `current` = `current` + %s where `name` = %s", [number, prefix])
    else:
        frappe.db.sql("insert into `tabSeries` (`name`, `current`) values (%s, %s)", [prefix, number])
    first = (current[0][0] or 0) + 1 if current else 1
    return [f"{prefix}{value:05d}" for value in range(first, first + number)]


def _update(
    unit: Unit,
    found: Sequence[Placement],
    before: Sequence[frappe._dict],
    state: Mapping[str, object],
    record: frappe._dict,
) -> dict:
    """What changes of a record. While its last placement is the same, what people corrected of the place stands, and
    so does the warranty while the delivery is the same."""
    values = _delivery(unit, found)
    if record.delivery_document and record.delivery_document == values["delivery_document"]:
        values.pop("warranty_expires_on")
    elif values["delivery_document"]:
        values["company"] = unit.company
    latest = placement_from(before[-1]) if before else None
    if latest is None or not found or latest != found[-1]:
        values.update(state)
    if values["delivery_document"]:
        values["origin"] = "Delivered by Us"
    if not values["delivered_on"] and found:
        # What people wrote down of a unit that we did not deliver is theirs.
        for column in ("delivered_on", "warranty_expires_on"):
            values.pop(column, None)
    return values


def _update_all(updates: Mapping[str, dict]) -> None:
    by_columns = defaultdict(dict)
    for name, values in updates.items():
        by_columns[tuple(sorted(values))][name] = values
    for group in by_columns.values():
        frappe.db.bulk_update("Equipment", group, chunk_size=len(group))
    for name in updates:
        frappe.clear_document_cache("Equipment", name)


def _replace_placements(found: Mapping[str, list[Placement]], old: Collection[str]) -> None:
    if old:
        frappe.db.delete("Equipment Placement", {"parent": ("in", sorted(old)), "parenttype": "Equipment"})
    stamp, user = now(), frappe.session.user
    rows = []
    for parent, each in found.items():
        for index, placement in enumerate(each, start=1):
            document = placement.document or (None, None)
            rows.append([
                frappe.generate_hash(length=10), user, stamp, stamp, user, 0, index, parent, "Equipment",
                "placements", placement.since, placement.status, placement.customer, placement.address,
                placement.part_of, *document, placement.note,
            ])  # fmt: skip
    if rows:
        frappe.db.bulk_insert("Equipment Placement", list(_PLACEMENT_COLUMNS), rows)


def units_moved(moved: Mapping[str, Mapping[str, object]]) -> None:
    """Parts go where their whole goes, and nobody is sent to a place that a unit has left.

    moved: {unit: the columns of its place that changed}.
    """
    moved = {name: values for name, values in moved.items() if "customer" in values}
    parts = queries.parts_under(moved)
    columns = ("status", "customer", "customer_name", "customer_address", "latitude", "longitude")
    _update_all({row.name: {column: moved[row.top][column] for column in columns} for row in parts})
    visits = queries.visits_left_behind({*moved, *(row.name for row in parts)})
    if visits:
        frappe.db.delete("Planned Visit", {"name": ("in", visits), "status": "Planned"})


def _unused(changed: Mapping[str, tuple[Unit, list[Placement]]]) -> set[str]:
    """Records that a cancelled delivery had made and that nobody has used since."""
    never = {name for name, (_, found) in changed.items() if not found}
    return never - queries.named_elsewhere(never) if never else never


def _delete(names: Collection[str]) -> None:
    if names:
        frappe.db.delete("Equipment", {"name": ("in", sorted(names))})
        for name in names:
            frappe.clear_document_cache("Equipment", name)


def placement_from(row: frappe._dict) -> Placement:
    document = (row.document_type, row.document) if row.document else None
    return Placement(
        get_datetime(row.since),
        row.status,
        row.customer,
        row.customer_address,
        row.part_of,
        document,
        row.note,
    )
