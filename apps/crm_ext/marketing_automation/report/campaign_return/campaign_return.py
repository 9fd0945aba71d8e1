"""Campaign Return as a desk report: one row per company and campaign, a total for each company, and what it rests on."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, flt

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.marketing_automation.flow import campaign_return as flow
from crm_ext.marketing_automation.flow import campaign_return_request as asking
from crm_ext.marketing_automation.queries import campaign_return as queries
from crm_ext.marketing_automation.rules.campaign_return import CampaignFigures

MONEY = (
    "budget",
    "spend",
    "revenue",
    "cost_of_goods",
    "discount",
    "discount_on_documents",
    "returns",
    "bad_debt",
    "margin",
    "profit",
)
COUNTS = ("touches", "leads", "opportunities", "quotations", "orders")
# Only for those who may read the general ledger.
CONFIDENTIAL = ("cost_of_goods", "bad_debt", "margin", "profit", "return_on_spend", "payback_on")
CAMPAIGNS_IN_CHART = 12


def execute(filters: dict | None = None):
    filters = frappe._dict(filters or {})
    request = asking.from_filters(filters)
    result, checks = flow.figures(request)
    confidential = not frappe.has_permission("GL Entry", "read")
    chosen = set(asking.names_in(filters.campaign))
    figures = [row for row in result.figures if not chosen or row.campaign in chosen]
    rates = asking.rates(filters, request)
    rows = [_row(row, rates) for row in figures]
    totals = [
        _total(company, [row for row in rows if row["company"] == company]) for company in request.companies
    ]
    with_totals = [
        line
        for company, total in zip(request.companies, totals, strict=True)
        for line in [*(row for row in rows if row["company"] == company), total]
    ]
    hidden = CONFIDENTIAL if confidential else ()
    single = len({row["currency"] for row in totals}) == 1
    whole = not chosen and not request.territory
    return (
        _columns(confidential),
        [_without(line, hidden) for line in with_totals] if rows else [],
        _reconciliation(result.totals, checks) if whole and rows and not confidential else None,
        _chart(rows, confidential) if single else None,
        _summary(totals, confidential) if single and rows else None,
    )


def _row(figures: CampaignFigures, rates: dict[str, tuple[str, float]]) -> dict[str, Any]:
    currency, rate = rates[figures.company]
    row: dict[str, Any] = {
        "company": figures.company,
        "campaign": figures.campaign,
        "campaign_label": figures.campaign or _("No campaign"),
        "currency": currency,
        "return_on_spend": None if figures.return_on_spend is None else float(figures.return_on_spend * 100),
        "payback_on": figures.payback_on,
    }
    row.update({name: getattr(figures, name) for name in COUNTS})
    row.update({name: flt(float(getattr(figures, name)) * rate, 2) for name in MONEY})
    return row


def _without(line: dict[str, Any], hidden: tuple[str, ...]) -> dict[str, Any]:
    """A column that is left out does not keep its values from whoever reads the answer."""
    return {name: value for name, value in line.items() if name not in hidden}


def _total(company: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {name: sum(row[name] for row in rows) for name in (*COUNTS, *MONEY)}
    spend = total["spend"]
    currency = rows[0]["currency"] if rows else queries.currency_of(company)
    return total | {
        "company": company,
        "campaign_label": _("Total of {0}").format(company),
        "currency": currency,
        "is_total": 1,
        "bold": 1,
        "return_on_spend": (total["margin"] - spend) / spend * 100 if spend > 0 else None,
    }


def _columns(confidential: bool) -> list[dict[str, Any]]:
    labels = {
        "budget": _("Budget"),
        "spend": _("Spend"),
        "touches": _("Touches"),
        "leads": _("Leads"),
        "opportunities": _("Opportunities"),
        "quotations": _("Quotations"),
        "orders": _("Orders"),
        "revenue": _("Net Revenue"),
        "cost_of_goods": _("Cost of Goods"),
        "discount": _("Discounts Given"),
        "discount_on_documents": _("Discounts Not in the Ledger"),
        "returns": _("Returns"),
        "bad_debt": _("Bad Debt"),
        "margin": _("Margin"),
        "profit": _("Margin Less Spend"),
    }
    columns = [
        {"fieldname": "campaign_label", "label": _("Campaign"), "fieldtype": "Data", "width": 200},
        {
            "fieldname": "company",
            "label": _("Company"),
            "fieldtype": "Link",
            "options": "Company",
            "width": 140,
        },
    ]
    for name, label in labels.items():
        kind = {"fieldtype": "Int", "width": 100}
        if name in MONEY:
            kind = {"fieldtype": "Currency", "options": "currency", "width": 175}
        columns.append({"fieldname": name, "label": label, **kind})
    columns += [
        {"fieldname": "return_on_spend", "label": _("Return"), "fieldtype": "Percent", "width": 100},
        {"fieldname": "payback_on", "label": _("Paid Back On"), "fieldtype": "Date", "width": 120},
        {
            "fieldname": "currency",
            "label": _("Currency"),
            "fieldtype": "Link",
            "options": "Currency",
            "width": 80,
            "hidden": 1,
        },
    ]
    return [column for column in columns if not (confidential and column["fieldname"] in CONFIDENTIAL)]


def _reconciliation(totals, checks) -> str:
    """What the rows add up to, and what the last comparison with the ledger said. Values are escaped."""
    by_company = {check.company: check for check in checks}
    lines = []
    for total in totals:
        currency = queries.currency_of(total.company)
        line = _("{0}: income {1} and cost of goods {2}, as in the general ledger of the period.").format(
            escape_html(total.company),
            spelling.money(total.income, currency),
            spelling.money(total.cost_of_goods, currency),
        )
        check = by_company.get(total.company)
        if check:
            line += " " + _("Compared with the whole ledger on {0}: difference {1}.").format(
                spelling.moment(check.checked_at), spelling.money(check.difference, currency)
            )
        lines.append(line)
    return "<br>".join(lines)


def _chart(rows: list[dict[str, Any]], confidential: bool) -> dict[str, Any] | None:
    shown = [row for row in rows if row["campaign"] and (row["spend"] or row["revenue"])]
    shown = sorted(shown, key=lambda row: -abs(row["margin"]) - row["spend"])[:CAMPAIGNS_IN_CHART]
    if not shown:
        return None
    second = ("revenue", _("Net Revenue")) if confidential else ("margin", _("Margin"))
    datasets = [
        {"name": label, "values": [row[name] for row in shown]}
        for name, label in (("spend", _("Spend")), second)
    ]
    return {
        "data": {"labels": [row["campaign_label"] for row in shown], "datasets": datasets},
        "type": "bar",
        # A chart that is still moving fails when the width of the page changes.
        "disableEntryAnimation": 1,
        "fieldtype": "Currency",
        "currency": shown[0]["currency"],
        "colors": ["#b45309", "#1d4ed8"],
    }


def _summary(totals: list[dict[str, Any]], confidential: bool) -> list[dict[str, Any]]:
    def money(label: str, name: str, **values) -> dict[str, Any]:
        value = sum(row[name] for row in totals)
        return {
            "label": label,
            "value": value,
            "datatype": "Currency",
            "currency": totals[0]["currency"],
            **values,
        }

    summary = [money(_("Spend"), "spend"), money(_("Net Revenue"), "revenue")]
    if not confidential:
        profit = sum(row["profit"] for row in totals)
        summary.append(money(_("Margin"), "margin"))
        summary.append(money(_("Margin Less Spend"), "profit", indicator="Green" if profit >= 0 else "Red"))
    return summary
