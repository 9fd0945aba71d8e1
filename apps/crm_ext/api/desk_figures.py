"""What the workspaces' cards and charts show, where Frappe's own counting does not suffice."""

import frappe
from frappe import _
from frappe.utils import get_first_day, get_last_day, getdate

from crm_ext.marketing_automation.queries import desk_figures as marketing
from crm_ext.sales_process.flow import desk_figures as sales
from crm_ext.sales_process.queries import board

# A list opened from a card is filtered by names; longer filters do not fit into an address.
_MOST_NAMES = 200
_BARS = 8


def require_company(company: str | None) -> str:
    """The company asked for, or the user's own; the same refusal for one that is not theirs and one that is not there."""
    company = company or frappe.defaults.get_user_default("Company")
    if (
        not company
        or not frappe.db.exists("Company", company)
        or not frappe.has_permission("Company", doc=company)
    ):
        frappe.throw(_("Choose a company that you may read."), frappe.PermissionError)
    return company


@frappe.whitelist()
def spend_this_month(filters: str | dict | list | None = None) -> dict:
    """Number card: spending on campaigns this month in the company's currency; opens its ledger rows."""
    frappe.has_permission("Campaign Plan", "read", throw=True)
    company = require_company((frappe.parse_json(filters) or {}).get("company"))
    start, end = get_first_day(getdate()), get_last_day(getdate())
    return {
        "value": float(marketing.spend(company, start, end)),
        "fieldtype": _money_type(company),
        "route": ["query-report", "Campaign Return"],
        "route_options": {"company": [company], "from_date": str(start), "to_date": str(end)},
    }


@frappe.whitelist()
def open_pipeline_value(filters: str | dict | list | None = None) -> dict:
    """Number card: what the company's open opportunities are worth in its currency; opens them."""
    frappe.has_permission("Opportunity", "read", throw=True)
    company = require_company((frappe.parse_json(filters) or {}).get("company"))
    return {
        "value": float(board.open_value(company)),
        "fieldtype": _money_type(company),
        "route": ["List", "Opportunity"],
        "route_options": {"company": company, "status": ["in", board.OPEN_STATUSES]},
    }


@frappe.whitelist()
def stuck_opportunities(filters: str | dict | list | None = None) -> dict:
    """Number card: open opportunities over the age limit of their stage; opens them."""
    frappe.has_permission("Opportunity", "read", throw=True)
    stuck = sales.stuck_opportunities()
    return {
        "value": len(stuck),
        "fieldtype": "Int",
        "route": ["List", "Opportunity"],
        "route_options": {"name": ["in", stuck[:_MOST_NAMES]]},
    }


@frappe.whitelist()
def spend_and_budget(filters: str | dict | list | None = None) -> dict:
    """Chart: budget and spending of the plans that began last, in the company's currency."""
    frappe.has_permission("Campaign Plan", "read", throw=True)
    company = require_company((frappe.parse_json(filters) or {}).get("company"))
    plans = marketing.spend_and_budget(company, _BARS)
    return {
        "labels": [plan["title"] for plan in plans],
        "datasets": [
            {"name": _("Budget"), "values": [plan["budget"] for plan in plans]},
            {"name": _("Spent"), "values": [plan["spend"] for plan in plans]},
        ],
    }


def _money_type(company: str) -> str:
    """The desk writes the site's currency beside a card's amount; where the company's is another, a bare number."""
    own = frappe.get_cached_value("Company", company, "default_currency")
    return "Currency" if own == frappe.db.get_default("currency") else "Float"
