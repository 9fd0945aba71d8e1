"""From the filters of the desk to a request: the period, permitted companies, the model, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, getdate

from crm_ext.marketing_automation.flow.campaign_return import Request
from crm_ext.marketing_automation.queries import campaign_return as queries
from crm_ext.marketing_automation.rules import attribution


def from_filters(filters: Mapping[str, Any]) -> Request:
    """Refuses, with what to do, a period that is missing or upside down and companies that are not the user's."""
    filters = frappe._dict(filters)
    if not filters.from_date or not filters.to_date:
        frappe.throw(_("Choose a period: both From Date and To Date are needed."))
    start, end = getdate(filters.from_date), getdate(filters.to_date)
    if start > end:
        frappe.throw(_("From Date is after To Date. Exchange them or choose another period."))
    return Request(
        companies=permitted_companies(names_in(filters.company)),
        start=start,
        end=end,
        settings=attribution.Settings(
            model=filters.model or attribution.LAST,
            look_back_days=cint(filters.look_back_days) if filters.look_back_days not in (None, "") else None,
            half_life_days=flt(filters.half_life_days)
            if filters.half_life_days not in (None, "")
            else attribution.DEFAULT_HALF_LIFE_DAYS,
        ),
        territory=filters.territory or None,
    )


def permitted_companies(asked: list[str]) -> tuple[str, ...]:
    """The asked companies, or all that the user may see; one that is not the user's is as one that does not exist."""
    permitted = queries.companies_for(frappe.session.user)
    unknown = sorted(set(asked) - set(permitted))
    if unknown:
        frappe.throw(
            _("There is no company {0} that you may see. Choose one from the list.").format(unknown[0]),
            frappe.PermissionError,
        )
    return tuple(company for company in permitted if not asked or company in asked)


def names_in(value: str | list[str] | None) -> list[str]:
    """What a link filter or one with several choices holds."""
    if not value:
        return []
    if isinstance(value, str):
        if not value.startswith("["):
            return [value]
        value = json.loads(value)
    return [name for name in value if name]


def rates(filters: Mapping[str, Any], request: Request) -> dict[str, tuple[str, float]]:
    """Company -> (currency shown, rate to it). Without a chosen currency each company keeps its own."""
    chosen = filters.get("presentation_currency")
    shown = {}
    for company in request.companies:
        own = queries.currency_of(company)
        rate = 1.0 if not chosen or chosen == own else _rate(own, chosen, min(request.end, getdate()))
        shown[company] = (chosen or own, rate)
    return shown


def _rate(source: str, target: str, day: date) -> float:
    rate = queries.exchange_rate(source, target, day)
    if not rate:
        frappe.throw(
            _(
                "No exchange rate from {0} to {1} is known. Add one under Currency Exchange, or leave the currency empty."
            ).format(source, target)
        )
    return rate
