"""What must be right before anything is posted; every fault is said with what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, nowdate

from crm_ext import erpnext_port
from crm_ext.field_service.flow import service_order_prices as prices
from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.flow import work_times
from crm_ext.field_service.flow.service_posting import accounts, invoicing, labour, parts
from crm_ext.field_service.queries import service_posting as queries
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal, refuse

_NAMED_PLACES = 3
_Stocked = Sequence[tuple[Document, dict]]


def check(order: Document) -> None:
    """Raises ValidationError with a sentence for the first thing that is not right."""
    for refusal in faults(order):
        sentences.throw(refusal, order)


def faults(order: Document) -> Iterator[Refusal]:
    """Everything that stands in the way of posting, one after the other and only as far as somebody asks."""
    for look in (_work, _times, _parts, _prices, _currency, _accounts):
        yield from look(order)


def _work(order: Document) -> Iterator[Refusal]:
    if not order.technician:
        yield refuse("technician_missing")
    if not order.result:
        yield refuse("result_missing")
    if order.posting_date and getdate(order.posting_date) > getdate(nowdate()):
        yield refuse("posting_date_in_future", day=order.posting_date)
    lacking = [task.task for task in order.tasks if task.is_mandatory and not _is_answered(task)]
    if lacking:
        yield refuse("tasks_missing", tasks=lacking)


def _is_answered(task: Document) -> bool:
    answers = {"Measured Value": task.value, "Text": task.note, "Photo": task.photo}
    return bool(task.is_done or answers.get(task.answer))


def _times(order: Document) -> Iterator[Refusal]:
    yield from work_times.not_yet_past(order)
    rows = work_times.worked(order)
    technicians = queries.technicians({row.technician for row in rows})
    for row in rows:
        technician = technicians.get(row.technician)
        if not technician:
            yield refuse("technician_missing")
        elif not technician.employee:
            yield refuse("employee_missing", technician=row.technician)
        elif not labour.activity_type(row, technician):
            yield refuse("activity_missing", row=row.idx)
    yield from _taken_hours(order)


def _taken_hours(order: Document) -> Iterator[Refusal]:
    """Hours that stand on another timesheet of the same employee, which ERPNext books once."""
    if frappe.get_cached_doc("Projects Settings").ignore_employee_time_overlap:
        return
    rows = [(employee, each) for employee, own in labour.by_employee(order) for each in _booked(own)]
    if not rows:
        return
    first, last = (
        min(start for _who, (_row, start, _end) in rows),
        max(end for _who, (_row, _start, end) in rows),
    )
    taken = queries.booked_times({employee for employee, _each in rows}, first, last)
    for employee, (row, start, end) in rows:
        for other in taken:
            if other.employee == employee and start < other.to_time and end > other.from_time:
                yield refuse("hours_taken", row=row.idx, person=row.technician, timesheet=other.timesheet)
                break


def _booked(rows: Sequence[Document]) -> list[tuple]:
    return [(row, *times) for row, times in zip(rows, work_times.ledger_times(rows), strict=True)]


def _parts(order: Document) -> Iterator[Refusal]:
    stocked = parts.stocked(order)
    for row, item in stocked:
        if not row.warehouse:
            yield refuse("warehouse_missing", row=row.idx, item=row.item_code)
        if item.has_serial_no:
            yield from _count_of_serials(row)
        elif item.has_batch_no and not row.batch_no:
            yield refuse("batch_missing", row=row.idx, item=row.item_code)
    yield from _warehouses(order, stocked)
    yield from _serials(stocked)
    yield from _batches(stocked)
    yield from _quantities(order, stocked)


def _count_of_serials(row: Document) -> Iterator[Refusal]:
    told = len(parts.serial_numbers_of(row))
    wanted = to_decimal(row.qty) * to_decimal(row.conversion_factor or 1)
    if told != wanted:
        yield refuse("serial_numbers_missing", row=row.idx, item=row.item_code, told=told, wanted=wanted)


def _warehouses(order: Document, stocked: _Stocked) -> Iterator[Refusal]:
    named = [
        (row, place) for row, _item in stocked for place in (row.warehouse, row.return_warehouse) if place
    ]
    companies = queries.companies_of_warehouses({place for _row, place in named})
    for row, place in named:
        if companies[place] != order.company:
            values = {"row": row.idx, "warehouse": place, "owner": companies[place]}
            yield refuse("warehouse_of_other_company", company=order.company, **values)


def _serials(stocked: _Stocked) -> Iterator[Refusal]:
    told = [(row, number) for row, _item in stocked for number in parts.serial_numbers_of(row)]
    known = queries.serial_numbers({number for _row, number in told})
    owners = queries.owners_of_equipment(known)
    seen: set[str] = set()
    for row, number in told:
        values = {"row": row.idx, "serial_no": number, "item": row.item_code, "warehouse": row.warehouse}
        found = known.get(number)
        if found is None:
            yield refuse("serial_number_unknown", **values)
            continue
        owner = owners.get(number) or found.customer
        if number in seen:
            yield refuse("serial_number_twice", **values)
        elif found.item_code != row.item_code:
            yield refuse("serial_number_of_other_item", other=found.item_code, **values)
        elif owner and not found.warehouse:
            yield refuse("serial_number_of_customer", customer=owner, **values)
        elif found.warehouse != row.warehouse:
            yield refuse("serial_number_elsewhere", place=found.warehouse, **values)
        seen.add(number)


def _batches(stocked: _Stocked) -> Iterator[Refusal]:
    known = queries.items_of_batches({row.batch_no for row, _item in stocked if row.batch_no})
    for row, _item in stocked:
        if row.batch_no and known[row.batch_no] != row.item_code:
            values = {"row": row.idx, "batch": row.batch_no, "item": row.item_code}
            yield refuse("batch_of_other_item", other=known[row.batch_no], **values)


def _quantities(order: Document, stocked: _Stocked) -> Iterator[Refusal]:
    """What is taken out of each warehouse is there; else where it is instead."""
    if frappe.get_cached_doc("Stock Settings").allow_negative_stock:
        return
    wanted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row, item in stocked:
        if row.warehouse and not item.allow_negative_stock:
            wanted[row.item_code, row.warehouse] += to_decimal(row.qty) * to_decimal(
                row.conversion_factor or 1
            )
    stock = queries.stock_of({item for item, _place in wanted}, order.company)
    for (item, place), qty in wanted.items():
        there = to_decimal(stock.get((item, place)))
        if there < qty:
            values = {"item": item, "warehouse": place, "wanted": qty, "there": max(there, Decimal(0))}
            yield refuse("parts_not_there", elsewhere=_elsewhere(stock, item, place), **values)


def _elsewhere(stock: Mapping[tuple[str, str], float], item: str, place: str) -> list[tuple[str, float]]:
    others = [
        (other, qty) for (code, other), qty in stock.items() if code == item and other != place and qty > 0
    ]
    return sorted(others, key=lambda one: -one[1])[:_NAMED_PLACES]


def _prices(order: Document) -> Iterator[Refusal]:
    """What a customer pays has a price: nothing is billed at 0 because a price was forgotten."""
    firsts = {row.name: row for row in (*order.parts, *order.times) if not row.share_of}
    for row in (*order.parts, *order.times):
        if row.payer != "Customer":
            continue
        quantity, rate = prices.quantity_and_rate(order, row, firsts)
        if not quantity:
            continue
        if row.doctype == "Service Order Time" and not prices.item_of_time(row.what):
            yield refuse("item_of_time_missing", what=row.what)
        elif rate <= 0:
            item = row.get("item_code") or prices.item_of_time(row.what)
            yield refuse("price_missing", row=row.idx, item=item)


def _currency(order: Document) -> Iterator[Refusal]:
    currency = order.currency
    if not invoicing.lines(order) or not currency:
        return
    if not erpnext_port.may_be_invoiced_in(order.customer, order.company, currency):
        account_currency = erpnext_port.receivable_currency(order.customer, order.company)
        yield refuse(
            "currency_of_account",
            customer=order.customer,
            currency=currency,
            account_currency=account_currency,
        )


def _accounts(order: Document) -> Iterator[Refusal]:
    found = [accounts.of_part(order, row) for row, _item in parts.stocked(order)]
    if labour.is_posted() and work_times.worked(order):
        found += [accounts.of_work(order.company, row.payer) for row in order.times]
        found.append(accounts.of_work_taken_over(order.company))
    missing = {(one.code, *one.values.values()): one for one in found if isinstance(one, Refusal)}
    yield from missing.values()
