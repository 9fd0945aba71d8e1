"""What the campaign return screens ask for beside the report itself. Reads only."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from crm_ext.marketing_automation.flow import campaign_return, campaign_return_cards, campaign_return_request
from crm_ext.marketing_automation.queries import campaign_return as queries
from crm_ext.marketing_automation.rules.periods import named_period


def require_reader() -> None:
    """Whoever may run the report."""
    frappe.has_permission("Campaign Plan", "report", throw=True)


def require_ledger_reader() -> None:
    require_reader()
    frappe.has_permission("GL Entry", "read", throw=True)


@frappe.whitelist()
def period(choice: str, calendar: str = "Gregorian") -> dict[str, str]:
    """First and last day (ISO dates) of a named month, season or year around today."""
    require_reader()
    chosen = named_period(choice, getdate(), "Jalali" if calendar == "Jalali" else "Gregorian")
    if not chosen:
        frappe.throw(_("There is no period named {0}. Choose one from the list.").format(choice))
    return {"from_date": chosen.start.isoformat(), "to_date": chosen.end.isoformat()}


@frappe.whitelist()
def compare_with_trial_balance(from_date: str, to_date: str, companies: str = "[]") -> list[dict[str, Any]]:
    """Income and cost of goods of the figures beside ERPNext's Trial Balance, for each permitted company."""
    require_ledger_reader()
    asked = campaign_return_request.names_in(companies)
    return [
        {"company": company, "currency": queries.currency_of(company)} | line
        for company in campaign_return_request.permitted_companies(asked)
        for line in campaign_return.compare_with_trial_balance(company, getdate(from_date), getdate(to_date))
    ]


@frappe.whitelist()
def spend_card() -> dict[str, Any]:
    """Number card: what the last twelve months' campaigns cost."""
    require_reader()
    return campaign_return_cards.card("spend")


@frappe.whitelist()
def revenue_card() -> dict[str, Any]:
    """Number card: net revenue that campaigns are credited with."""
    require_reader()
    return campaign_return_cards.card("revenue")


@frappe.whitelist()
def margin_card() -> dict[str, Any]:
    """Number card: margin of campaigns."""
    require_ledger_reader()
    return campaign_return_cards.card("margin")


@frappe.whitelist()
def return_card() -> dict[str, Any]:
    """Number card: return on what was spent."""
    require_ledger_reader()
    return campaign_return_cards.card("return")
