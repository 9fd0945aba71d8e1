"""What can be promised when: open quotations against stock, goods on their way and what others are promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from crm_ext.offer_desk.rules.availability import Movement, Shelf
from crm_ext.offer_desk.rules.promises import Ask, Cause, ItemFacts, LeadTime, Promise, Supply, promise
from crm_ext.shared.text import _lt

# So many of the newest open quotations, and so many items in the picture.
MOST_QUOTATIONS = 12
MOST_ITEMS = 4
DAYS_OF_THE_PICTURE = 60


@dataclass(frozen=True)
class PromisedLine:
    quotation: str
    party: str
    item_code: str
    item_name: str
    qty: Decimal
    promise: Promise


@dataclass(frozen=True)
class FreeStock:
    """How many pieces of an item can be promised on each of the picture's days, the first of them today."""

    item_code: str
    item_name: str
    by_day: tuple[Decimal, ...]

    @property
    def most(self) -> Decimal:
        return max(*self.by_day, Decimal(1))


@dataclass(frozen=True)
class Promises:
    """today: the day that the figures are of."""

    today: date
    lines: list[PromisedLine]
    free: list[FreeStock]
    days: int = DAYS_OF_THE_PICTURE

    @property
    def last_day(self) -> date:
        return self.today + timedelta(days=self.days - 1)


# What a promise rests on, with its number of days or its document.
_REASONS = {
    "in_stock": _lt("in stock"),
    "supply": _lt("{0} arrives"),
    "lead_time": _lt("ordered today, {0} working days"),
    "service": _lt("a service"),
    "item_disabled": _lt("the item is disabled"),
    "item_unknown": _lt("the item is not among the items that were read"),
    "no_warehouse": _lt("the company has no warehouse"),
}
_NO_DATE = _lt("neither enough stock nor a lead time; ask the supplier")


def reason(cause: Cause, translate: Callable[[str], str], number: Callable[[int], str]) -> str:
    """Why it is this day, in the reader's words."""
    value = cause.name if cause.code == "supply" else number(cause.days)
    return translate(_REASONS.get(cause.code, _NO_DATE)).format(value)


_OPEN_LINES = """
SELECT quotation.name, quotation.party_name, quotation.company, line.idx, line.item_code, line.warehouse, line.stock_qty
FROM "tabQuotation" AS quotation JOIN "tabQuotation Item" AS line ON line.parent = quotation.name
WHERE quotation.docstatus = 1 AND quotation.status IN ('Open', 'Replied') AND coalesce(line.is_alternative, 0) = 0
    AND line.item_code IS NOT NULL AND line.stock_qty > 0
    AND quotation.name IN (
        SELECT name FROM "tabQuotation"
        WHERE docstatus = 1 AND status IN ('Open', 'Replied') AND coalesce(valid_till, $today) >= $today
            AND transaction_date <= $today
        ORDER BY transaction_date DESC, name DESC LIMIT $most
    )
ORDER BY quotation.transaction_date, quotation.name, line.idx
"""

_MOVEMENTS = """
SELECT item.item_code, item.warehouse, coalesce(item.expected_delivery_date, item.schedule_date) AS day,
    (item.qty - coalesce(item.received_qty, 0)) * coalesce(nullif(item.conversion_factor, 0), 1) AS qty,
    'Purchase Order' AS doctype, item.parent AS name
FROM "tabPurchase Order Item" AS item JOIN "tabPurchase Order" AS document ON document.name = item.parent
WHERE document.docstatus = 1 AND document.status NOT IN ('Closed', 'Completed', 'Cancelled', 'On Hold')
    AND item.qty > coalesce(item.received_qty, 0) AND coalesce(item.expected_delivery_date, item.schedule_date) IS NOT NULL
UNION ALL
SELECT item.item_code, item.warehouse, coalesce(item.delivery_date, document.transaction_date),
    coalesce(item.delivered_qty, 0) * coalesce(nullif(item.conversion_factor, 0), 1) - item.stock_qty,
    'Sales Order', item.parent
FROM "tabSales Order Item" AS item JOIN "tabSales Order" AS document ON document.name = item.parent
WHERE document.docstatus = 1 AND document.status NOT IN ('Closed', 'Completed', 'Cancelled')
    AND item.stock_qty > coalesce(item.delivered_qty, 0) * coalesce(nullif(item.conversion_factor, 0), 1)
UNION ALL
SELECT item_code, warehouse, $today, -qty, 'Stock Hold', quotation
FROM "tabStock Hold" WHERE status = 'Active' AND expires_at >= $today
"""


