"""What contracts are charged: their lines loaded, what is due found by the rules, and priced. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.field_service.queries import meters
from crm_ext.service_contracts.flow.contracts.reading import index_clauses
from crm_ext.service_contracts.queries import billing as queries
from crm_ext.service_contracts.rules.billing import BilledLine, Charge, charges, next_due, number_in
from crm_ext.service_contracts.rules.pricing import IndexClause, line_from, price
from crm_ext.shared.money import rounded, to_decimal
from crm_ext.shared.periods import LAST_DAY, Period, clipped, days_in
from crm_ext.shared.results import Refusal, refuse


@dataclass(frozen=True)
class PricedCharge:
    """A charge with what it costs, in the contract's currency. A zero amount was agreed: a free period, nothing used."""

    charge: Charge
    row: dict
    item_code: str
    qty: Decimal
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True)
class LoadedContract:
    """A contract (its fields by name) with each of its rows and what was billed of it."""

    contract: dict
    lines: tuple[tuple[dict, BilledLine], ...]


class Prices:
    """What many contracts ask for again and again, read once for a run: list prices, exchange rates, precisions, taxes."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._kept: dict[tuple, object] = {}

    def exchange_rate(self, source: str, target: str) -> Decimal | Refusal:
        """That of the day; for a day to come, whose rate nobody knows, today's."""
        if source == target:
            return Decimal(1)
        day = min(self.day, getdate())
        rate = self.once(("rate", source, target), lambda: erpnext_port.exchange_rate(source, target, day))
        return to_decimal(rate) or refuse("exchange_rate_missing", source=source, target=target, day=day)

    def precision(self, field: str, currency: str) -> int:
        return self.once(
            ("precision", field, currency),
            lambda: frappe.get_precision("Sales Invoice Item", field, currency=currency),
        )

    def list_rate(self, contract: dict, item_code: str, uom: str | None) -> Decimal | Refusal | None:
        """The price list's price of one unit in the contract's currency; None where there is none."""
        price_list = contract["selling_price_list"] or self._default_price_list()
        if not price_list:
            return None
        found = self.once(
            ("price", item_code, price_list),
            lambda: erpnext_port.price_of(item_code, price_list, self.day.isoformat()),
        )
        if not found:
            return None
        currency = self.once(
            ("currency", price_list), lambda: frappe.db.get_value("Price List", price_list, "currency")
        )
        exchange = self.exchange_rate(currency, contract["currency"])
        if isinstance(exchange, Refusal):
            return exchange
        units = self.once(("unit", item_code, uom), lambda: erpnext_port.stock_units(item_code, uom))
        return to_decimal(found) * exchange * to_decimal(units)

    def _default_price_list(self) -> str | None:
        return frappe.db.get_single_value("Selling Settings", "selling_price_list")

    def once(self, key: tuple, read: Callable[[], Any]) -> Any:
        """What was read under the key, read only the first time."""
        if key not in self._kept:
            self._kept[key] = read()
        return self._kept[key]


def load(contracts: Iterable[dict]) -> list[LoadedContract]:
    """Contracts as `queries.contracts` gives them, with what was billed of them until now; in a fixed number of reads."""
    contracts = list(contracts)
    names = [contract["name"] for contract in contracts]
    if not names:
        return []
    billed = queries.billed(names)
    beyond = queries.drawn_beyond(
        [one["name"] for one in contracts if any(row["overage_rate"] for row in one["lines"])]
    )
    used = {row["index_clause"] for contract in contracts for row in contract["lines"] if row["index_clause"]}
    clauses = index_clauses(used)
    return [
        LoadedContract(
            contract,
            tuple((row, _billed_line(contract, row, clauses, billed, beyond)) for row in contract["lines"]),
        )
        for contract in contracts
    ]


def due_charges(loaded: LoadedContract, until: date) -> list[tuple[dict, BilledLine, Charge]]:
    return [(row, line, charge) for row, line in loaded.lines for charge in charges(line, until)]


def priced(
    loaded: Sequence[LoadedContract], until: date, prices: Prices, today: date
) -> list[tuple[LoadedContract, list[PricedCharge | tuple[Charge, dict, Refusal]]]]:
    """Everything due of the contracts with its price, or with the refusal that stands in its way.

    Usage of periods that are not over on `today` is refused as 'reading_awaited'.
    """
    due = [(one, due_charges(one, until)) for one in loaded]
    usage = _usage(due, today)
    return [
        (one, [_priced(one.contract, row, line, charge, prices, usage) for row, line, charge in found])
        for one, found in due
    ]


def next_billing(loaded: LoadedContract, checked: date) -> date | None:
    """The day on which the contract is to be looked at again, everything due on `checked` being done."""
    days = [next_due(line, checked) for _row, line in loaded.lines]
    return min((day for day in days if day), default=None)


def _billed_line(
    contract: dict, row: dict, clauses: dict[str, IndexClause], billed: dict, beyond: dict
) -> BilledLine:
    days_off = [Period(off["from_date"], off["to_date"] or LAST_DAY) for off in contract["suspensions"]]
    kinds: dict[str, list[dict]] = {"Period": [], "Usage": [], "Overage": []}
    for one in billed.get(row["name"], ()):
        kinds[one["what"]].append(one)
    counts_usage = row["kind"] == "Metered"
    return BilledLine(
        priced=line_from(row, contract, index=clauses.get(row["index_clause"]), days_off=days_off),
        in_advance=row["billing_timing"] != "In Arrears",
        # A metered line may live by what is counted alone.
        has_fee=not counts_usage or bool(row["rate"]),
        counts_usage=counts_usage,
        counts_overage=not counts_usage and bool(row["overage_rate"]),
        fees=[_span(one) for one in kinds["Period"]],
        usage=[_span(one) for one in kinds["Usage"]],
        beyond=[(day, to_decimal(quantity)) for day, quantity in beyond.get(row["name"], ())],
        overage=[
            (one["period_start"], to_decimal(one["quantity"]), number_in(one["billing_key"]))
            for one in kinds["Overage"]
        ],
    )


