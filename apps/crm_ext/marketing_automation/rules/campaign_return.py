"""The return of a campaign: what it cost, what it brought, when it had paid for itself.

All amounts are in the currency of the company that posted them; companies are never added up here. What no campaign
can be credited with stands in a row of its own (campaign None), so that the rows of a company add up to its ledger.

    margin = net revenue - cost of goods - discounts posted outside income - bad debt
    return = (margin - spend) / spend          (return on investment; none where nothing was spent)
    payback = first day, from the first spending on, on which the margin so far covers the spending so far

Works on any DuckDB connection, on a site as in `./dev demo`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from crm_ext.marketing_automation.rules import attribution

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Columns of `results` that are shared among campaigns.
MEASURES = (
    "revenue",
    "cost_of_goods",
    "discount",
    "discount_outside_income",
    "discount_on_documents",
    "returns",
    "bad_debt",
)
COUNTS = ("touches", "leads", "opportunities", "quotations", "orders")


@dataclass(frozen=True)
class CampaignFigures:
    """One campaign in one company and period. Amounts in the company's currency, campaign None: no campaign known."""

    company: str
    campaign: str | None
    budget: Decimal = Decimal(0)
    spend: Decimal = Decimal(0)
    # The part of the spending that is booked in cost-of-goods accounts, e.g. samples from stock.
    spend_from_stock: Decimal = Decimal(0)
    touches: int = 0
    leads: int = 0
    opportunities: int = 0
    quotations: int = 0
    orders: int = 0
    # Net of returns, as the income accounts have it.
    revenue: Decimal = Decimal(0)
    cost_of_goods: Decimal = Decimal(0)
    # In the ledger's discount accounts, and the part of it that does not lower income already.
    discount: Decimal = Decimal(0)
    discount_outside_income: Decimal = Decimal(0)
    # Given on documents by a lower rate only: not in the ledger and not in the margin.
    discount_on_documents: Decimal = Decimal(0)
    # Income taken back by credit notes, as a positive amount; contained in `revenue`.
    returns: Decimal = Decimal(0)
    bad_debt: Decimal = Decimal(0)
    payback_on: date | None = None

    @property
    def margin(self) -> Decimal:
        return self.revenue - self.cost_of_goods - self.discount_outside_income - self.bad_debt

    @property
    def profit(self) -> Decimal:
        return self.margin - self.spend

    @property
    def return_on_spend(self) -> Decimal | None:
        """(margin - spend) / spend as a fraction (1.5 = 150 %), or None where nothing was spent."""
        return None if self.spend <= 0 else (self.margin - self.spend) / self.spend


@dataclass(frozen=True)
class LedgerTotals:
    """What the rows of one company must add up to."""

    company: str
    income: Decimal
    cost_of_goods: Decimal


@dataclass(frozen=True)
class CampaignReturn:
    """figures: by company, the best margin first, 'no campaign' last. totals: one for each company."""

    figures: list[CampaignFigures]
    totals: list[LedgerTotals]
    removal_effects: dict[str, float] = field(default_factory=dict)


def calculate(
    connection: DuckDBPyConnection, settings: attribution.Settings, precision: int = 2
) -> CampaignReturn:
    """The figures of every company and campaign on the connection.

    Reads, besides `touches` and `origins` of `attribution.attribute`:
    - results(voucher, party, company, posting_date date, decided_on date, campaign_on_document, and MEASURES as decimal):
      the sales vouchers of the period. decided_on is the day that ends the customer's journey: that of the order behind
      the voucher, so that an invoice, its delivery and its return share one journey.
    - spending(company, campaign, posting_date date, amount decimal, from_stock boolean)
    - counts(company, campaign, kind, number): kind is one of COUNTS
    - budgets(company, campaign, amount decimal)

    precision: digits after the point of the figures. Rounding keeps the sums: the campaigns of a company add up to its
    ledger total exactly. Settings must have passed `attribution.check_settings`.
    """
    effects = attribution.attribute(connection, settings, carried=("company", "posting_date", *MEASURES))
    attribution.add_up(connection, MEASURES, ("company",))
    parts: dict[tuple[str, str | None], dict[str, object]] = {}
    _take_results(connection, parts, precision)
    _take_spending(connection, parts, precision)
    _take_counts(connection, parts)
    figures = [CampaignFigures(company, campaign, **part) for (company, campaign), part in parts.items()]
    figures.sort(key=lambda row: (row.company, row.campaign is None, -row.margin, row.campaign or ""))
    return CampaignReturn(figures, _ledger_totals(figures), effects)


