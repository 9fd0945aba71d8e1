"""The sums that contract profit rests on. Every read is set-based; their number does not grow with the contracts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import frappe
from frappe.desk.reportview import build_match_conditions

# Read from the index on contract and account alone, which holds every column named here; accounts are named and not
# joined. Days are told apart only where months are wanted, and then contracts are not.
_SUMS = """
select {contract_name} as contract, {day} as day,
       case when entry.account in %(income)s then 'revenue'
            when entry.account in %(penalty)s then 'penalties'
            when entry.voucher_type in ('Stock Entry', 'Delivery Note', 'Sales Invoice', 'Stock Reconciliation') then 'parts'
            else 'other_costs' end as kind,
       sum(entry.credit - entry.debit) as amount
from `tabGL Entry` entry
where entry.service_contract {contract}
  and entry.account in %(accounts)s and entry.is_cancelled = 0
  and entry.posting_date between %(start)s and %(end)s
  and entry.voucher_type <> 'Period Closing Voucher'
group by contract, day, kind
"""

_DEFERRED = """
select entry.service_contract as contract, sum(entry.credit - entry.debit) as amount
from `tabGL Entry` entry
where entry.service_contract {contract}
  and entry.account in %(accounts)s and entry.is_cancelled = 0 and entry.posting_date <= %(end)s
  and entry.voucher_type <> 'Period Closing Voucher'
group by contract
"""

# What of a contract's costs was posted by its service orders: parts by stock entries, labour by journals. The index on
# contract and account finds the few ledger rows of these documents; the orders are reached from there.
_POSTED = """
select {keys}, %(kind)s as kind, sum(entry.credit - entry.debit) as amount
from `tabGL Entry` entry
straight_join `tab{document}` document on document.name = entry.voucher_no
straight_join `tabService Order` job on job.name = document.service_order
where entry.service_contract {contract} and entry.account in %(costs)s and entry.is_cancelled = 0
  and entry.posting_date between %(start)s and %(end)s and entry.voucher_type = %(document)s
  and job.docstatus = 1 and job.service_contract = entry.service_contract {which}
group by {groups}
"""
_OF_INTEREST = "and (job.issue > '' or job.labour_is_posted)"
_KIND_OF_DOCUMENT = {"Stock Entry": "parts", "Journal Entry": "labour"}

# Hours and kilometres of orders whose labour was posted by a journal are in the ledger already.
_WORK = """
select {keys}, count(*) as visits, sum(coalesce(sheet.hours, 0)) as hours,
       sum(if(job.labour_is_posted, 0, coalesce(sheet.labour, 0))) as labour,
       sum(if(job.labour_is_posted, 0, coalesce(sheet.travel, 0) + job.kilometre_cost)) as travel
from `tabService Order` job
left join (
    select head.service_order, sum(detail.hours) as hours,
           sum(if(coalesce(detail.activity_type, '') = %(travel)s, 0, detail.base_costing_amount)) as labour,
           sum(if(coalesce(detail.activity_type, '') = %(travel)s, detail.base_costing_amount, 0)) as travel
    from `tabTimesheet` head join `tabTimesheet Detail` detail on detail.parent = head.name
    where head.docstatus = 1 and head.service_order > ''
    group by head.service_order
) sheet on sheet.service_order = job.name
where job.docstatus = 1 and job.company = %(company)s and job.service_contract {contract}
  and job.posting_date between %(start)s and %(end)s
group by {groups}
"""
# How finely orders are told apart: by contract, unless days are wanted, and by what the caller names.
_KEYS = {
    "equipment": "coalesce(job.equipment, '')",
    "technician": "coalesce(job.technician, '')",
    "day": "job.posting_date",
}

_BILLED_EQUIPMENT = """
select period.service_contract as contract, line.equipment, sum(period.amount) as billed
from `tabBilled Period` period
join `tabService Contract Line` line on line.name = period.contract_line
where period.service_contract {contract} and line.equipment > ''
  and period.period_start <= %(end)s and period.period_end >= %(start)s