def _span(billed: dict) -> Period:
    return Period(billed["period_start"], billed["period_end"])


def _priced(
    contract: dict, row: dict, line: BilledLine, charge: Charge, prices: Prices, usage: dict
) -> PricedCharge | tuple[Charge, dict, Refusal]:
    if charge.what == "Period":
        found = _fee(contract, row, line, charge, prices)
    elif charge.what == "Usage":
        found = _metered(contract, row, line, charge, prices, usage[charge])
    else:
        found = _beyond(contract, row, charge, charge.quantity, prices)
    return (charge, row, found) if isinstance(found, Refusal) else found


def _fee(
    contract: dict, row: dict, line: BilledLine, charge: Charge, prices: Prices
) -> PricedCharge | Refusal:
    list_rate = None
    if line.priced.rate is None:
        list_rate = prices.list_rate(contract, row["item_code"], row["uom"])
        if isinstance(list_rate, Refusal):
            return list_rate
    precision = prices.precision("rate", contract["currency"])
    cost = price(line.priced, charge.whole, precision=precision, list_rate=list_rate)
    if isinstance(cost, Refusal):
        return cost
    if cost.span != charge.span and not cost.is_free:
        # The rest of a period that was billed in part before the line was lengthened.
        rest = replace(line.priced, start=charge.span.start, end=charge.span.end, free_periods=0)
        cost = price(rest, charge.whole, precision=precision, list_rate=list_rate)
        if isinstance(cost, Refusal):
            return cost
    return PricedCharge(charge, row, row["item_code"], line.priced.qty, cost.rate, cost.amount)


def _metered(
    contract: dict, row: dict, line: BilledLine, charge: Charge, prices: Prices, counted: Decimal | Refusal
) -> PricedCharge | Refusal:
    if isinstance(counted, Refusal):
        return counted
    included = to_decimal(row["included_units"])
    if line.priced.pro_rata and charge.whole.end < LAST_DAY:
        included = included * days_in(charge.span) / days_in(charge.whole)
    return _beyond(contract, row, charge, max(counted - included, Decimal(0)), prices)


def _beyond(
    contract: dict, row: dict, charge: Charge, quantity: Decimal, prices: Prices
) -> PricedCharge | Refusal:
    """What goes beyond, at the line's rate for it, else at the price list's."""
    item = row["overage_item"] or row["item_code"]
    currency = contract["currency"]
    qty = rounded(quantity, prices.precision("qty", currency))
    if not qty:
        return PricedCharge(charge, row, item, qty, Decimal(0), Decimal(0))
    rate = to_decimal(row["overage_rate"]) or prices.list_rate(contract, item, None)
    if isinstance(rate, Refusal):
        return rate
    if not rate:
        return refuse("overage_price_missing", line=row["line_number"])
    rate = rounded(rate, prices.precision("rate", currency))
    return PricedCharge(
        charge, row, item, qty, rate, rounded(qty * rate, prices.precision("amount", currency))
    )


# Meters


def _usage(
    due: Iterable[tuple[LoadedContract, Collection[tuple[dict, BilledLine, Charge]]]], today: date
) -> dict[Charge, Decimal | Refusal]:
    """What the meters of each usage charge counted, read for all of them at once."""
    asks: dict[Charge, list[tuple]] = {}
    counted: dict[Charge, Decimal | Refusal] = {}
    for loaded, found in due:
        for row, _, charge in found:
            if charge.what != "Usage":
                continue
            if charge.span.end >= today:
                counted[charge] = refuse("reading_awaited")
            elif not row["meter"]:
                counted[charge] = refuse("meter_missing", line=row["line_number"])
            else:
                asks[charge] = _asks(loaded.contract, row, charge.span)
    used = meters.usage(sorted({ask for each in asks.values() for ask in each})) if asks else {}
    for charge, each in asks.items():
        counted[charge] = _sum(charge, each, used)
    return counted


def _asks(contract: dict, row: dict, span: Period) -> list[tuple]:
    """(equipment, meter, first day, last day) of everything that the line serves in a span of days."""
    if row["equipment"]:
        return [(row["equipment"], row["meter"], span.start, span.end)]
    listed = []
    for one in contract["covered_equipment"]:
        part = clipped(span, one["from_date"], one["to_date"])
        if part and one["line_number"] == row["line_number"]:
            listed.append((one["equipment"], row["meter"], part.start, part.end))
    return listed


def _sum(charge: Charge, asks: list[tuple], used: dict[tuple, Decimal | None]) -> Decimal | Refusal:
    if not asks:
        return refuse(
            "equipment_missing", line=charge.line_number, start=charge.span.start, end=charge.span.end
        )
    for ask in asks:
        if used[ask] is None:
            equipment, meter, start, end = ask
            return refuse("reading_missing", equipment=equipment, meter=meter, start=start, end=end)
    return sum((used[ask] for ask in asks), Decimal(0))
