"""Reads what the cards and charts of the Campaigns workspace show."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder.functions import Sum

from crm_ext import erpnext_port
from crm_ext.compat import CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD
from crm_ext.marketing_automation.queries.campaign_plans import CAMPAIGN_PLAN, SALES_VOUCHERS
from crm_ext.shared.money import to_decimal


def spend(company: str, start: date, end: date) -> Decimal:
    """What a company spent on campaigns between two days, in its currency; cost of goods sold is no spending."""
    return sum(_spend_by_campaign(company, start, end).values(), Decimal(0))


def spend_and_budget(company: str, limit: int) -> list[dict]:
    """title, budget and spend of the approved plans that began last, in the company's currency. Two queries.

    Only plans that the user may read. Spending is that of the plan's campaign in the company, over all time.
    """
    plans = frappe.get_list(
        CAMPAIGN_PLAN,
        filters={"docstatus": 1, "company": company},
        fields=["title", "campaign", "total_budget"],
        order_by="from_date desc, name desc",
        limit=limit,
    )
    spent = _spend_by_campaign(company, campaigns=[plan.campaign for plan in plans]) if plans else {}
    return [
        {
            "title": plan.title,
            "budget": float(plan.total_budget),
            "spend": float(spent.get(plan.campaign, 0)),
        }
        for plan in plans
    ]


def _spend_by_campaign(
    company: str,
    start: date | None = None,
    end: date | None = None,
    campaigns: Collection[str] | None = None,
) -> dict[str, Decimal]:
    entry, account = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Account")
    column = entry[erpnext_port.dimension_field(CAMPAIGN_DOCTYPE) or CAMPAIGN_FIELD]
    query = (
        frappe.qb.from_(entry)
        .join(account)
        .on(account.name == entry.account)
        .select(column, Sum(entry.debit - entry.credit))
        .where((entry.company == company) & (entry.is_cancelled == 0) & (account.root_type == "Expense"))
        .where(entry.voucher_type.notin(SALES_VOUCHERS))
        .groupby(column)
    )
    query = query.where(column.isin(list(campaigns))) if campaigns is not None else query.where(column > "")
    if start and end:
        query = query.where(entry.posting_date[start:end])
    return {campaign: to_decimal(amount) for campaign, amount in query.run()}
