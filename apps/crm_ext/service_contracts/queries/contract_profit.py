"""The sums that contract profit rests on. Every read is set-based; their number does not grow with the contracts.

Where many rows are summed, they are grouped in the order of an index, so that no temporary table is needed: at a million
invoices that is half of the time. What is grouped otherwise is gathered from there in Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import fsum
from typing import NamedTuple

import frappe
from frappe.desk.reportview import build_match_conditions

from crm_ext import erpnext_port
from crm_ext.shared.money import to_decimal


class OfContract(NamedTuple):
    """What a sum of the ledger is of. The day is None where days are not told apart; then the contract is empty."""

    contract: str
    day: date | None
    kind: str


class OfOrders(NamedTuple):
    """Which service orders a sum is of; None for what they are not told apart by, an empty contract where by day."""

    contract: str
    is_complaint: int
    equipment: str | None = None
    technician: str | None = None
    day: date | None = None


class Work(NamedTuple):
    """Labour and travel are what no ledger row knows, in company currency."""

    visits: int
    hours: Decimal
    labour: Decimal
    travel: Decimal


# Read from the index on contract and account alone, in its order; it holds every column named here. Accounts are named
# and not joined. Days are told apart only where months are wanted, and then contracts are not.
_SUMS = """
select {contract_name} as contract, {day} as day, entry.account, sum(entry.credit - entry.debit) as amount,
       sum(if(entry.voucher_type in ('Stock Entry', 'Delivery Note', 'Sales Invoice', 'Stock Reconciliation'),
              entry.credit - entry.debit, 0)) as of_stock
from `tabGL Entry` entry
where entry.`{field}` {contract}
  and entry.account in %(accounts)s and entry.is_cancelled = 0
  and entry.posting_date <= %(end)s and (entry.posting_date >= %(start)s or entry.account in %(deferred)s)
  and entry.voucher_type <> 'Period Closing Voucher'
group by {groups}
"""

# What service orders posted on their contracts, order by order.
_POSTED = """
select {keys}, sum(entry.credit - entry.debit) as amount
from `tabService Order` job
straight_join `tab{document}` document on {belongs}
straight_join `tabGL Entry` entry on entry.voucher_no = document.name and entry.voucher_type = %(document)s
where job.docstatus = 1 and job.service_contract {contract} {which}
  and entry.`{field}` = job.service_contract and entry.account in %(accounts)s and entry.is_cancelled = 0
  and entry.posting_date between %(start)s and %(end)s
group by job.name
"""
_OF_INTEREST = "and (job.issue > '' or job.labour_is_posted)"
_COSTS = {"Stock Entry": "parts", "Journal Entry": "labour"}
_REVENUE = {"Sales Invoice": "revenue"}
# Of the journals that name an order, one is its labour; others are claims.
_BELONGS = {"Journal Entry": "document.name = job.journal_entry"}
_NAMES_THE_ORDER = "document.service_order = job.name"

# Hours and kilometres of orders whose labour was posted by a journal are in the ledger already.
_WORK = """
select {keys}, coalesce(sum(detail.hours), 0) as hours,
       if(job.labour_is_posted, 0,
          sum(if(coalesce(detail.activity_type, '') = %(travel)s, 0, coalesce(detail.base_costing_amount, 0)))) as labour,
       if(job.labour_is_posted, 0, job.kilometre_cost
          + sum(if(coalesce(detail.activity_type, '') = %(travel)s, detail.base_costing_amount, 0))) as travel
from `tabService Order` job
left join `tabTimesheet` sheet on sheet.service_order = job.name
left join `tabTimesheet Detail` detail on detail.parent = sheet.name and detail.docstatus = 1
where job.docstatus = 1 and job.company = %(company)s and job.service_contract {contract}
  and job.posting_date between %(start)s and %(end)s
group by job.name
"""
_KEYS = {
    "equipment": "coalesce(job.equipment, '')",
    "technician": "coalesce(job.technician, '')",
    "day": "job.posting_date",
}

_BILLED = """
select line.parent as contract, line.line_number, coalesce(line.equipment, '') as equipment, sum(period.amount) as amount
from `tabBilled Period` period
join `tabService Contract Line` line on line.name = period.contract_line
where period.service_contract in %(contracts)s and period.what <> 'Service Credit'
  and period.period_start <= %(end)s and period.period_end >= %(start)s
