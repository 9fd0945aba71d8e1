"""The parts of an order that were really used."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.queries import service_posting as queries


def name_warehouses(order: Document) -> None:
    """Parts whose warehouse nobody named leave the technician's van.

    Only here and not before: until the job is done the dispatcher may give it to somebody with another van.
    """
    van = queries.van_of(order.technician) if order.technician else None
    for row in used(order):
        row.warehouse = row.warehouse or van


def used(order: Document) -> list[Document]:
    return [row for row in order.parts if row.qty and not row.share_of]


def stocked(order: Document) -> list[tuple[Document, dict]]:
    """The used parts that are kept in stock, each with its item's {stock_uom, has_serial_no, has_batch_no, …}."""
    rows = used(order)
    items = queries.items({row.item_code for row in rows})
    return [(row, items[row.item_code]) for row in rows if items[row.item_code].is_stock_item]


def serial_numbers_of(row: Document) -> list[str]:
    return [line.strip() for line in (row.serial_no or "").replace(",", "\n").splitlines() if line.strip()]
