"""Contract profit on a site: ledger sums, service orders and billed periods into the rules, out as lines of a view.

Reads only; it stands among the flows because it brings queries and rules together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, add_months, getdate

from crm_ext.service_contracts.queries import contract_profit as queries
from crm_ext.service_contracts.rules import contract_profit as rules
from crm_ext.service_contracts.rules.contract_profit import LedgerSum, Profit, Work
from crm_ext.shared.calendars import month_of
from crm_ext.shared.money import rounded, to_decimal

_MONTHS_LOOKED_BACK = 12


@dataclass(frozen=True)
class Request:
    """What is asked for; the company must be one that the user may see, the period is inclusive."""

    company: str
    start: date
    end: date
    view: str = rules.CONTRACT
    calendar: str = "Gregorian"
    contracts: tuple[str, ...] | None = None


def lines(request: Request) -> list[Profit]:
    """The lines of the view in company currency, those of the largest profit first."""
    if request.view not in rules.VIEWS:
        frappe.throw(_("There is no view named {0}. Choose one from the list.").format(request.view))
    found = rules.profits(
        request.view,
        _sums(request),
        _works(request),
        customers=queries.customers_of_contracts(request.company) if request.view == rules.CUSTOMER else {},
        equipment=_equipment(request),
        decimals=_decimals(request.company),
    )
    if request.view == rules.MONTH:
        return found
    return sorted(found, key=lambda line: (not line.key, -line.profit, line.key))


def of_contract(contract: str, end: date) -> Profit:
    """What one contract earned in the twelve months up to a day."""
    company = frappe.db.get_value("Service Contract", contract, "company")
    start = add_days(add_months(end, -_MONTHS_LOOKED_BACK), 1)
    found = lines(Request(company, getdate(start), end, contracts=(contract,)))
    return found[0] if found else Profit(contract)


def proposed_change(contract: str) -> Decimal | None:
    """The share by which the price should change at renewal, from what the contract really earned; None: nothing known."""
    bounds = (_percent(field) for field in ("target_margin", "largest_decrease", "largest_increase"))
    return rules.proposed_change(of_contract(contract, getdate()), *bounds)


def ledger_check(request: Request, found: Collection[Profit]) -> dict[str, Decimal]:
    """{with_contract, without_contract, difference}: income in the ledger, and what the lines differ from it."""
    period = (request.company, request.start, request.end)
    named = to_decimal(queries.income_with_contract(*period))
    return {
        "with_contract": named,
        "without_contract": to_decimal(queries.income_without_contract(*period)),
        "difference": rules.total(found).revenue - named,
    }


def _percent(field: str) -> Decimal:
    """A share from the settings; what was never saved has the default of its form."""
    settings = frappe.get_cached_doc("Contract Billing Settings")
    value = settings.get(field)
    return to_decimal(settings.meta.get_field(field).default if value is None else value) / 100


# What orders are told apart by, beside their contract, in each view.
_BY = {rules.EQUIPMENT: ("equipment",), rules.TECHNICIAN: ("technician",), rules.MONTH: ("day",)}


def _sums(request: Request) -> list[LedgerSum]:
    decimals = _decimals(request.company)
    by = _BY.get(request.view, ())
    period = (request.company, request.start, request.end)

    def read(row: frappe._dict, kind: str, sign: int, **of_order: Any) -> LedgerSum:
        amount = sign * rounded(to_decimal(row.amount), decimals)
        return LedgerSum(row.contract, kind, amount, _month(row.get("day"), request), **of_order)

    found = [
        read(row, row.kind, 1 if row.kind == rules.REVENUE else -1)
        for row in queries.sums(*period, contracts=request.contracts, by_day="day" in by)
    ]
    every = request.view in (rules.EQUIPMENT, rules.TECHNICIAN)
    for row in queries.posted_by_orders(*period, contracts=request.contracts, by=by, every=every):
        # It stands in the sums of the whole contract already: moved from there to the order, and labour to its own kind.
        found.append(read(row, rules.OTHER if row.kind == rules.LABOUR else rules.PARTS, 1))
        whose = {name: row[name] for name in ("equipment", "technician") if name in row}
        found.append(read(row, row.kind, -1, is_complaint=bool(row.is_complaint), **whose))
    if request.view != rules.MONTH:
        # A balance has no month.
        rows = queries.deferred(request.company, request.end, contracts=request.contracts)
        found += [read(row, rules.DEFERRED, 1) for row in rows]
    return found


def _month(day: date | None, request: Request) -> str:
    """The first day of the month, as ISO text."""
    return month_of(day, request.calendar).start.isoformat() if day and request.view == rules.MONTH else ""


def _works(request: Request) -> list[Work]:
    decimals = _decimals(request.company)
    rows = queries.work(
        request.company,
        request.start,
        request.end,
        contracts=request.contracts,
        by=_BY.get(request.view, ()),
    )
    return [
        Work(
            contract=row.contract,
            equipment=row.get("equipment") or "",
            technician=row.get("technician") or "",
            month=_month(row.get("day"), request),
            labour=rounded(to_decimal(row.labour), decimals),
            travel=rounded(to_decimal(row.travel), decimals),
            hours=to_decimal(row.hours),
            visits=int(row.visits),
            is_complaint=bool(row.is_complaint),
        )
        for row in rows
    ]


def _equipment(request: Request) -> dict[str, dict[str, Decimal]]:
    if request.view != rules.EQUIPMENT:
        return {}
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in queries.billed_equipment(request.start, request.end):
        found[row.contract][row.equipment] = to_decimal(row.billed)
    return found


def _decimals(company: str) -> int:
    currency = frappe.get_cached_value("Company", company, "default_currency")
    return frappe.get_precision("GL Entry", "debit", currency=currency) if currency else 2