group by line.name
"""


def dimension() -> str:
    """The column by which ledger rows name contracts; a site may have had the dimension under a name of its own."""
    return erpnext_port.dimension_field("Service Contract") or "service_contract"


def sums(
    company: str, start: date, end: date, *, contracts: Collection[str] | None = None, by_day: bool = False
) -> dict[OfContract, Decimal]:
    """What stands in the ledger, credit less debit: of the period, and of deferred revenue the balance at its end.

    by_day: told apart by day and not by contract; without the balance, which has no day.
    """
    accounts = _accounts(company)
    deferred = () if by_day else _deferred_accounts(company)
    named = (*accounts["accounts"], *deferred)
    if not named:
        return {}
    field = dimension()
    query = _SUMS.format(
        field=field,
        contract_name="''" if by_day else f"entry.`{field}`",
        day="entry.posting_date" if by_day else "null",
        groups="entry.posting_date, entry.account" if by_day else f"entry.`{field}`, entry.account",
        contract=_only(contracts),
    )
    # An empty IN list is no SQL; no account and no contract has an empty name.
    values = {"accounts": named, "deferred": (*deferred, ""), "start": start, "end": end}
    kinds = dict.fromkeys(accounts["income"], "revenue") | dict.fromkeys(accounts["penalty"], "penalties")
    kinds |= dict.fromkeys(deferred, "deferred")
    found: dict[OfContract, Decimal] = defaultdict(Decimal)
    for contract, day, account, amount, of_stock in frappe.db.sql(
        query, values | {"contracts": tuple(contracts or ("",))}
    ):
        if kind := kinds.get(account):
            found[OfContract(contract, day, kind)] += to_decimal(amount)
            continue
        parts = to_decimal(of_stock)
        found[OfContract(contract, day, "parts")] += parts
        found[OfContract(contract, day, "other_costs")] += to_decimal(amount) - parts
    return found


def posted_by_orders(
    company: str,
    start: date,
    end: date,
    *,
    contracts: Collection[str] | None = None,
    by: Collection[str] = (),
    every: bool = False,
) -> dict[str, dict[OfOrders, Decimal]]:
    """Kind -> what service orders posted, credit less debit.

    by: of 'equipment', 'technician', 'day' what orders are told apart by. Costs of orders for complaints and of those whose
    labour was posted; every: costs and revenue of all orders.
    """
    accounts = _accounts(company)
    costs = tuple({*accounts["accounts"]} - {*accounts["income"], *accounts["penalty"]})
    asked = [(document, kind, costs) for document, kind in _COSTS.items()]
    if every:
        asked += [(document, kind, accounts["income"]) for document, kind in _REVENUE.items()]
    names, keys = _told_apart(by)
    found = {}
    for document, kind, of_accounts in asked:
        query = _POSTED.format(
            document=document,
            belongs=_BELONGS.get(document, _NAMES_THE_ORDER),
            field=dimension(),
            contract=_only(contracts),
            which="" if every else _OF_INTEREST,
            keys=keys,
        )
        values = {"document": document, "accounts": (*of_accounts, ""), "start": start, "end": end}
        rows = frappe.db.sql(query, values | {"contracts": tuple(contracts or ("",))})
        found[kind] = {key: amount for key, _orders, (amount,) in _gathered(rows, names)}
    return found


def work(
    company: str,
    start: date,
    end: date,
    *,
    contracts: Collection[str] | None = None,
    by: Collection[str] = (),
) -> dict[OfOrders, Work]:
    """What submitted service orders took that is not in the ledger; by: as of posted_by_orders."""
    values = {
        "company": company,
        "start": start,
        "end": end,
        "contracts": tuple(contracts or ("",)),
        "travel": frappe.db.get_single_value("Field Service Settings", "travel_activity_type") or "-",
    }
    names, keys = _told_apart(by)
    rows = frappe.db.sql(_WORK.format(contract=_only(contracts), keys=keys), values)
    return {
        key: Work(visits, hours, labour, travel)
        for key, visits, (hours, labour, travel) in _gathered(rows, names)
    }


def covered_equipment(company: str) -> list[dict]:
    """[{contract, line_number, equipment, start, end}] that the company's contracts list for their lines."""
    return frappe.db.sql(
        """
        select listed.parent as contract, listed.line_number, listed.equipment, listed.from_date as start,
               listed.to_date as end
        from `tabContract Equipment` listed
        join `tabService Contract` contract on contract.name = listed.parent
        where contract.company = %(company)s and contract.docstatus > 0 and listed.equipment > ''
        """,
        {"company": company},
        as_dict=True,
    )


def contracts_of_one_unit(company: str) -> set[str]:
    """Contracts of the company with a line for one unit."""
    rows = frappe.db.sql(
        """
        select distinct line.parent
        from `tabService Contract Line` line
        join `tabService Contract` contract on contract.name = line.parent
        where line.equipment > '' and contract.company = %(company)s and contract.docstatus > 0
        """,
        {"company": company},
        pluck=True,
    )
    return set(rows)


