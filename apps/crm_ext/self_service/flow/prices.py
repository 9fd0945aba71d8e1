"""A customer's own prices for many items: price lists read at once, pricing rules asked where one could apply."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from crm_ext import erpnext_port
from crm_ext.self_service.queries import prices as queries
from crm_ext.self_service.rules.item_prices import PriceAsk, PriceRow, list_rate
from crm_ext.shared.money import to_decimal


@dataclass(frozen=True)
class Price:
    """Of one `uom` in the order's currency. list_rate: before the discount; None for both: no price is set."""

    rate: Decimal | None
    list_rate: Decimal | None
    uom: str


def prices_of(
    items: Mapping[str, frappe._dict], terms: Document, shelves: Mapping[str, str]
) -> dict[str, Price]:
    """What one of each item costs the customer of `terms`, equal to what ERPNext writes into an order of it alone.

    items: as from `queries.catalogue.items`; terms: from `erpnext_port.order_terms`; shelves: {item: warehouse}, since
    pricing rules may hold for a warehouse.
    """
    if not items:
        return {}
    rates = _list_rates(items, terms)
    targets = queries.rule_targets(
        terms.customer, terms.company, terms.selling_price_list, terms.transaction_date
    )
    ruled = [_row(items[code], rates[code], shelves.get(code)) for code in items if targets.touch(items[code])]
    by_rule = {line.item_code: line for line in erpnext_port.price_lines(terms, ruled)} if ruled else {}
    digits = terms.precision("rate", "items")
    return {
        code: _price_by_rule(by_rule[code]) if code in by_rule else _price(rates[code], item.uom, digits)
        for code, item in items.items()
    }


def _price(rate: Decimal | None, uom: str, digits: int) -> Price:
    """Where no rule speaks, a line's rate is the price of the list, rounded as ERPNext rounds rates."""
    exact = to_decimal(flt(float(rate), digits)) if rate else None
    return Price(exact, exact, uom)


def _price_by_rule(line: Document) -> Price:
    if not line.price_list_rate:
        return Price(None, None, line.uom)
    return Price(to_decimal(line.rate), to_decimal(line.price_list_rate), line.uom)


def _row(item: frappe._dict, rate: Decimal | None, warehouse: str | None) -> dict:
    return {
        "item_code": item.name,
        "item_group": item.item_group,
        "brand": item.brand,
        "variant_of": item.variant_of,
        "qty": 1,
        "uom": item.uom,
        "stock_uom": item.stock_uom,
        "conversion_factor": item.conversion_factor,
        "stock_qty": item.conversion_factor,
        "warehouse": warehouse,
        "price_list_rate": float(rate or 0),
    }


def _list_rates(items: Mapping[str, frappe._dict], terms: Document) -> dict[str, Decimal | None]:
    """In the order's currency: the item's own price, its template's, and both again in the list that stands behind."""
    lists = [terms.selling_price_list]
    if (fallback := queries.fallback_price_list()) and fallback not in lists:
        lists.append(fallback)
    codes: Collection[str] = {*items, *(item.variant_of for item in items.values() if item.variant_of)}
    rows = queries.price_rows(codes, lists, terms.customer, terms.transaction_date)
    exchange = to_decimal(terms.plc_conversion_rate) / (to_decimal(terms.conversion_rate) or 1)
    rates = {}
    for code, item in items.items():
        ask = PriceAsk(
            item.uom, item.stock_uom, to_decimal(item.conversion_factor), terms.customer, Decimal(1)
        )
        rate = None
        for price_list in lists:
            rate = list_rate(_price_rows(rows, price_list, code), ask)
            if rate is None and item.variant_of:
                rate = list_rate(_price_rows(rows, price_list, item.variant_of), ask)
            if rate:
                break
        rates[code] = None if rate is None else rate * exchange
    return rates


def _price_rows(rows: Mapping, price_list: str, item_code: str) -> list[PriceRow]:
    return [
        PriceRow(
            to_decimal(row.price_list_rate), row.uom or "", row.customer or "", row.supplier or "", row.packing_unit or 0
        )
        for row in rows.get((price_list, item_code), ())
    ]
