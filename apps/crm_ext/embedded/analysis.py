"""All figures of the embedded way in: each room's rules over the relations, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from crm_ext.embedded import relations
from crm_ext.embedded.configured import Configured, configured
from crm_ext.embedded.offers import Promises, Stores, promises
from crm_ext.embedded.served import Served, served
from crm_ext.embedded.sources import Loaded
from crm_ext.marketing_automation.rules import attribution, campaign_return
from crm_ext.marketing_automation.rules.campaign_return import CampaignFigures
from crm_ext.sales_process.rules.funnel import FunnelStage, lead_to_cash
from crm_ext.shared.calendars import Period
from crm_ext.shared.results import Refusal, refuse

# The model of the main table; all of them stand side by side below it.
MAIN_MODEL = attribution.POSITION_BASED
DAYS_OF_A_YEAR = 365


@dataclass(frozen=True)
class CompanyFigures:
    """What one company's page shows. Amounts in its currency.

    difference: income and cost of goods of all rows less those of the ledger; zero, or something is wrong.
    revenue_by_model: campaign (None: none known) to its revenue under each of `attribution.MODELS`.
    """

    company: str
    currency: str
    campaigns: list[CampaignFigures]
    revenue_by_model: dict[str | None, list[Decimal]]
    ledger_income: Decimal
    ledger_cost_of_goods: Decimal
    difference: Decimal

    @property
    def revenue(self) -> Decimal:
        return sum((row.revenue for row in self.campaigns), Decimal(0))

    @property
    def margin(self) -> Decimal:
        return sum((row.margin for row in self.campaigns), Decimal(0))

    @property
    def spend(self) -> Decimal:
        return sum((row.spend for row in self.campaigns), Decimal(0))

    @property
    def largest_bar(self) -> Decimal:
        amounts = [abs(amount) for row in self.campaigns if row.campaign for amount in (row.spend, row.margin)]
        return max(amounts, default=Decimal(0)) or Decimal(1)


@dataclass(frozen=True)
class Analysis:
    title: str
    source: str
    period: Period
    companies: list[CompanyFigures]
    funnel: list[FunnelStage]
    promises: Promises | None = None
    configured: Configured | None = None
    served: Served | None = None
    loaded: Loaded = field(default_factory=Loaded)


def analyse(
    connection: duckdb.DuckDBPyConnection,
    loaded: Loaded,
    title: str,
    source: str,
    period: Period | None = None,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
    demo_company: str | None = None,
) -> Analysis | Refusal:
    """Figures of the period; without one, of the year up to the last posting. Refuses an empty ledger ('ledger_empty').

    demo_company: the made-up company, whose goods the demo of the configurator is about.
    """
    last_day = relations.newest_posting(connection)
    if last_day is None:
        return refuse("ledger_empty", source=source)
    period = period or Period(last_day - timedelta(days=DAYS_OF_A_YEAR - 1), last_day)
    relations.define(connection, period)
    by_model = {}
    for number, model in enumerate(attribution.MODELS):
        progress(model, number, len(attribution.MODELS) + 1)
        by_model[model] = campaign_return.calculate(connection, attribution.Settings(model=model))
    progress("funnel", len(attribution.MODELS), len(attribution.MODELS) + 1)
    companies = [_company_figures(connection, by_model, total.company) for total in by_model[MAIN_MODEL].totals]
    funnel = lead_to_cash(connection)
    progress("", len(attribution.MODELS) + 1, len(attribution.MODELS) + 1)
    offered = configured(Stores.read(connection, last_day).supply(demo_company)) if demo_company else None
    service = served(last_day) if demo_company else None
    return Analysis(
        title, source, period, companies, funnel, promises(connection, last_day), offered, service, loaded
    )


def _company_figures(
    connection: duckdb.DuckDBPyConnection, by_model: dict[str, campaign_return.CampaignReturn], company: str
) -> CompanyFigures:
    income, cost = connection.execute(
        """SELECT coalesce(sum(amount) FILTER (is_income), 0), -coalesce(sum(amount) FILTER (is_cost), 0)
        FROM ledger WHERE company = ?""",
        [company],
    ).fetchone()
    currency = connection.execute('SELECT default_currency FROM "tabCompany" WHERE name = ?', [company]).fetchone()
    rows = [row for row in by_model[MAIN_MODEL].figures if row.company == company]
    total = next(total for total in by_model[MAIN_MODEL].totals if total.company == company)
    revenue: dict[str | None, list[Decimal]] = {row.campaign: [] for row in rows}
    for model in attribution.MODELS:
        of_model = {row.campaign: row.revenue for row in by_model[model].figures if row.company == company}
        for campaign, amounts in revenue.items():
            amounts.append(of_model.get(campaign, Decimal(0)))
    return CompanyFigures(
        company=company,
        currency=currency[0] if currency and currency[0] else "",
        campaigns=rows,
        revenue_by_model=revenue,
        ledger_income=income,
        ledger_cost_of_goods=cost,
        difference=(total.income - income) + (total.cost_of_goods - cost),
    )


def as_figures(analysis: Analysis) -> dict:
    """Everything as plain values for JSON: amounts as strings of decimals, days as ISO dates."""
    return {
        "title": analysis.title,
        "source": analysis.source,
        "period": {"start": _plain(analysis.period.start), "end": _plain(analysis.period.end)},
        "rows_read": analysis.loaded.rows,
        "missing_tables": [table.doctype for table in analysis.loaded.missing_tables],
        "missing_columns": [f"{table.doctype}.{column}" for table, column in analysis.loaded.missing_columns],
        "companies": [
            {
                "company": figures.company,
                "currency": figures.currency,
                "attribution_model": MAIN_MODEL,
                "campaign_return": [
                    {
                        name: _plain(getattr(row, name))
                        for name in (
                            "campaign", "budget", "spend", "touches", "leads", "opportunities", "quotations", "orders",
                            "revenue", "cost_of_goods", "discount", "discount_on_documents", "returns", "bad_debt",
                            "margin", "return_on_spend", "payback_on",
                        )
                    }
                    for row in figures.campaigns
                ],
                "revenue_by_attribution_model": [
                    {"campaign": campaign, **dict(zip(attribution.MODELS, map(_plain, amounts), strict=True))}
                    for campaign, amounts in figures.revenue_by_model.items()
                ],
                "ledger": {
                    "income": _plain(figures.ledger_income),
                    "cost_of_goods": _plain(figures.ledger_cost_of_goods),
                    "difference": _plain(figures.difference),
                },
            }
            for figures in analysis.companies
        ],
        "lead_to_cash": [
            {name: _plain(getattr(stage, name)) for name in stage.__dataclass_fields__} for stage in analysis.funnel
        ],
        "promises": _promise_figures(analysis.promises) if analysis.promises else [],
        "configured": _configured_figures(analysis.configured) if analysis.configured else None,
        "served": _served_figures(analysis.served) if analysis.served else None,
    }  # fmt: skip


def _promise_figures(promised: Promises) -> list[dict]:
    return [
        {
            "quotation": line.quotation,
            "item_code": line.item_code,
            "qty": _plain(line.qty),
            "in_stock": _plain(line.promise.in_stock),
            "day": _plain(line.promise.day),
            "cause": line.promise.cause.code,
            "schedule": [{"day": _plain(one.day), "qty": _plain(one.qty)} for one in line.promise.schedule],
        }
        for line in promised.lines
    ]


def _configured_figures(offered: Configured) -> dict:
    return {
        "options": [
            {"option": one.label, "status": one.status, "is_chosen": one.is_chosen, "reason": one.reason}
            for one in offered.choices
        ],
        "completions": [
            {
                "title": way.title,
                "lines": [{"option": label, "qty": _plain(qty)} for label, qty in way.lines],
                "price": _plain(way.price),
                "margin": _plain(way.margin),
                "day": _plain(way.day),
            }
            for way in offered.ways
        ],
    }


def _served_figures(service: Served) -> dict:
    return {
        "billing": [
            {"month": _plain(month.first_day), "amount": _plain(month.amount), "invoices": month.invoices}
            for month in service.months
        ],
        "contracts": [
            {
                "contract": row.name,
                "next_invoice": _plain(row.next_due),
                "revenue": _plain(row.profit.revenue),
                "profit": _plain(row.profit.profit),
            }
            for row in service.contracts
        ],
        "dispatch": {
            "day": _plain(service.planned_for),
            "travel_minutes": service.travel_minutes,
            "visits": {day.technician: [stop.job for stop in day.stops] for day in service.days},
            "left": dict(service.left),
        },
    }


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    return value
