"""Contract profit on a site: ledger sums, service orders and billed periods into the rules, out as lines of a view.

Reads only; it stands among the flows because it brings queries and rules together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import add_days, add_months, getdate

from crm_ext.service_contracts.queries import contract_profit as queries
from crm_ext.service_contracts.rules import contract_profit as rules
from crm_ext.service_contracts.rules.contract_profit import Job, LedgerSum, Profit
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
    known = queries.contracts_of(request.company)
    found = rules.profits(
        request.view,
        _sums(request),
        _jobs(request),
        customers={name: row.customer for name, row in known.items()},
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
    settings = frappe.get_cached_doc("Contract Billing Settings")
    return rules.proposed_change(
        of_contract(contract, getdate()),
        to_decimal(settings.target_margin) / 100,
        to_decimal(settings.largest_decrease) / 100,
        to_decimal(settings.largest_increase) / 100,
    )


def ledger_check(request: Request, found: Collection[Profit]) -> dict[str, Decimal]:
    """{with_contract, without_contract, difference}: income in the ledger, and what the lines differ from it."""
    totals = queries.ledger_totals(request.company, request.start, request.end)
    ledger = {side: to_decimal(amount) for side, amount in totals.items()}
    return ledger | {"difference": rules.total(found).revenue - ledger["with_contract"]}


def _sums(request: Request) -> list[LedgerSum]:
    decimals = _decimals(request.company)
    rows = queries.sums(
        request.company,
        request.start,
        request.end,
        contracts=request.contracts,
        by_day=request.view == rules.MONTH,
    )
    found = [
        LedgerSum(
            row.contract,
            row.kind,
            _signed(row.kind, rounded(to_decimal(row.amount), decimals)),
            _month(row.day, request),
            row.service_order,
        )
        for row in rows
    ]
    if request.view == rules.MONTH:
        # A balance has no month.
        return found
    return found + [
        LedgerSum(row.contract, rules.DEFERRED, rounded(to_decimal(row.amount), decimals))
        for row in queries.deferred(request.company, request.end, contracts=request.contracts)
    ]


def _month(day: date | None, request: Request) -> str:
    """The first day of the month, as ISO text."""
    return month_of(day, request.calendar).start.isoformat() if day and request.view == rules.MONTH else ""


def _signed(kind: str, credit_less_debit: Decimal) -> Decimal:
    return credit_less_debit if kind == rules.REVENUE else -credit_less_debit


def _jobs(request: Request) -> list[Job]:
    decimals = _decimals(request.company)
    return [
        Job(
            row.service_order,
            row.contract,
            row.equipment,
            row.technician,
            _month(row.day, request),
            rounded(to_decimal(row.labour), decimals),
            rounded(to_decimal(row.travel), decimals),
            to_decimal(row.hours),
            bool(row.is_complaint),
        )
        for row in queries.jobs(request.company, request.start, request.end, contracts=request.contracts)
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