def billed(contracts: Collection[str], start: date, end: date) -> list[dict]:
    """[{contract, line_number, equipment, amount}]: what was billed for each line in periods that touch the given one."""
    if not contracts:
        return []
    return frappe.db.sql(_BILLED, {"contracts": tuple(contracts), "start": start, "end": end}, as_dict=True)


def customers_of_contracts(company: str) -> dict[str, str]:
    """Contract -> customer, of the company."""
    rows = frappe.get_all(
        "Service Contract",
        filters={"company": company, "docstatus": (">", 0)},
        fields=["name", "customer"],
        order_by="name",
        as_list=True,
    )
    return dict(rows)


def contracts_seen_by_user(
    company: str, customer: str | None = None, service_contract: str | None = None
) -> list[str] | None:
    """Those of the company's contracts that the user of the session may read, or None where that is all of them."""
    asked = {"customer": customer, "name": service_contract}
    chosen = {field: value for field, value in asked.items() if value}
    if not chosen and not build_match_conditions("Service Contract"):
        return None
    return frappe.get_list(
        "Service Contract",
        filters={"company": company, "docstatus": (">", 0), **chosen},
        pluck="name",
        order_by="name",
        limit_page_length=0,
    )


def income_without_contract(company: str, start: date, end: date) -> Decimal:
    """Income of the company's ledger that names no contract, credit less debit."""
    column = f"`{dimension()}`"
    rows = frappe.db.sql(
        f"""
        select sum(credit - debit)
        from `tabGL Entry`
        where ({column} is null or {column} = '') and account in %(income)s and is_cancelled = 0
          and posting_date between %(start)s and %(end)s and voucher_type <> 'Period Closing Voucher'
        """,
        {"income": (*_accounts(company)["income"], ""), "start": start, "end": end},
    )
    return to_decimal(rows[0][0])


def names_of(doctype: str, names: Collection[str], field: str) -> dict[str, str]:
    """Name -> what people call it."""
    rows = frappe.get_all(
        doctype, filters={"name": ("in", list(names))}, fields=["name", field], order_by="name"
    )
    return {row.name: row[field] for row in rows}


def _told_apart(by: Collection[str]) -> tuple[list[str], str]:
    """Fields of OfOrders, and the columns that give them."""
    contract = "''" if "day" in by else "job.service_contract"
    keys = {"contract": contract, "is_complaint": "coalesce(job.issue, '') <> ''"}
    keys |= {name: _KEYS[name] for name in by}
    return list(keys), ", ".join(f"{column} as {name}" for name, column in keys.items())


def _gathered(rows: Iterable[tuple], names: Sequence[str]) -> Iterable[tuple[OfOrders, int, list[Decimal]]]:
    """(which orders, how many, sums) of rows that begin with the columns that are named."""
    groups: dict[tuple, list[tuple]] = defaultdict(list)
    for row in rows:
        groups[row[: len(names)]].append(row[len(names) :])
    for key, orders in groups.items():
        # The database's driver gives floats: summed exactly, and as decimals from there.
        sums = [to_decimal(fsum(amounts)) for amounts in zip(*orders, strict=True)]
        yield OfOrders(**dict(zip(names, key, strict=True))), len(orders), sums


def _only(contracts: Collection[str] | None) -> str:
    return "> ''" if contracts is None else "in %(contracts)s"


def _accounts(company: str) -> dict[str, tuple[str, ...]]:
    rows = frappe.get_all(
        "Account",
        filters={"company": company, "is_group": 0, "root_type": ("in", ("Income", "Expense"))},
        fields=["name", "root_type"],
        order_by="name",
    )
    penalty = frappe.get_all(
        "Field Service Account",
        filters={"company": company, "penalty_account": ("is", "set")},
        pluck="penalty_account",
        order_by="idx",
    )
    return {
        "income": tuple(row.name for row in rows if row.root_type == "Income" and row.name not in penalty),
        "penalty": tuple(penalty),
        "accounts": tuple(row.name for row in rows),
    }


def _deferred_accounts(company: str) -> list[str]:
    own = frappe.get_cached_value("Company", company, "default_deferred_revenue_account")
    of_items = frappe.get_all(
        "Item Default",
        filters={"company": company, "deferred_revenue_account": ("is", "set")},
        pluck="deferred_revenue_account",
        distinct=True,
        order_by="deferred_revenue_account",
    )
    return frappe.get_all(
        "Account",
        filters={
            "company": company,
            "is_group": 0,
            "root_type": "Liability",
            "name": ("in", [own, *of_items]),
        },
        pluck="name",
        order_by="name",
    )
