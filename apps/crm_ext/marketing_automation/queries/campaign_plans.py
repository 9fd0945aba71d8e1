"""What campaign plans need to know of the site and of the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Coalesce, Count, Sum
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.compat import CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD
from crm_ext.shared.money import to_decimal

CAMPAIGN_PLAN = "Campaign Plan"
# Documents by which goods are sold: what they book as expense is the cost of the result, not spending on the campaign.
SALES_VOUCHERS = ("Sales Invoice", "Delivery Note", "POS Invoice")


@dataclass(frozen=True)
class LedgerFigures:
    """What the ledger says of a campaign in one company, in its currency, over all time.

    budgeted_spend: booked on the accounts of the plan, as ERPNext's Budget counts it.
    other_spend: booked on other expense accounts, cost of goods sold left out.
    """

    budgeted_spend: Decimal
    other_spend: Decimal
    revenue: Decimal


def ledger_figures(campaign: str, company: str, accounts: Collection[str]) -> LedgerFigures:
    """One query; without a campaign in the ledger everything is zero."""
    entry, account = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Account")
    column = entry[erpnext_port.dimension_field(CAMPAIGN_DOCTYPE) or CAMPAIGN_FIELD]
    balance = entry.debit - entry.credit
    of_the_plan = entry.account.isin(list(accounts) or [""])
    not_sold = entry.voucher_type.notin(SALES_VOUCHERS)
    rows = (
        frappe.qb.from_(entry)
        .join(account)
        .on(account.name == entry.account)
        .select(
            Coalesce(Sum(Case().when((account.root_type == "Expense") & of_the_plan, balance).else_(0)), 0),
            Coalesce(
                Sum(
                    Case()
                    .when((account.root_type == "Expense") & of_the_plan.negate() & not_sold, balance)
                    .else_(0)
                ),
                0,
            ),
            Coalesce(Sum(Case().when(account.root_type == "Income", entry.credit - entry.debit).else_(0)), 0),
        )
        .where((column == campaign) & (entry.company == company) & (entry.is_cancelled == 0))
        .run()
    )
    return LedgerFigures(*(to_decimal(value) for value in rows[0]))


def accounts(names: Iterable[str]) -> list[dict]:
    """name, company, root_type, is_group, disabled of each account."""
    return frappe.get_all(
        "Account",
        filters={"name": ("in", sorted(names))},
        fields=["name", "company", "root_type", "is_group", "disabled"],
        order_by="name",
    )


def fiscal_years(company: str) -> list[tuple[str, date, date]]:
    """Name, first and last day of the enabled years that the company works in.

    ERPNext's own function answers from a cache that a new fiscal year does not empty.
    """
    year, of_company = frappe.qb.DocType("Fiscal Year"), frappe.qb.DocType("Fiscal Year Company")
    rows = (
        frappe.qb.from_(year)
        .left_join(of_company)
        .on(of_company.parent == year.name)
        .select(year.name, year.year_start_date, year.year_end_date)
        .where((year.disabled == 0) & (of_company.name.isnull() | (of_company.company == company)))
        .orderby(year.year_start_date)
        .run()
    )
    return [(name, getdate(start), getdate(end)) for name, start, end in rows]


def conflicting_budget(
    campaign: str, company: str, year_accounts: Collection[tuple[str, str]]
) -> dict | None:
    """A Budget on the campaign that watches one of these (fiscal year, account) already: name, account, fiscal_year."""
    budget, row = frappe.qb.DocType("Budget"), frappe.qb.DocType("Budget Account")
    found = (
        frappe.qb.from_(budget)
        .join(row)
        .on(row.parent == budget.name)
        .select(budget.name, row.account, budget.fiscal_year)
        .where((budget[CAMPAIGN_FIELD] == campaign) & (budget.company == company) & (budget.docstatus < 2))
        .run(as_dict=True)
    )
    return next((budget for budget in found if (budget.fiscal_year, budget.account) in year_accounts), None)


def holidays(company: str) -> set[date]:
    """Days of the company's default holiday list; none where it has no list."""
    holiday_list = frappe.get_cached_value("Company", company, "default_holiday_list")
    if not holiday_list:
        return set()
    days = frappe.get_all(
        "Holiday", filters={"parent": holiday_list}, pluck="holiday_date", order_by="holiday_date"
    )
    return {getdate(day) for day in days}


def members_of(roles: Collection[str]) -> dict[str, dict[str, int]]:
    """Role -> its enabled users and how many open assignments each has. One query for all roles."""
    if not roles:
        return {}
    holder, user, todo = (frappe.qb.DocType(name) for name in ("Has Role", "User", "ToDo"))
    rows = (
        frappe.qb.from_(holder)
        .join(user)
        .on(user.name == holder.parent)
        .left_join(todo)
        .on((todo.allocated_to == user.name) & (todo.status == "Open"))
        .select(holder.role, user.name, Count(todo.name))
        .where((holder.parenttype == "User") & holder.role.isin(list(roles)))
        .where((user.enabled == 1) & (user.name != "Administrator"))
        .groupby(holder.role, user.name)
        .run()
    )
    members: dict[str, dict[str, int]] = {role: {} for role in roles}
    for role, name, load in rows:
        members[role][name] = load
    return members


def open_tasks(project: str) -> list[str]:
    closed = ("Completed", "Cancelled")
    return frappe.get_all(
        "Task", filters={"project": project, "status": ("not in", closed)}, pluck="name", order_by="name"
    )


def approvers() -> list[str]:
    """Enabled users who hold the role that approves plans."""
    return sorted(members_of(["Marketing Head"])["Marketing Head"])


def figures_of_plan(name: str) -> dict[str, float | str]:
    """budget, spend (of the budget), other_spend, remaining, revenue, and the currency they are in."""
    plan = frappe.db.get_value(
        CAMPAIGN_PLAN, name, ["campaign", "company", "currency", "total_budget"], as_dict=True
    )
    watched = frappe.get_all(
        "Campaign Plan Budget", filters={"parent": name}, pluck="account", distinct=True, order_by="account"
    )
    ledger = ledger_figures(plan.campaign or "", plan.company, watched)
    budget = to_decimal(plan.total_budget)
    return {
        "currency": plan.currency,
        "budget": float(budget),
        "spend": float(ledger.budgeted_spend),
        "remaining": float(budget - ledger.budgeted_spend),
        "other_spend": float(ledger.other_spend),
        "revenue": float(ledger.revenue),
    }


def plans_between(start: str, end: str, filters: list) -> list[dict]:
    """What the calendar shows of the plans that the user may read; cancelled ones are left out."""
    return frappe.get_list(
        CAMPAIGN_PLAN,
        filters=[
            *filters,
            [CAMPAIGN_PLAN, "docstatus", "<", 2],
            [CAMPAIGN_PLAN, "from_date", "<=", getdate(end)],
            [CAMPAIGN_PLAN, "to_date", ">=", getdate(start)],
        ],
        fields=["name", "title", "from_date", "to_date", "status"],
        order_by="from_date, name",
    )
