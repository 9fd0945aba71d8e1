"""What must be right before anything is posted; every fault is said with what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, nowdate

from crm_ext.field_service.flow import service_order_prices as prices
from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.flow import work_times
from crm_ext.field_service.queries import service_posting as queries
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import refuse

_NAMED_PLACES = 3


def check(order: Document) -> None:
    """Raises ValidationError with a sentence for the first thing that is not right."""
    _check_work(order)
    _check_times(order)
    _check_parts(order)
    _check_prices(order)


def used_parts(order: Document) -> list[Document]:
    return [row for row in order.parts if row.qty and not row.share_of]


def serial_numbers_of(row: Document) -> list[str]:
    return [line.strip() for line in (row.serial_no or "").replace(",", "\n").splitlines() if line.strip()]


def _check_work(order: Document) -> None:
    if not order.technician:
        sentences.throw(refuse("technician_missing"), order)
    if not order.result:
        sentences.throw(refuse("result_missing"), order)
    if order.posting_date and getdate(order.posting_date) > getdate(nowdate()):
        sentences.throw(refuse("posting_date_in_future", day=order.posting_date), order)
    lacking = [task.task for task in order.tasks if task.is_mandatory and not _is_answered(task)]
    if lacking:
        sentences.throw(refuse("tasks_missing", tasks=lacking), order)


def _is_answered(task: Document) -> bool:
    answers = {"Measured Value": task.value, "Text": task.note, "Photo": task.photo}
    return bool(task.is_done or answers.get(task.answer))


def _check_times(order: Document) -> None:
    work_times.require_past(order)
    rows = work_times.worked(order)
    technicians = queries.technicians({row.technician for row in rows})
    for row in rows:
        if not row.technician:
            sentences.throw(refuse("technician_missing"), order)
        if not technicians[row.technician].employee:
            sentences.throw(refuse("employee_missing", technician=row.technician), order)


def _check_parts(order: Document) -> None:
    rows = used_parts(order)
    items = queries.items({row.item_code for row in rows})
    for row in rows:
        item = items[row.item_code]
        if not item.is_stock_item:
            continue
        if not row.warehouse:
            sentences.throw(refuse("warehouse_missing", row=row.idx, item=row.item_code), order)
        if item.has_serial_no:
            _check_count_of_serials(order, row)
        elif item.has_batch_no and not row.batch_no:
            sentences.throw(refuse("batch_missing", row=row.idx, item=row.item_code), order)
    stocked = [row for row in rows if items[row.item_code].is_stock_item]
    _check_serials(order, stocked)
    _check_batches(order, stocked)
    _check_quantities(order, stocked)


def _check_count_of_serials(order: Document, row: Document) -> None:
    told = len(serial_numbers_of(row))
    wanted = to_decimal(row.qty) * to_decimal(row.conversion_factor or 1)
    if told != wanted:
        sentences.throw(
            refuse("serial_numbers_missing", row=row.idx, item=row.item_code, told=told, wanted=wanted),
            order,
        )


def _check_serials(order: Document, rows: Sequence[Document]) -> None:
    told = [(row, number) for row in rows for number in serial_numbers_of(row)]
    known = queries.serial_numbers({number for _row, number in told})
    owners = queries.owners_of_equipment(known)
    seen: set[str] = set()
    for row, number in told:
        values = {"row": row.idx, "serial_no": number, "item": row.item_code, "warehouse": row.warehouse}
        found = known.get(number)
        if found is None:
            sentences.throw(refuse("serial_number_unknown", **values), order)
        if number in seen:
            sentences.throw(refuse("serial_number_twice", **values), order)
        seen.add(number)
        if found.item_code != row.item_code:
            sentences.throw(refuse("serial_number_of_other_item", other=found.item_code, **values), order)
        owner = owners.get(number) or found.customer
        if owner and not found.warehouse:
            sentences.throw(refuse("serial_number_of_customer", customer=owner, **values), order)
        if found.warehouse != row.warehouse:
            sentences.throw(refuse("serial_number_elsewhere", place=found.warehouse, **values), order)


def _check_batches(order: Document, rows: Sequence[Document]) -> None:
    known = queries.items_of_batches({row.batch_no for row in rows if row.batch_no})
    for row in rows:
        if row.batch_no and known[row.batch_no] != row.item_code:
            sentences.throw(
                refuse(
                    "batch_of_other_item",
                    row=row.idx,
                    batch=row.batch_no,
                    item=row.item_code,
                    other=known[row.batch_no],
                ),
                order,
            )


def _check_quantities(order: Document, rows: Sequence[Document]) -> None:
    """What is taken out of each warehouse is there; else where it is instead."""
    if frappe.db.get_single_value("Stock Settings", "allow_negative_stock"):
        return
    wanted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        wanted[row.item_code, row.warehouse] += to_decimal(row.qty) * to_decimal(row.conversion_factor or 1)
    stock = queries.stock_of({item for item, _place in wanted}, order.company)
    for (item, place), qty in wanted.items():
        there = to_decimal(stock.get((item, place)))
        if there < qty:
            sentences.throw(
                refuse(
                    "parts_not_there",
                    item=item,
                    warehouse=place,
                    wanted=qty,
                    there=max(there, Decimal(0)),
                    elsewhere=_elsewhere(stock, item, place),
                ),
                order,
            )


def _elsewhere(stock: Mapping[tuple[str, str], float], item: str, place: str) -> list[tuple[str, float]]:
    others = [
        (other, qty) for (code, other), qty in stock.items() if code == item and other != place and qty > 0
    ]
    return sorted(others, key=lambda one: -one[1])[:_NAMED_PLACES]


def _check_prices(order: Document) -> None:
    """What a customer pays has a price: nothing is billed at 0 because a price was forgotten."""
    firsts = {row.name: row for row in (*order.parts, *order.times) if not row.share_of}
    for row in (*order.parts, *order.times):
        if row.payer != "Customer":
            continue
        quantity, rate = prices.quantity_and_rate(order, row, firsts)
        if row.doctype == "Service Order Time" and quantity and not prices.item_of_time(row.what):
            sentences.throw(refuse("item_of_time_missing", what=row.what), order)
        if quantity and rate <= 0:
            item = row.get("item_code") or prices.item_of_time(row.what)
            sentences.throw(refuse("price_missing", row=row.idx, item=item), order)
