"""Equipment out of stock documents: what a delivery makes, a return takes back and a cancellation undoes.

Nothing is added to or taken from what a record says: the movements of the units in a document are read anew and the
records are made to agree with them. So the order in which documents are posted, dated back, cancelled and amended does
not matter, and doing it twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, getdate, now

from crm_ext.field_service.queries import equipment as queries
from crm_ext.field_service.rules.placements import (
    Movement,
    Placement,
    Voucher,
    makes_equipment,
    pieces_at_the_customer,
    placements,
)

_TABLES = ("items", "packed_items")
_TRANSFERS = ("Material Transfer", "Material Transfer for Manufacture", "Send to Subcontractor")
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


def document_submitted(document: Document) -> None:
    """A Delivery Note, a Sales Invoice or a Stock Entry is posted. Without units in it no statement is sent."""
    refresh(_serial_numbers(document))
    refresh_pieces(document.doctype, _rows_with_pieces(document))


def before_cancel(document: Document) -> None:
    """Remember the units: ERPNext takes the numbers off the rows of a cancelled document."""
    document.flags.crm_ext_units = _serial_numbers(document)


def document_cancelled(document: Document) -> None:
    refresh(document.flags.crm_ext_units or set(), cancelled=(document.doctype, document.name))
    refresh_pieces(document.doctype, _rows_with_pieces(document))


def refresh(
    serial_numbers: Collection[str],
    cancelled: tuple[str, str] | None = None,
    of_old: bool = False,
) -> int:
    """Make the records of these units agree with the stock ledger; gives how many there are now.

    cancelled: a document whose word does not count any more. of_old: read also the texts from before there were
    bundles, which takes a look at every line of the items.
    """
    if not serial_numbers:
        return 0
    facts = queries.units(serial_numbers)
    known = {row.serial_no: row for row in queries.by_serial_no(serial_numbers)}
    lines = queries.movements(serial_numbers)
    if of_old:
        lines += queries.movements_of_old(serial_numbers, {fact.item_code for fact in facts.values()})
    said = _vouchers(lines)
    moved = defaultdict(list)
    for line in lines:
        moved[line.serial_no].append(_movement(line, said))
    before = queries.placements_of([row.name for row in known.values()])
    wanted, listed = {}, {(line.voucher_type, line.voucher_no) for line in lines}
    companies = {line.serial_no: line.company for line in sorted(lines, key=_moment_of)}
    for serial_no, fact in facts.items():
        record = known.get(serial_no)
        # What the ledger cannot tell any more is kept as it was: words of people, documents from before the bundles.
        kept = [
            placement
            for row in before.get(record.name if record else None, ())
            if (placement := _placement(row)).document is None
            or (placement.document not in listed and placement.document != cancelled)
        ]
        found = placements(moved[serial_no], kept)
        if found or record:
            wanted[serial_no] = (_unit(fact, companies.get(serial_no)), found)
    _write(wanted, known, before)
    return len(wanted)


def latest_placement(serial_no: str) -> Placement | None:
    """Where the stock ledger has a unit, beside all records; None where it never left us."""
    lines = queries.movements([serial_no])
    said = _vouchers(lines)
    found = placements(_movement(line, said) for line in lines)
    return found[-1] if found else None


def refresh_pieces(doctype: str, rows: Collection[str]) -> None:
    """The same for units without serial numbers: a record for every piece of these rows of deliveries.

    Of what came back, the last pieces are taken: without a number nobody knows which they were.
    """
    if not rows:
        return
    lines = queries.delivery_rows(doctype, rows)
    facts = queries.items({line.item_code for line in lines})
    known = {row.piece_key: row for row in queries.by_delivery_row(rows)}
    before = queries.placements_of([row.name for row in known.values()])
    wanted = {}
    for line in lines:
        fact = facts[line.item_code]
        made, _ = pieces_at_the_customer(line.stock_qty, 0)
        for number in range(1, made + 1):
            key = f"{line.name}:{number}"
            unit = Unit(
                key, fact.name, fact.item_name, fact.equipment_type, line.company,
                cint(fact.warranty_period), delivery_row=line.name,
            )  # fmt: skip
            by_hand = [
                placement
                for row in before.get(known[key].name if key in known else None, ())
                if (placement := _placement(row)).document is None
            ]
            wanted[key] = (unit, placements(_movements_of_piece(doctype, line, number, made), by_hand))
    _write(wanted, known, before)


# Which units


def _serial_numbers(document: Document) -> set[str]:
    """Those that make equipment. Rows of items without serial numbers cost nothing but a look at the cached item."""
    if not _moves_stock(document):
        return set()
    numbers, bundles = set(), set()
    for row in _rows(document):
        if not (row.get("serial_no") or row.get("serial_and_batch_bundle")) or not _is_followed(row.item_code):
            continue
        numbers.update(queries.split_numbers(row.get("serial_no")))
        if row.get("serial_and_batch_bundle"):
            bundles.add(row.serial_and_batch_bundle)
    return numbers | (queries.serial_numbers_of(bundles) if bundles else set())


def _moves_stock(document: Document) -> bool:
    return document.doctype != "Sales Invoice" or bool(document.update_stock)


def _rows(document: Document) -> list[Document]:
    return [row for table in _TABLES for row in document.get(table) or ()]


def _is_followed(item_code: str) -> bool:
    has_serial_no = frappe.get_cached_value("Item", item_code, "has_serial_no")
    return bool(has_serial_no) and makes_equipment(item_code, True, queries.exceptions())


def _rows_with_pieces(document: Document) -> set[str]:
    """Rows of deliveries whose items get a record for every piece; of a return, the rows that it returns."""
    if document.doctype == "Stock Entry" or document.get("is_internal_customer") or not _moves_stock(document):
        return set()
    exceptions = queries.exceptions()
    if not exceptions:
        return set()
    link = "dn_detail" if document.doctype == "Delivery Note" else "sales_invoice_item"
    return {
        row.get(link) if document.is_return else row.name
        for row in document.items
        if exceptions.get(row.item_code) == "For Every Piece"
        and not row.get("serial_no")
        and not frappe.get_cached_value("Item", row.item_code, "has_serial_no")
    } - {None, ""}


# What became of them


def _vouchers(lines: Sequence[frappe._dict]) -> dict[tuple[str, str], Voucher]:
    names = {(line.voucher_type, line.voucher_no) for line in lines}
    read = queries.vouchers(names)
    return {name: _voucher(*name, read.get(name)) for name in names}


def _voucher(doctype: str, name: str, row: frappe._dict | None) -> Voucher:
    if doctype == "Stock Entry" and row:
        return Voucher(
            doctype,
            name,
            row.customer,
            row.customer_address,
            stays_with_us=row.purpose in _TRANSFERS,
            part_of=row.equipment,
        )
    if row:
        address = row.shipping_address_name or row.customer_address
        return Voucher(
            doctype, name, row.customer, address, bool(row.is_return), bool(row.is_internal_customer)
        )
    # A count takes units out and puts them in again by the same document.
    return Voucher(doctype, name, stays_with_us=doctype == "Stock Reconciliation")


def _movement(line: frappe._dict, said: Mapping[tuple[str, str], Voucher]) -> Movement:
    voucher = said[line.voucher_type, line.voucher_no]
    return Movement(
        get_datetime(line.posting_datetime), (line.creation, line.actual_qty > 0), line.actual_qty < 0, voucher
    )


def _moment_of(line: frappe._dict) -> datetime:
    return get_datetime(line.posting_datetime)


def _movements_of_piece(doctype: str, line: frappe._dict, number: int, made: int) -> list[Movement]:
    if line.docstatus != 1:
        return []
    address = line.shipping_address_name or line.customer_address
    moves = [Movement(_posted(line), (0,), True, Voucher(doctype, line.voucher, line.customer, address))]
    returned = 0.0
    for back in line.returns:
        returned -= back.stock_qty
        if number > pieces_at_the_customer(made, returned)[1]:
            moves.append(Movement(_posted(back), (1,), False, Voucher(doctype, back.name, is_return=True)))
            break
    return moves


def _posted(row: frappe._dict) -> datetime:
    return get_datetime(row.posting_date) + (row.posting_time or timedelta())


def _placement(row: frappe._dict) -> Placement:
    document = (row.document_type, row.document) if row.document else None
    return Placement(
        get_datetime(row.since), row.status, row.customer, row.customer_address, row.part_of, document, row.note
    )


def _unit(fact: frappe._dict, company: str | None) -> Unit:
    return Unit(
        fact.name, fact.item_code, fact.item_name, fact.equipment_type, company or fact.company,
        cint(fact.warranty_period), fact.warranty_expiry_date, serial_no=fact.name,
    )  # fmt: skip


# Writing


def _write(
    wanted: Mapping[str, tuple[Unit, list[Placement]]],
    known: Mapping[str, frappe._dict],
    before: Mapping[str, list[frappe._dict]],
) -> None:
    """New records, changed ones and placements: one statement each, however many units there are."""
    new = {key: each for key, each in wanted.items() if key not in known and each[1]}
    changed = {
        known[key].name: each
        for key, each in wanted.items()
        if key in known and [_placement(row) for row in before.get(known[key].name, ())] != each[1]
    }
    if not new and not changed:
        return
    states = _states({**{key: each[1] for key, each in new.items()}, **{n: e[1] for n, e in changed.items()}})
    names = _insert(new, states)
    unused = _unused(changed)
    updates = {
        name: _update(unit, found, before.get(name, ()), states[name])
        for name, (unit, found) in changed.items()
        if name not in unused
    }
    _update_all({name: values for name, values in updates.items() if values})
    _replace_placements({**{names[key]: each[1] for key, each in new.items()}, **{
        name: each[1] for name, each in changed.items() if name not in unused
    }}, old=[name for name in changed])  # fmt: skip
    _delete(unused)
    carry_parts(updates)


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
    unit: Unit, found: Sequence[Placement], before: Sequence[frappe._dict], state: Mapping[str, object]
) -> dict:
    """What changes of a record. While its last placement is the same, what people corrected of the place stands."""
    values = _delivery(unit, found)
    latest = _placement(before[-1]) if before else None
    if latest is None or not found or latest != found[-1]:
        values.update(state)
    if values["delivery_document"]:
        values["origin"] = "Delivered by Us"
    if not values["delivered_on"] and found:
        # What people wrote down of a unit that we did not deliver is theirs.
        for column in ("delivered_on", "warranty_expires_on"):
            values.pop(column)
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


def carry_parts(moved: Mapping[str, Mapping[str, object]]) -> None:
    """Parts are where their whole is. moved: {whole: the columns of its place that changed}."""
    moved = {name: values for name, values in moved.items() if values and "customer" in values}
    parts = queries.parts_under(moved)
    if not parts:
        return
    columns = ("status", "customer", "customer_name", "customer_address", "latitude", "longitude")
    _update_all({row.name: {column: moved[row.top][column] for column in columns} for row in parts})


def _unused(changed: Mapping[str, tuple[Unit, list[Placement]]]) -> set[str]:
    """Records that a cancelled delivery had made and that nobody has used since."""
    never = {name for name, (_, found) in changed.items() if not found}
    return never - queries.named_elsewhere(never) if never else never


def _delete(names: Collection[str]) -> None:
    if names:
        frappe.db.delete("Equipment", {"name": ("in", sorted(names))})
        for name in names:
            frappe.clear_document_cache("Equipment", name)
