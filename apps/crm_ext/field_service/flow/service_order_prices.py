"""Rates and amounts on the lines of an order: ERPNext's own prices and pricing rules, and who owes how much of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

import frappe
from frappe.model.document import Document

from crm_ext import erpnext_port
from crm_ext.field_service.flow.payers import day_of_work
from crm_ext.shared.money import rounded, to_decimal

TOTALS = {
    "Customer": "customer_total",
    "Contract": "contract_total",
    "Warranty": "warranty_total",
    "Supplier": "supplier_total",
    "Ourselves": "own_total",
}
# Fields of an order: with another value all its lines have other prices.
_SAY_WHICH_PRICES = ("customer", "company", "currency")


def set_rates(order: Document) -> None:
    """Prices of lines that are new or changed, of all where customer or company changed; a rate that was typed stays."""
    lines = [(row, line) for row in _priced_rows(order) if (line := invoice_line(order, row))]
    if not lines or not order.customer or not any(_is_changed(order, row) for row, _line in lines):
        return
    invoice = erpnext_port.service_invoice(
        order.customer,
        order.company,
        day_of_work(order),
        [line for _row, line in lines],
        currency=order.currency or None,
    )
    order.currency = invoice.currency
    for (row, _line), priced in zip(lines, invoice.items, strict=False):
        if not row.rate or row.rate == row.list_rate:
            row.rate = priced.rate
        row.list_rate = priced.rate


def set_amounts(order: Document) -> None:
    """What each line's payer owes before taxes, and the sums by payer."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    firsts = {row.name: row for row in (*order.parts, *order.times) if not row.share_of}
    for row in (*order.parts, *order.times):
        row.amount = float(amount_of(order, row, firsts))
        sums[row.payer] += to_decimal(row.amount)
    for payer, field in TOTALS.items():
        order.set(field, float(sums[payer]))


def amount_of(order: Document, row: Document, firsts: Mapping[str, Document]) -> Decimal:
    quantity, rate = quantity_and_rate(order, row, firsts)
    return rounded(quantity * rate, _precision(order))


def quantity_and_rate(
    order: Document, row: Document, firsts: Mapping[str, Document]
) -> tuple[Decimal, Decimal]:
    """What is charged of a line and for how much each: a share of a part lowers its rate, a share of a time its hours."""
    first = firsts.get(row.share_of) if row.share_of else row
    if first is None:
        return Decimal(0), Decimal(0)
    rate = to_decimal(first.rate)
    if row.doctype == "Service Order Part":
        share = rate * to_decimal(row.share_percent or 100) / 100
        return to_decimal(first.qty), rounded(share, _precision(order))
    share = to_decimal(row.charged_hours) / to_decimal(first.hours) if first.hours else Decimal(1)
    if row.what == "Travel" and _travel_is_charged_by() == "Kilometres":
        return rounded(to_decimal(first.kilometres) * share, 3), rate
    if row.what == "Travel" and _travel_is_charged_by() == "Visit":
        is_first_travel = first is next(each for each in order.times if each.what == "Travel")
        return Decimal(int(is_first_travel)), rounded(rate * share, _precision(order))
    return to_decimal(row.charged_hours), rate


def invoice_line(order: Document, row: Document) -> dict | None:
    """A line as an invoice shows it, at its whole quantity and without a rate; None where there is no item for it."""
    if row.doctype == "Service Order Part":
        quantity = row.qty or row.planned_qty or 1
        if not row.item_code:
            return None
        return {
            "item_code": row.item_code,
            "qty": quantity,
            "uom": row.uom,
            "conversion_factor": row.conversion_factor,
        }
    item = item_of_time(row.what)
    if not item:
        return None
    charged_by = _travel_is_charged_by() if row.what == "Travel" else "Hours"
    quantity = {"Hours": row.hours, "Kilometres": row.kilometres, "Visit": 1}[charged_by]
    return {"item_code": item, "qty": quantity or 1}


def item_of_time(what: str) -> str | None:
    field = "travel_item" if what == "Travel" else "labour_item"
    return frappe.get_cached_doc("Field Service Settings").get(field)


def _priced_rows(order: Document) -> list[Document]:
    return [row for row in (*order.parts, *order.times) if not row.share_of]


def _is_changed(order: Document, row: Document) -> bool:
    before = order.get_doc_before_save()
    if not row.rate or not row.list_rate:
        return True
    if before and any(before.get(field) != order.get(field) for field in _SAY_WHICH_PRICES):
        return True
    old = {each.name: each for each in _priced_rows(before)} if before else {}
    fields = ("item_code", "qty", "planned_qty", "uom", "hours", "kilometres")
    # What is empty here is 0 in the database.
    return row.name not in old or any(
        (row.get(field) or None) != (old[row.name].get(field) or None) for field in fields
    )


def _travel_is_charged_by() -> str:
    return frappe.get_cached_doc("Field Service Settings").travel_charged_by or "Hours"


def _precision(order: Document) -> int:
    return order.precision("customer_total")
