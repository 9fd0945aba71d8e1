"""What campaign return needs beside the ledger: budgets, permitted companies, currencies, customers of a territory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import frappe
from frappe.core.doctype.user_permission.user_permission import get_user_permissions

from crm_ext import erpnext_port
from crm_ext.shared.money import to_decimal


def budgets(companies: Sequence[str], start: date, end: date) -> list[tuple[str, str, str]]:
    """(company, campaign, amount in company currency) of approved plans that touch the period."""
    rows = frappe.get_all(
        "Campaign Plan",
        filters={
            "docstatus": 1,
            "company": ("in", companies),
            "from_date": ("<=", end),
            "to_date": (">=", start),
            "campaign": ("is", "set"),
        },
        fields=["company", "campaign", "total_budget"],
        order_by="name",
    )
    return [(row.company, row.campaign, str(row.total_budget or 0)) for row in rows]


def companies_for(user: str) -> list[str]:
    """The companies whose figures the user may see: those of the user's permissions on Company, else all."""
    companies = frappe.get_all("Company", pluck="name", order_by="name")
    allowed = {
        row.get("doc")
        for row in get_user_permissions(user).get("Company", [])
        if not row.get("applicable_for")
    }
    return [company for company in companies if not allowed or company in allowed]


def currency_of(company: str) -> str:
    return frappe.get_cached_value("Company", company, "default_currency")


def decimals_of(currency: str) -> int:
    """Digits after the point in which the currency is shown and rounded."""
    fraction = frappe.get_cached_value("Currency", currency, "fraction_units")
    return len(str(int(fraction))) - 1 if fraction and int(fraction) >= 10 else 2


def territories_within(territory: str) -> list[str]:
    """The territory and all below it."""
    left, right = frappe.db.get_value("Territory", territory, ["lft", "rgt"]) or (0, 0)
    return frappe.get_all(
        "Territory", filters={"lft": (">=", left), "rgt": ("<=", right)}, pluck="name", order_by="lft"
    )


def default_company() -> str | None:
    return frappe.db.get_single_value("Global Defaults", "default_company")


def exchange_rate(source: str, target: str, day: date) -> float:
    return erpnext_port.exchange_rate(source, target, day)


def trial_balance(company: str, start: date, end: date) -> list[tuple[str, str, Decimal, Decimal]]:
    """(root type, account type, debit, credit) of each income and cost-of-goods account in ERPNext's Trial Balance."""
    movements = erpnext_port.trial_balance(company, start, end)
    accounts = frappe.get_all(
        "Account",
        filters={"company": company, "is_group": 0, "root_type": ("in", ("Income", "Expense"))},
        fields=["name", "root_type", "account_type"],
        order_by="name",
    )
    return [
        (account.root_type, account.account_type, *(to_decimal(amount) for amount in movements[account.name]))
        for account in accounts
        if account.name in movements
    ]
