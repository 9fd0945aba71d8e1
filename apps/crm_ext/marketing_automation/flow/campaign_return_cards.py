"""The four numbers of the dashboard: one computation for all of them, kept for some minutes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import getdate

from crm_ext.marketing_automation.flow import campaign_return
from crm_ext.marketing_automation.queries import campaign_return as queries

_DAYS = 365
_SECONDS_KEPT = 300


def card(figure: str) -> dict[str, Any]:
    """The figure over the campaigns of the user's company in the last year, and where to see it whole.

    figure: 'spend', 'revenue', 'margin' (company currency) or 'return' (percent).
    """
    company = _company()
    end = getdate()
    start = end - timedelta(days=_DAYS)
    kept = frappe.cache.get_value(f"crm_ext:campaign_return:{company}:{end}") if company else None
    if company and kept is None:
        kept = _sums(company, start, end)
        frappe.cache.set_value(f"crm_ext:campaign_return:{company}:{end}", kept, expires_in_sec=_SECONDS_KEPT)
    sums = kept or {"spend": 0.0, "revenue": 0.0, "margin": 0.0}
    options = {"company": [company], "from_date": start.isoformat(), "to_date": end.isoformat()}
    shown = {"route": ["query-report", "Campaign Return"], "route_options": options}
    if figure == "return":
        spend = sums["spend"]
        return {
            "value": (sums["margin"] - spend) / spend * 100 if spend > 0 else 0,
            "fieldtype": "Percent",
            **shown,
        }
    currency = queries.currency_of(company) if company else None
    return {"value": sums[figure], "fieldtype": "Currency", "options": currency, **shown}


def _company() -> str | None:
    """The user's default company, if it is one that the user may see; else the first such."""
    permitted = queries.companies_for(frappe.session.user)
    default = frappe.defaults.get_user_default("Company")
    return default if default in permitted else next(iter(permitted), None)


def _sums(company: str, start, end) -> dict[str, float]:
    result, _checks = campaign_return.figures(campaign_return.Request((company,), start, end))
    credited = [row for row in result.figures if row.campaign]
    return {
        name: float(sum((getattr(row, name) for row in credited), Decimal(0)))
        for name in ("spend", "revenue", "margin")
    }
