"""The sums that contract profit rests on. Every read is set-based; their number does not grow with the contracts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import frappe

# Rows are reached by the index on contract and account, so accounts are named and not joined. Days are told apart only
# where months are wanted, and then contracts are not.
_SUMS = """
select {contract_name} as contract, {day} as day,
       coalesce(stock.service_order, journal.service_order, '') as service_order,
       case when entry.account in %(income)s then 'revenue'
            when entry.account in %(penalty)s then 'penalties'
            when entry.voucher_type = 'Journal Entry' and journal.service_order > '' then 'labour'
            when entry.voucher_type in ('Stock Entry', 'Delivery Note', 'Sales Invoice', 'Stock Reconciliation') then 'parts'
            else 'other_costs' end as kind,
       sum(entry.credit - entry.debit) as amount
from `tabGL Entry` entry
left join `tabJournal Entry` journal on entry.voucher_type = 'Journal Entry' and journal.name = entry.voucher_no
left join `tabStock Entry` stock on entry.voucher_type = 'Stock Entry' and stock.name = entry.voucher_no
where entry.service_contract {contract}
  and entry.account in %(accounts)s and entry.is_cancelled = 0
  and entry.posting_date between %(start)s and %(end)s
  and entry.voucher_type <> 'Period Closing Voucher' and coalesce(entry.finance_book, '') = ''
group by contract, day, service_order, kind
"""

_DEFERRED = """
select entry.service_contract as contract, sum(entry.credit - entry.debit) as amount
from `tabGL Entry` entry
where entry.service_contract {contract}
  and entry.account in %(accounts)s and entry.is_cancelled = 0 and entry.posting_date <= %(end)s
  and entry.voucher_type <> 'Period Closing Voucher' and coalesce(entry.finance_book, '') = ''
group by contract
"""

# Timesheets of orders whose labour was posted by a journal are in the ledger already.
_JOBS = """
select job.name as service_order, job.service_contract as contract, coalesce(job.equipment, '') as equipment,
       coalesce(job.technician, '') as technician, job.posting_date as day,
       coalesce(job.issue, '') <> '' as is_complaint,
       if(coalesce(job.journal_entry, '') = '', coalesce(sheet.labour, 0), 0) as labour,
       if(coalesce(job.journal_entry, '') = '', coalesce(sheet.travel, 0), 0) as travel,
       coalesce(sheet.hours, 0) as hours
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
"""

_BILLED_EQUIPMENT = """
select period.service_contract as contract, line.equipment, sum(period.amount) as billed
from `tabBilled Period` period
join `tabService Contract Line` line on line.name = period.contract_line
where period.service_contract {contract} and line.equipment > ''
  and period.period_start <= %(end)s and period.period_end >= %(start)s
group by contract, line.equipment having billed > 0
"""


def sums(
    company: str,
    start: date,
    end: date,
    *,
    contracts: Collection[str] | None = None,
    by_day: bool = False,
) -> list[dict]:
    """[{contract, day, service_order, kind, amount}] of the period; amount is credit less debit.

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


def deferred(company: str, end: date, *, contracts: Collection[str] | None = None) -> list[dict]:
    """[{contract, amount}]: what is invoiced and not earned yet at the end of the day."""
    accounts = _deferred_accounts(company)
    if not accounts:
        return []
    values = {"accounts": tuple(accounts), "end": end, "contracts": tuple(contracts or ())}
    return frappe.db.sql(_DEFERRED.format(contract=_only(contracts)), values, as_dict=True)


def jobs(company: str, start: date, end: date, *, contracts: Collection[str] | None = None) -> list[dict]:
    """Submitted service orders of contracts with hours and cost of their timesheets, in company currency."""
    values = {
        "company": company,
        "start": start,
        "end": end,
        "contracts": tuple(contracts or ()),
        "travel": frappe.db.get_single_value("Field Service Settings", "travel_activity_type") or "-",
    }
    return frappe.db.sql(_JOBS.format(contract=_only(contracts)), values, as_dict=True)


def billed_equipment(start: date, end: date) -> list[dict]:
    """[{contract, equipment, billed}] of periods that touch the given one."""
    return frappe.db.sql(
        _BILLED_EQUIPMENT.format(contract="> ''"), {"start": start, "end": end}, as_dict=True
    )


def contracts_of(company: str) -> dict[str, dict]:
    """Contract -> {customer, customer_name, title} of the company."""
    rows = frappe.get_all(
        "Service Contract",
        filters={"company": company, "docstatus": (">", 0)},
        fields=["name", "customer", "customer_name", "title"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def contracts_seen_by_user(company: str) -> list[str]:
    """Those of the company's contracts that the user of the session may read."""
    return frappe.get_list(
        "Service Contract",
        filters={"company": company, "docstatus": (">", 0)},
        pluck="name",
        order_by="name",
        limit_page_length=0,
    )


def ledger_totals(company: str, start: date, end: date) -> dict[str, float]:
    """{with_contract, without_contract}: income of the company's ledger, by whether a row names a contract."""
    accounts = _accounts(company)["income"]
    rows = frappe.db.sql(
        """
        select if(coalesce(service_contract, '') = '', 'without_contract', 'with_contract') as side,
               sum(credit - debit) as amount
        from `tabGL Entry`
        where company = %(company)s and account in %(income)s and is_cancelled = 0
          and posting_date between %(start)s and %(end)s
          and voucher_type <> 'Period Closing Voucher' and coalesce(finance_book, '') = ''
        group by side
        """,
        {"company": company, "income": accounts, "start": start, "end": end},
    )
    return {"with_contract": 0.0, "without_contract": 0.0} | {side: float(amount) for side, amount in rows}


def names_of(doctype: str, names: Collection[str], field: str) -> dict[str, str]:
    """Name -> what people call it."""
    rows = frappe.get_all(
        doctype, filters={"name": ("in", list(names))}, fields=["name", field], order_by="name"
    )
    return {row.name: row[field] for row in rows}


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
