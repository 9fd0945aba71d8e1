"""Gathers the facts of one opportunity for the rules: only those that the criteria ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from decimal import Decimal
from functools import cached_property

from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.offer_desk.flow import promises
from crm_ext.sales_process.queries import facts as queries
from crm_ext.sales_process.rules.facts import OpportunityFacts, StockLine, pipeline_value
from crm_ext.shared.money import to_decimal


def gather(
    opportunity: Document, needs: Collection[str], done: Collection[tuple[str, str]]
) -> OpportunityFacts:
    """Facts of an opportunity as it stands in memory, saved or not. done: (stage, activity) ticked off."""
    reading = _Reading(opportunity, {activity for _stage, activity in done})
    values: dict = {
        "amount": reading.amount,
        "items": len(opportunity.items),
        "expected_closing": getdate(opportunity.expected_closing) if opportunity.expected_closing else None,
        "competitors": tuple(row.competitor for row in opportunity.competitors),
    }
    for need in sorted(needs):
        values |= _READERS[need](reading)
    return OpportunityFacts(**values)


class _Reading:
    """One opportunity and what several facts share, read once."""

    def __init__(self, opportunity: Document, activities_done: set[str]) -> None:
        self.opportunity = opportunity
        self.activities_done = frozenset(activities_done)

    @property
    def rate(self) -> Decimal:
        return to_decimal(self.opportunity.conversion_rate) or Decimal(1)

    @property
    def amount(self) -> Decimal:
        opportunity = self.opportunity
        return pipeline_value(
            to_decimal(opportunity.opportunity_amount), to_decimal(opportunity.total), self.rate
        )

    @cached_property
    def customer(self) -> str | None:
        return queries.customer_of(self.opportunity)

    @cached_property
    def quotations(self) -> list[str]:
        return queries.quotations(self.opportunity, self.customer)

    @property
    def item_codes(self) -> list[str]:
        return sorted({row.item_code for row in self.opportunity.items if row.item_code})

    @cached_property
    def masters(self) -> dict:
        return queries.item_masters(self.item_codes)

    @cached_property
    def factors(self) -> dict:
        return queries.unit_factors(self.item_codes)

    @cached_property
    def bins(self) -> list[dict]:
        return queries.bins(self.item_codes, self.opportunity.company)

    def is_stocked(self, row: Document) -> bool:
        """Bundles are not kept in stock; their parts are."""
        return row.item_code in self.masters and bool(
            self.masters[row.item_code].is_stock_item or self.masters[row.item_code].bundle
        )

    def stock_quantity(self, row: Document) -> Decimal:
        """Quantity of a line in its item's stock unit."""
        factor = to_decimal(self.factors.get((row.item_code, row.uom))) or Decimal(1)
        return to_decimal(row.qty) * factor

    def stock_quantities(self) -> dict[str, Decimal]:
        """Quantity of each item of the opportunity in its stock unit."""
        quantities: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.opportunity.items:
            if row.item_code in self.masters:
                quantities[row.item_code] += self.stock_quantity(row)
        return quantities


def _customer(reading: _Reading) -> dict:
    return {"customer": reading.customer}


def _contact(reading: _Reading) -> dict:
    found = queries.contact(reading.opportunity)
    known = found["person"] and found["job_title"]
    return {
        "reachable_by": found["reachable_by"],
        "decision_maker": f"{found['person']}, {found['job_title']}" if known else None,
    }


def _quotations(reading: _Reading) -> dict:
    return {"quotations": tuple(reading.quotations)}


def _credit(reading: _Reading) -> dict:
    if not reading.customer:
        return {}
    found = queries.credit(reading.customer, reading.opportunity.company)
    return {"credit_limit": to_decimal(found["limit"]), "outstanding": to_decimal(found["outstanding"])}


def _stock(reading: _Reading) -> dict:
    """Wanted against what the offer desk can promise by the expected closing date; by today where none is to come."""
    opportunity = reading.opportunity
    closing = getdate(opportunity.expected_closing) if opportunity.expected_closing else None
    by = max(filter(None, (closing, getdate())))
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    promised: dict[str, Decimal] = defaultdict(Decimal)
    found = promises.promise_document(opportunity)
    for row in opportunity.items:
        line = found.get(promises.row_key(row))
        if line and reading.is_stocked(row):
            wanted[row.item_code] += reading.stock_quantity(row)
            in_time = sum((part.qty for part in line.schedule if part.day <= by), Decimal(0))
            # What is in stock is in time, though its truck may wait for the next working day.
            promised[row.item_code] += max(in_time, line.in_stock)
    return {"stock": tuple(StockLine(item, qty, promised[item]) for item, qty in sorted(wanted.items()))}


def _margin(reading: _Reading) -> dict:
    """Revenue and cost of the items, company currency.

    Cost of a stock unit: what the company's stock of it is worth, else the item's valuation rate, else its last
    purchase rate. Rows without an item have no cost that could be known.
    """
    quantity, value = defaultdict(Decimal), defaultdict(Decimal)
    for row in reading.bins:
        quantity[row.item_code] += to_decimal(row.actual_qty)
        value[row.item_code] += to_decimal(row.stock_value)

    def unit_cost(item: str) -> Decimal:
        if quantity[item] > 0 and value[item] > 0:
            return value[item] / quantity[item]
        master = reading.masters[item]
        return to_decimal(master.valuation_rate) or to_decimal(master.last_purchase_rate)

    costs = {item: (wanted, unit_cost(item)) for item, wanted in reading.stock_quantities().items()}
    unnamed = [row.item_name or row.idx for row in reading.opportunity.items if row.item_code not in costs]
    return {
        "revenue": sum(
            (to_decimal(row.qty) * to_decimal(row.rate) * reading.rate for row in reading.opportunity.items),
            Decimal(0),
        ),
        "cost": sum((wanted * cost for wanted, cost in costs.values()), Decimal(0)),
        "items_without_cost": tuple(item for item, (_wanted, cost) in sorted(costs.items()) if not cost)
        + tuple(map(str, unnamed)),
    }


def _activities(reading: _Reading) -> dict:
    return {"activities_done": reading.activities_done}


def _advance(reading: _Reading) -> dict:
    currency = queries.company_currency(reading.opportunity.company)
    return {"advance_received": to_decimal(queries.advance_received(reading.quotations, currency))}


# One reader for each of the needs that the registry of facts names.
_READERS: dict[str, Callable[[_Reading], dict]] = {
    "customer": _customer,
    "contact": _contact,
    "quotations": _quotations,
    "credit": _credit,
    "stock": _stock,
    "margin": _margin,
    "activities": _activities,
    "advance": _advance,
}