def _take_results(connection: DuckDBPyConnection, parts: dict, precision: int) -> None:
    rows = connection.execute(
        f"select company, attributed_campaign, {', '.join(MEASURES)} from attributed_total order by 1, 2 nulls last"
    ).fetchall()
    by_company: dict[str, list[tuple]] = {}
    for row in rows:
        by_company.setdefault(row[0], []).append(row)
    for company, of_company in by_company.items():
        for index, name in enumerate(MEASURES, start=2):
            amounts = round_keeping_sum([row[index] for row in of_company], precision)
            for row, amount in zip(of_company, amounts, strict=True):
                parts.setdefault((company, row[1]), {})[name] = amount


def _take_spending(connection: DuckDBPyConnection, parts: dict, precision: int) -> None:
    rows = connection.execute(
        """select company, campaign, sum(amount), coalesce(sum(amount) filter (from_stock), 0)
        from spending group by 1, 2"""
    ).fetchall()
    for company, campaign, spend, from_stock in rows:
        parts.setdefault((company, campaign), {}).update(spend=spend, spend_from_stock=from_stock)
    for company, campaign, day in connection.execute(_PAYBACK, {"unit": 10.0**-precision}).fetchall():
        parts[(company, campaign)]["payback_on"] = day


# A day is found here and no amount, so floating point will do: covered is what lacks less than half a unit of currency.
_PAYBACK = f"""
with flow as (
    select company, attributed_campaign as campaign, posting_date,
           cast(revenue - cost_of_goods - discount_outside_income - bad_debt as double)
             * (parts / {attribution.WEIGHT_PARTS}) as margin, 0.0::double as spend
    from attributed_result where attributed_campaign in (select campaign from spending)
    union all
    select company, campaign, posting_date, 0.0::double, cast(amount as double) from spending
), daily as (
    select company, campaign, posting_date, sum(margin) as margin, sum(spend) as spend from flow group by 1, 2, 3
), cumulated as (
    select company, campaign, posting_date,
           sum(margin) over running as margin, sum(spend) over running as spend
    from daily window running as (partition by company, campaign order by posting_date)
)
select company, campaign, min(posting_date) from cumulated
where spend > $unit / 2 and margin > spend - $unit / 2 group by 1, 2
"""


def _take_counts(connection: DuckDBPyConnection, parts: dict) -> None:
    counted = connection.execute(
        "select company, campaign, kind, sum(number) from counts group by 1, 2, 3"
    ).fetchall()
    for company, campaign, kind, number in counted:
        parts.setdefault((company, campaign), {})[kind] = int(number)
    budgets = connection.execute(
        "select company, campaign, sum(amount) from budgets group by 1, 2"
    ).fetchall()
    for company, campaign, amount in budgets:
        parts.setdefault((company, campaign), {})["budget"] = amount


def _ledger_totals(figures: Iterable[CampaignFigures]) -> list[LedgerTotals]:
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for row in figures:
        income, cost = totals.get(row.company, (Decimal(0), Decimal(0)))
        totals[row.company] = (income + row.revenue, cost + row.cost_of_goods + row.spend_from_stock)
    return [LedgerTotals(company, income, cost) for company, (income, cost) in sorted(totals.items())]


def round_keeping_sum(parts: Sequence[int], precision: int) -> list[Decimal]:
    """Amounts in ledger parts (see `attribution.add_up`) rounded so that they add up to their rounded total.

    Largest remainder (Hamilton) for amounts of either sign: all are rounded down, the missing units go to those that
    lost most, ties to the earlier one.
    """
    unit = attribution.AMOUNT_PARTS * attribution.WEIGHT_PARTS // 10**precision
    floors = [part // unit for part in parts]
    total = sum(parts)
    missing = (total + unit // 2) // unit - sum(floors)
    by_loss = sorted(range(len(parts)), key=lambda index: (-(parts[index] - floors[index] * unit), index))
    for index in by_loss[:missing]:
        floors[index] += 1
    return [Decimal(number).scaleb(-precision) for number in floors]
