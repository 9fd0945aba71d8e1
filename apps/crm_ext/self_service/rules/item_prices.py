"""Which record of a price list is an item's price: ERPNext's choice, made for many items from rows read at once.

The order of choices is that of `erpnext.stock.get_item_details.get_price_list_rate_for`: the customer's own price, the
general one, the general one of the stock unit. A test compares both on real records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class PriceRow:
    """An Item Price of the day, without batch; rows come in ERPNext's order (latest validity first, unit named first)."""

    rate: Decimal
    uom: str
    customer: str
    supplier: str
    packing_unit: int


@dataclass(frozen=True)
class PriceAsk:
    uom: str
    stock_uom: str
    conversion_factor: Decimal
    customer: str
    qty: Decimal


def list_rate(rows: Sequence[PriceRow], ask: PriceAsk) -> Decimal | None:
    """Price of one `ask.uom` in the price list's currency; None where the list has none."""
    own = _first(rows, ask.uom, ask.customer) if ask.customer else None
    if own is not None:
        if own.packing_unit and ask.qty % own.packing_unit:
            return None
        chosen = own
    else:
        chosen = _first(rows, ask.uom, "")
        if chosen is None and ask.uom != ask.stock_uom:
            chosen = _first(rows, ask.stock_uom, "")
    if chosen is None:
        return None
    if chosen.uom == ask.uom:
        return chosen.rate
    return chosen.rate * ask.conversion_factor


def _first(rows: Sequence[PriceRow], uom: str, customer: str) -> PriceRow | None:
    for row in rows:
        is_whose = row.customer == customer if customer else not row.customer and not row.supplier
        if is_whose and row.uom in ("", uom):
            return row
    return None
