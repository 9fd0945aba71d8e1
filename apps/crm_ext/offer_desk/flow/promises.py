"""Promise dates for asks, items and documents; and for the lines of a document that is being saved.

The number of queries does not grow with the number of lines. What is read is never locked: a promise is what can be
said now; `stock_holds` and ERPNext's reservations are what makes it stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow.promise_reading import Line, Reading, is_late
from crm_ext.offer_desk.queries import promises as queries
from crm_ext.offer_desk.rules.promises import Ask, Promise
from crm_ext.shared.money import to_decimal

_TABLES = ("items", "quotation_options")


def promise(
    asks: Iterable[Ask],
    *,
    company: str,
    customer: str | None = None,
    own: tuple[str, str] | None = None,
    today: date | None = None,
) -> dict[Hashable, Promise]:
    """What can be promised to each ask, by its key; asks compete with each other in their order.

    own: (doctype, name) of the quotation or order that asks, whose own demand does not count. Without one, holds that
    this customer has do not count against the customer. today: the site's day, where it is not the real one.
    """
    return Reading(company, _own(own, customer), today).promise(list(asks))


def earliest(
    item_codes: Collection[str],
    *,
    company: str,
    warehouse: str | None = None,
    customer: str | None = None,
    today: date | None = None,
) -> dict[str, Promise]:
    """The promise of one stock unit of each item, bundles included."""
    lines = [Line(code, code, Decimal(1), warehouse) for code in dict.fromkeys(item_codes)]
    return Reading(company, _own(None, customer), today).promise_lines(lines)


def promise_document(doc: Document, *, today: date | None = None) -> dict[str, Promise]:
    """The promise of each line of an opportunity, quotation or sales order, saved or not, by `row_key`.

    Options of a quotation and its alternative lines see what the other lines take. Of an order's line counts what is not
    delivered yet.
    """
    if not doc.get("company"):
        return {}
    return Reading(doc.company, _own_of(doc), today).promise_lines(_lines_of(doc))


def promise_with_alternatives(
    doc: Document, *, today: date | None = None
) -> tuple[dict[str, Promise], dict[str, Promise]]:
    """As `promise_document`; and for lines that cannot leave at once the alternative item to be had soonest, if sooner."""
    if not doc.get("company"):
        return {}, {}
    lines = _lines_of(doc)
    pairs = queries.alternatives({line.item_code for line in lines}) if lines else ()
    instead = [
        replace(line, key=(line.key, code), item_code=code, parts=(), optional=True)
        for line in lines
        for item_code, code in pairs
        if item_code == line.item_code
    ]
    reading = Reading(doc.company, _own_of(doc), today)
    found = reading.promise_lines([*lines, *instead])
    promises = {line.key: found[line.key] for line in lines}
    sooner: dict[str, Promise] = {}
    for line in instead:
        key, other = line.key[0], found[line.key]
        best = sooner.get(key, promises[key])
        if other.day and is_late(promises[key], reading.today) and (not best.day or other.day < best.day):
            sooner[key] = other
    return promises, sooner


def store_dates(doc: Document) -> None:
    """Writes the promise date into every line of a document that is being saved; never in the way of saving it."""
    try:
        promises = promise_document(doc)
    except Exception:
        frappe.log_error(title="Promise dates could not be computed")
        frappe.msgprint(
            _(
                "The promise dates could not be computed. The document was saved without them; an error log says why."
            ),
            alert=True,
            indicator="orange",
        )
        promises = {}
    doc.flags.crm_ext_promises = promises
    for table in _TABLES:
        for row in doc.get(table) or ():
            promised = promises.get(row_key(row))
            row.promise_date = promised.day if promised else None


def row_key(row: Document) -> str:
    """What names a line in the answers: its name, or its table and place where it has none yet."""
    return row.get("name") or f"{row.get('parentfield') or 'items'}:{row.get('idx')}"


# Documents


def _lines_of(doc: Document) -> list[Line]:
    packed: dict[str, list[tuple[str, Decimal, str | None]]] = defaultdict(list)
    for part in doc.get("packed_items") or ():
        packed[part.parent_detail_docname].append((part.item_code, to_decimal(part.qty), part.warehouse))
    lines = [
        _line_of(doc, row, table, packed.get(row.get("name"), ()))
        for table in _TABLES
        for row in doc.get(table) or ()
        if row.get("item_code")
    ]
    return _placed(lines, doc.company) if doc.doctype == "Opportunity" else lines


def _placed(lines: Sequence[Line], company: str) -> list[Line]:
    """Lines of an opportunity name no warehouse. They get the one that its quotation will name."""
    homes = queries.default_warehouses({line.item_code for line in lines}, company) if lines else {}
    return [replace(line, warehouse=homes.get(line.item_code)) for line in lines]


def _line_of(doc: Document, row: Document, table: str, parts: Sequence[tuple]) -> Line:
    ordered = to_decimal(row.get("qty"))
    open_ = ordered - to_decimal(row.get("delivered_qty"))
    factor = to_decimal(row.get("conversion_factor"))
    share = open_ / ordered if ordered else Decimal(0)
    return Line(
        key=row_key(row),
        item_code=row.item_code,
        qty=open_ * (factor or 1),
        warehouse=row.get("warehouse") or doc.get("set_warehouse") or None,
        unit="" if factor else row.get("uom") or "",
        optional=table == "quotation_options" or bool(row.get("is_alternative")),
        drop_ship=bool(row.get("delivered_by_supplier")) if doc.doctype == "Sales Order" else None,
        parts=tuple((code, qty * share, warehouse) for code, qty, warehouse in parts),
    )


def _own_of(doc: Document) -> queries.Own:
    """The document, what it amends, and the quotations that an order comes from."""
    names = frozenset(filter(None, (doc.get("name"), doc.get("amended_from"))))
    if doc.doctype == "Quotation":
        return queries.Own(quotations=names)
    if doc.doctype == "Sales Order":
        origins = frozenset(filter(None, (row.get("prevdoc_docname") for row in doc.get("items") or ())))
        return queries.Own(orders=names, quotations=origins)
    return queries.Own()


def _own(own: tuple[str, str] | None, customer: str | None) -> queries.Own:
    if own is None:
        return queries.Own(customer=customer or "")
    doctype, name = own
    if doctype == "Sales Order":
        return queries.Own(orders=frozenset({name}), quotations=queries.quotations_of_order(name))
    return queries.Own(quotations=frozenset({name}) if doctype == "Quotation" else frozenset())