def promises(connection: duckdb.DuckDBPyConnection, today: date) -> Promises | None:
    """Promise dates of the newest open quotations; None where there is none with lines.

    Each quotation is weighed by itself, as the desk does: its own holds do not stand in its way.
    """
    lines = connection.execute(_OPEN_LINES, {"today": today, "most": MOST_QUOTATIONS}).fetchall()
    if not lines:
        return None
    stores = Stores.read(connection, today)
    promised: list[PromisedLine] = []
    for quotation, rows in _by_quotation(lines).items():
        supply = stores.supply(company=rows[0][2], own_quotation=quotation)
        asks = [Ask(row[3], row[4], row[6], row[5] if row[5] in supply.pools else None) for row in rows]
        answers = promise(asks, supply)
        promised += [
            PromisedLine(quotation, row[1], row[4], stores.name_of(row[4]), row[6], answers[row[3]]) for row in rows
        ]
    return Promises(today, promised, _free_stock(promised, stores))


@dataclass(frozen=True)
class Stores:
    """What the tables know of goods on a day: items, warehouses by company, stock, and what comes and goes."""

    today: date
    names: Mapping[str, str]
    facts: Mapping[str, ItemFacts]
    warehouses: Mapping[str, list[str]]
    stock: Mapping[tuple[str, str], Decimal]
    movements: Sequence[Movement]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, today: date) -> Stores:
        names, facts = _items(connection)
        movements = [
            Movement(*row) for row in connection.execute(_MOVEMENTS, {"today": today}).fetchall() if row[0] and row[1]
        ]
        return cls(today, names, facts, _warehouses(connection), _stock(connection), movements)

    def name_of(self, item_code: str) -> str:
        return self.names.get(item_code, item_code)

    def supply(self, company: str, own_quotation: str | None = None) -> Supply:
        """What a company can promise from; holds of the named quotation do not count."""
        own = ("Stock Hold", own_quotation)
        warehouses = self.warehouses.get(company, [])
        return Supply(
            today=self.today,
            items=self.facts,
            pools={None: warehouses, **{name: [name] for name in warehouses}},
            stock=self.stock,
            movements=[one for one in self.movements if (one.doctype, one.name) != own],
        )


def _by_quotation(lines: list[tuple]) -> Mapping[str, list[tuple]]:
    grouped: dict[str, list[tuple]] = defaultdict(list)
    for line in lines:
        grouped[line[0]].append(line)
    return grouped


def _items(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], dict[str, ItemFacts]]:
    rows = connection.execute(
        'SELECT name, item_name, is_stock_item, lead_time_days, disabled FROM "tabItem"'
    ).fetchall()
    names = {name: item_name or name for name, item_name, *_rest in rows}
    facts = {
        name: ItemFacts(
            is_stocked=is_stocked != 0,
            refusal="item_disabled" if disabled else "",
            lead_time=LeadTime(days, "item") if days else None,
        )
        for name, _item_name, is_stocked, days, disabled in rows
    }
    return names, facts


def _warehouses(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, company in connection.execute(
        """SELECT name, company FROM "tabWarehouse"
        WHERE coalesce(is_group, 0) = 0 AND coalesce(disabled, 0) = 0 ORDER BY name"""
    ).fetchall():
        found[company].append(name)
    return found


def _stock(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Decimal]:
    rows = connection.execute('SELECT item_code, warehouse, actual_qty FROM "tabBin" WHERE actual_qty <> 0').fetchall()
    return {(item_code, warehouse): qty for item_code, warehouse, qty in rows}


def _free_stock(lines: list[PromisedLine], stores: Stores) -> list[FreeStock]:
    """The most wanted items that have stock or supply, over all warehouses."""
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        wanted[line.item_code] += line.qty
    moving = {one.item_code for one in stores.movements} | {item_code for item_code, _warehouse in stores.stock}
    pictured = sorted((code for code in wanted if code in moving), key=lambda code: (-wanted[code], code))[:MOST_ITEMS]
    return [FreeStock(code, stores.name_of(code), _free_by_day(code, stores)) for code in pictured]


def _free_by_day(item_code: str, stores: Stores) -> tuple[Decimal, ...]:
    in_stock = sum((qty for (code, _warehouse), qty in stores.stock.items() if code == item_code), Decimal(0))
    shelf = Shelf(stores.today, in_stock, [one for one in stores.movements if one.item_code == item_code])
    return tuple(shelf.free(stores.today + timedelta(days=number)) for number in range(DAYS_OF_THE_PICTURE))