group by contract, line.equipment having billed > 0
"""


def sums(
    company: str, start: date, end: date, *, contracts: Collection[str] | None = None, by_day: bool = False
) -> list[dict]:
    """[{contract, day, kind, amount}] of the period; amount is credit less debit.

    by_day: told apart by day and not by contract.
    """
    accounts = _accounts(company)
    if not accounts["accounts"]:
        return []
    query = _SUMS.format(
        contract_name="''" if by_day else "entry.service_contract",
        day="entry.posting_date" if by_day else "null",
        contract=_only(contracts),
    )
    values = accounts | {"start": start, "end": end, "contracts": tuple(contracts or ())}
    return frappe.db.sql(query, values, as_dict=True)


def posted_by_orders(
    company: str,
    start: date,
    end: date,
    *,
    contracts: Collection[str] | None = None,
    by: Collection[str] = (),
    every: bool = False,
) -> list[dict]:
    """[{contract, is_complaint, kind, amount, …}]: costs in the ledger, credit less debit, that service orders posted.

    by: of 'equipment', 'technician', 'day' what the sums are told apart by. Of orders for complaints and of those whose
    labour was posted; every: of all orders.
    """
    accounts = _accounts(company)
    costs = tuple({*accounts["accounts"]} - {*accounts["income"], *accounts["penalty"]})
    if not costs:
        return []
    found = []
    for document, kind in _KIND_OF_DOCUMENT.items():
        query = _POSTED.format(
            document=document,
            contract=_only(contracts),
            which="" if every else _OF_INTEREST,
            **_told_apart(by),
        )
        values = {"document": document, "kind": kind, "costs": costs, "start": start, "end": end}
        found += frappe.db.sql(query, values | {"contracts": tuple(contracts or ())}, as_dict=True)
    return found


def deferred(company: str, end: date, *, contracts: Collection[str] | None = None) -> list[dict]:
    """[{contract, amount}]: what is invoiced and not earned yet at the end of the day."""
    accounts = _deferred_accounts(company)
    if not accounts:
        return []
    values = {"accounts": tuple(accounts), "end": end, "contracts": tuple(contracts or ())}
    return frappe.db.sql(_DEFERRED.format(contract=_only(contracts)), values, as_dict=True)


def work(
    company: str,
    start: date,
    end: date,
    *,
    contracts: Collection[str] | None = None,
    by: Collection[str] = (),
) -> list[dict]:
    """[{contract, is_complaint, visits, hours, labour, travel, …}] of submitted service orders, in company currency.

    by: as of posted_by_orders.
    """
    values = {
        "company": company,
        "start": start,
        "end": end,
        "contracts": tuple(contracts or ()),
        "travel": frappe.db.get_single_value("Field Service Settings", "travel_activity_type") or "-",
    }
    query = _WORK.format(contract=_only(contracts), **_told_apart(by))
    return frappe.db.sql(query, values, as_dict=True)


def billed_equipment(start: date, end: date) -> list[dict]:
    """[{contract, equipment, billed}] of periods that touch the given one."""
    return frappe.db.sql(
        _BILLED_EQUIPMENT.format(contract="> ''"), {"start": start, "end": end}, as_dict=True
    )


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


def income_without_contract(company: str, start: date, end: date) -> float:
    """Income of the company's ledger that names no contract, credit less debit."""
    rows = frappe.db.sql(
        """
        select sum(credit - debit)
        from `tabGL Entry`
        where (service_contract is null or service_contract = '') and account in %(income)s and is_cancelled = 0
          and posting_date between %(start)s and %(end)s and voucher_type <> 'Period Closing Voucher'
        """,
        {"income": _accounts(company)["income"], "start": start, "end": end},
    )
    return float(rows[0][0] or 0)


def income_with_contract(company: str, start: date, end: date) -> float:
    """As income_without_contract, of rows that name one."""
    rows = frappe.db.sql(
        """
        select sum(credit - debit)
        from `tabGL Entry`
        where service_contract > '' and account in %(income)s and is_cancelled = 0
          and posting_date between %(start)s and %(end)s and voucher_type <> 'Period Closing Voucher'
        """,
        {"income": _accounts(company)["income"], "start": start, "end": end},
    )
    return float(rows[0][0] or 0)


def names_of(doctype: str, names: Collection[str], field: str) -> dict[str, str]:
    """Name -> what people call it."""
    rows = frappe.get_all(
        doctype, filters={"name": ("in", list(names))}, fields=["name", field], order_by="name"
    )
    return {row.name: row[field] for row in rows}


def _told_apart(by: Collection[str]) -> dict[str, str]:
    contract = "''" if "day" in by else "job.service_contract"
    keys = {"contract": contract, "is_complaint": "coalesce(job.issue, '') <> ''"}
    keys |= {name: _KEYS[name] for name in by}
    return {
        "keys": ", ".join(f"{column} as {name}" for name, column in keys.items()),
        "groups": ", ".join(keys),
    }


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
    # An empty IN list is no SQL; no account has an empty name.
    return {
        "income": (*(row.name for row in rows if row.root_type == "Income" and row.name not in penalty), ""),
        "penalty": (*penalty, ""),
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
