"""Equipment out of stock documents: what a delivery makes, a return takes back and a cancellation undoes.

Nothing is added to or taken from what a record says: the movements of the units in a document are read anew and the
records are made to agree with them. So the order in which documents are posted, dated back, cancelled and amended does
not matter, and doing it twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import cint, get_datetime

from crm_ext.field_service.flow.equipment_records import Unit, placement_from, write
from crm_ext.field_service.queries import equipment as queries
from crm_ext.field_service.rules.placements import (
    EVERY_PIECE,
    Movement,
    Placement,
    Voucher,
    makes_equipment,
    pieces_at_the_customer,
    placements,
)

_TABLES = ("items", "packed_items")
_DELIVERIES = ("Delivery Note", "Sales Invoice")
_PURCHASES = ("Purchase Receipt", "Purchase Invoice")


def document_submitted(document: Document) -> None:
    """A document that moves stock is posted. Without units in it no statement is sent."""
    refresh(_serial_numbers(document), only_known=not _may_deliver(document))
    refresh_pieces(document.doctype, _rows_with_pieces(document))


def before_cancel(document: Document) -> None:
    """Remember the units: a cancelled document has none in the ledger any more."""
    document.flags.crm_ext_units = _serial_numbers(document)


def document_cancelled(document: Document) -> None:
    refresh(
        document.flags.crm_ext_units or set(),
        cancelled=(document.doctype, document.name),
        only_known=not _may_deliver(document),
    )
    refresh_pieces(document.doctype, _rows_with_pieces(document))


def refresh(
    serial_numbers: Collection[str],
    cancelled: tuple[str, str] | None = None,
    of_old: bool = False,
    only_known: bool = False,
) -> int:
    """Make the records of these units agree with the stock ledger; gives how many there are now.

    cancelled: a document whose word does not count any more. of_old: read also the texts from before there were
    bundles, which takes a look at every line of the items. only_known: leave units without a record as they are.
    """
    if not serial_numbers:
        return 0
    known = {row.serial_no: row for row in queries.by_serial_no(serial_numbers)}
    if only_known:
        serial_numbers = known.keys()
        if not known:
            return 0
    facts = queries.units(serial_numbers)
    lines = queries.movements(serial_numbers)
    if of_old:
        lines += queries.movements_of_old(serial_numbers, {fact.item_code for fact in facts.values()})
    said = _vouchers(lines)
    moved = defaultdict(list)
    for line in lines:
        moved[line.serial_no].append(_movement(line, said, known.get(line.serial_no)))
    before = queries.placements_of([row.name for row in known.values()])
    wanted, listed = {}, {(line.voucher_type, line.voucher_no) for line in lines}
    companies = {line.serial_no: line.company for line in sorted(lines, key=_moment_of)}
    for serial_no, fact in facts.items():
        record = known.get(serial_no)
        # What the ledger cannot tell any more is kept as it was: words of people, documents from before the bundles.
        kept = [
            placement
            for row in before.get(record.name if record else None, ())
            if (placement := placement_from(row)).document is None
            or (placement.document not in listed and placement.document != cancelled)
        ]
        found = placements(moved[serial_no], kept)
        if found or record:
            wanted[serial_no] = (_unit(fact, companies.get(serial_no)), found)
    write(wanted, known, before)
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
    followed = {key.rpartition(":")[0] for key in known}
    before = queries.placements_of([row.name for row in known.values()])
    wanted = {}
    for line in lines:
        fact = facts[line.item_code]
        if line.name not in followed and not _makes_pieces(line.item_code):
            continue
        made, _ = pieces_at_the_customer(line.stock_qty, 0)
        for number in range(1, made + 1):
            key = f"{line.name}:{number}"
            unit = Unit(
                key, fact.name, fact.item_name, fact.equipment_type, line.company,
                cint(fact.warranty_period), delivery_row=line.delivery_row,
            )  # fmt: skip
            by_hand = [
                placement
                for row in before.get(known[key].name if key in known else None, ())
                if (placement := placement_from(row)).document is None
            ]
            wanted[key] = (unit, placements(_movements_of_piece(doctype, line, number, made), by_hand))
    write(wanted, known, before)


# Which units


def _may_deliver(document: Document) -> bool:
    """Whether units may go to a customer by it: only then are there new records."""
    return document.doctype in _DELIVERIES or bool(document.get("service_order"))


def _serial_numbers(document: Document) -> set[str]:
    """Those that make equipment, as the ledger has them: rows do not say which numbers ERPNext chose by itself.

    Items without serial numbers cost nothing but a look at the cached item.
    """
    if not _moves_stock(document):
        return set()
    items = {row.item_code for _table, row in _rows(document) if row.item_code}
    followed = [item for item in items if _is_followed(item)]
    return queries.serial_numbers_of(document.doctype, document.name, followed) if followed else set()


def _moves_stock(document: Document) -> bool:
    return document.doctype not in ("Sales Invoice", "Purchase Invoice") or bool(document.update_stock)


def _rows(document: Document) -> Iterator[tuple[str, Document]]:
    for table in _TABLES:
        for row in document.get(table) or ():
            yield table, row


def _is_followed(item_code: str) -> bool:
    return _has_serial_no(item_code) and makes_equipment(item_code, True, queries.exceptions())


def _makes_pieces(item_code: str) -> bool:
    return queries.exceptions().get(item_code) == EVERY_PIECE and not _has_serial_no(item_code)


def _has_serial_no(item_code: str) -> bool:
    return bool(frappe.get_cached_value("Item", item_code, "has_serial_no"))


def _rows_with_pieces(document: Document) -> set[str]:
    """Rows of deliveries that hold items with a record for every piece, by themselves or packed in a product bundle.

    Of a return: the rows that it returns.
    """
    if (
        document.doctype not in _DELIVERIES
        or document.get("is_internal_customer")
        or not _moves_stock(document)
        or not queries.exceptions()
    ):
        return set()
    rows = {
        row.parent_detail_docname if table == "packed_items" else row.name
        for table, row in _rows(document)
        if _makes_pieces(row.item_code)
    }
    if document.is_return:
        link = queries.RETURNED_ROW[document.doctype]
        rows = {row.get(link) for row in document.items if row.name in rows}
    return rows - {None, ""}


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
            is_return=bool(row.customer) and row.purpose == "Material Receipt",
            part_of=row.equipment,
        )
    if row:
        address = row.shipping_address_name or row.customer_address
        return Voucher(
            doctype,
            name,
            row.customer,
            address,
            is_return=bool(row.is_return),
            stays_with_us=bool(row.is_internal_customer),
        )
    return Voucher(doctype, name, to_supplier=doctype in _PURCHASES)


def _movement(
    line: frappe._dict, said: Mapping[tuple[str, str], Voucher], record: frappe._dict | None = None
) -> Movement:
    voucher = said[line.voucher_type, line.voucher_no]
    if record and voucher.part_of == record.name:
        # The unit itself, repaired at our place, goes back by the order that serves it.
        voucher = replace(voucher, part_of=None)
    return Movement(
        get_datetime(line.posting_datetime),
        (line.creation, line.actual_qty > 0),
        line.actual_qty < 0,
        voucher,
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


def _unit(fact: frappe._dict, company: str | None) -> Unit:
    return Unit(
        fact.name, fact.item_code, fact.item_name, fact.equipment_type, company or fact.company,
        cint(fact.warranty_period), fact.warranty_expiry_date, serial_no=fact.name,
    )  # fmt: skip
