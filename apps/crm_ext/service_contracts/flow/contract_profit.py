"""Contract profit on a site: ledger sums, service orders and billed periods into the rules, out as lines of a view.

Reads only; it stands among the flows because it brings queries and rules together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import add_days, add_months, getdate

from crm_ext.service_contracts.queries import contract_profit as queries
from crm_ext.service_contracts.rules import contract_profit as rules
from crm_ext.service_contracts.rules.contract_profit import Billed, Covered, LedgerSum, Part, Profit, Work
from crm_ext.shared.calendars import month_of
from crm_ext.shared.money import rounded, to_decimal

_MONTHS_LOOKED_BACK = 12


@dataclass(frozen=True)
class Request:
    """What is asked for; the company must be one that the user may see, the period is inclusive.

    part: only what falls to one unit or one technician, by contract or by customer.
    """

    company: str
    start: date
    end: date
    view: str = rules.CONTRACT
    calendar: str = "Gregorian"
    contracts: tuple[str, ...] | None = None
    part: Part | None = None

    @property
    def finest(self) -> str:
        """The view by which orders are told apart."""
        return self.part.view if self.part else self.view


@dataclass(frozen=True)
class Answer:
    """The lines, in company currency, those of the largest profit first; and the income that the ledger has with contracts."""

    lines: list[Profit]
    income: Decimal


def answer(request: Request) -> Answer:
    if request.view not in rules.VIEWS:
        frappe.throw(_("There is no view named {0}. Choose one from the list.").format(request.view))
    if request.part and request.view not in (rules.CONTRACT, rules.CUSTOMER, request.part.view):
        frappe.throw(
            _("What falls to one unit or technician is seen by contract or by customer. Choose one of these.")
        )
    ledger = _ledger(request)
    income = sum((amount for of, amount in ledger.items() if of.kind == rules.REVENUE), Decimal(0))
    found = rules.profits(
        request.view,
        _sums(request, ledger),
        _works(request),
        customers=queries.customers_of_contracts(request.company) if request.view == rules.CUSTOMER else {},
        equipment=_equipment(request),
        decimals=_decimals(request.company),
        part=request.part,
    )
    if request.view != rules.MONTH:
        found.sort(key=lambda line: (not line.key, -line.profit, line.key))
    return Answer(found, rounded(income, _decimals(request.company)))


def of_contract(contract: str, end: date) -> Profit:
    """What one contract earned in the twelve months up to a day."""
    company = frappe.db.get_value("Service Contract", contract, "company")
    start = add_days(add_months(end, -_MONTHS_LOOKED_BACK), 1)
    found = answer(Request(company, getdate(start), end, contracts=(contract,))).lines
    return found[0] if found else Profit(contract)


def proposed_change(contract: str) -> Decimal | None:
    """The share by which the price should change at renewal, from what the contract really earned; None: nothing known."""
    bounds = (_percent(field) for field in ("target_margin", "largest_decrease", "largest_increase"))
    return rules.proposed_change(of_contract(contract, getdate()), *bounds)


def ledger_check(request: Request, found: Answer) -> dict[str, Decimal]:
    """{with_contract, without_contract, difference}: income in the ledger, and what the lines differ from it."""
    return {
        "with_contract": found.income,
        "without_contract": queries.income_without_contract(request.company, request.start, request.end),
        "difference": rules.total(found.lines).revenue - found.income,
    }


def _percent(field: str) -> Decimal:
    """A share from the settings; what was never saved has the default of its form."""
    settings = frappe.get_cached_doc("Contract Billing Settings")
    value = settings.get(field)
    return to_decimal(settings.meta.get_field(field).default if value is None else value) / 100


# What orders are told apart by, beside their contract, in each view.
_BY = {rules.EQUIPMENT: ("equipment",), rules.TECHNICIAN: ("technician",), rules.MONTH: ("day",)}


def _ledger(request: Request) -> dict[queries.OfContract, Decimal]:
    return queries.sums(
        request.company,
        request.start,
        request.end,
        contracts=request.contracts,
        by_day=request.view == rules.MONTH,
    )


def _sums(request: Request, ledger: Mapping[queries.OfContract, Decimal]) -> list[LedgerSum]:
    """What orders posted, told apart, and what remains of the contract when that is taken out."""
    decimals = _decimals(request.company)
    whole = defaultdict(Decimal, ledger)
    posted = queries.posted_by_orders(
        request.company,
        request.start,
        request.end,
        contracts=request.contracts,
        by=_BY.get(request.finest, ()),
        every=request.finest in (rules.EQUIPMENT, rules.TECHNICIAN),
    )
    found = []
    for kind, of_orders in posted.items():
        # Journals of labour stand among other costs until they are known for what they are.
        stands_as = rules.OTHER if kind == rules.LABOUR else kind
        for of, amount in of_orders.items():
            whole[queries.OfContract(of.contract, of.day, stands_as)] -= amount
            found.append(
                LedgerSum(
                    of.contract,
                    kind,
                    _signed(kind, rounded(amount, decimals)),
                    _month(of.day, request),
                    of.equipment,
                    of.technician,
                    bool(of.is_complaint),
                )
            )
    for of, amount in whole.items():
        if left := rounded(amount, decimals):
            found.append(LedgerSum(of.contract, of.kind, _signed(of.kind, left), _month(of.day, request)))
    return found


def _signed(kind: str, amount: Decimal) -> Decimal:
    """Credit less debit, turned so that a cost is more than zero."""
    return -amount if kind in rules.COSTS else amount


def _month(day: date | None, request: Request) -> str:
    """The first day of the month, as ISO text."""
    return month_of(day, request.calendar).start.isoformat() if day and request.view == rules.MONTH else ""


def _works(request: Request) -> list[Work]:
    decimals = _decimals(request.company)
    found = queries.work(
        request.company,
        request.start,
        request.end,
        contracts=request.contracts,
        by=_BY.get(request.finest, ()),
    )
    return [
        Work(
            contract=of.contract,
            equipment=of.equipment or "",
            technician=of.technician or "",
            month=_month(of.day, request),
            labour=rounded(work.labour, decimals),
            travel=rounded(work.travel, decimals),
            hours=work.hours,
            visits=work.visits,
            is_complaint=bool(of.is_complaint),
        )
        for of, work in found.items()
    ]


def _equipment(request: Request) -> dict[str, dict[str, Decimal]]:
    if request.finest != rules.EQUIPMENT:
        return {}
    covered = [Covered(**row) for row in queries.covered_equipment(request.company)]
    contracts = {unit.contract for unit in covered} | queries.contracts_of_one_unit(request.company)
    billed = [
        Billed(row.contract, row.line_number, row.equipment, to_decimal(row.amount))
        for row in queries.billed(contracts, request.start, request.end)
    ]
    return rules.weights_of_equipment(billed, covered, request.start, request.end)


def _decimals(company: str) -> int:
    currency = frappe.get_cached_value("Company", company, "default_currency")
    return frappe.get_precision("GL Entry", "debit", currency=currency) if currency else 2
