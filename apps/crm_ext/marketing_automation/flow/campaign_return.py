"""Campaign return on a site: relations of the extract and of what changed since, into the rules, out as figures.

Reads only; it stands among the flows because it brings queries and rules together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from crm_ext.marketing_automation.flow import campaign_extract as extract
from crm_ext.marketing_automation.queries import campaign_extract as store
from crm_ext.marketing_automation.queries import campaign_return as queries
from crm_ext.marketing_automation.rules import attribution, campaign_return
from crm_ext.shared.results import Refusal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Request:
    """What is asked for. Companies must be permitted ones; the period is inclusive."""

    companies: tuple[str, ...]
    start: date
    end: date
    settings: attribution.Settings = field(default_factory=attribution.Settings)
    territory: str | None = None


@dataclass(frozen=True)
class Rows:
    """The rows behind a figure, the largest first, and how many there are in all with their sum."""

    rows: list[dict[str, Any]]
    count: int
    total: Decimal


# What each figure of the ledger is, in columns of `results`.
AMOUNTS = {
    "revenue": "revenue",
    "cost_of_goods": "cost_of_goods",
    "discount": "discount",
    "discount_on_documents": "discount_on_documents",
    "returns": "returns",
    "bad_debt": "bad_debt",
    "margin": "revenue - cost_of_goods - discount_outside_income - bad_debt",
}
FIGURES = (*AMOUNTS, "spend", *campaign_return.COUNTS)


def figures(request: Request) -> tuple[campaign_return.CampaignReturn, tuple[store.Check, ...]]:
    """The figures of the request, and the last comparisons of the extract with the ledger."""
    _stop_if_refused(attribution.check_settings(request.settings))
    manifest = store.read_manifest()
    with extract.connect() as connection:
        _open(connection, request, manifest)
        decimals = max(
            (queries.decimals_of(queries.currency_of(company)) for company in request.companies), default=2
        )
        result = campaign_return.calculate(connection, request.settings, decimals)
    return result, manifest.checks if manifest else ()


def rows_behind(request: Request, campaign: str | None, figure: str, limit: int = 1000) -> Rows:
    """The vouchers or documents that one figure counts. campaign None: those that no campaign is credited with."""
    _stop_if_refused(attribution.check_settings(request.settings))
    if figure not in FIGURES:
        frappe.throw(
            _("There is no figure named {0}. Open the rows from a figure of Campaign Return.").format(figure)
        )
    with extract.connect() as connection:
        _open(connection, request, store.read_manifest())
        if figure in AMOUNTS:
            attribution.attribute(connection, request.settings)
            query, values = _ATTRIBUTED_ROWS.format(amount=AMOUNTS[figure]), [campaign]
        elif figure == "spend":
            query, values = _SPENDING_ROWS, [campaign]
        else:
            query, values = _COUNTED_ROWS, [campaign, figure]
        connection.execute(f"create temp table behind as {query}", values)
        count, total = connection.execute(
            "select count(*), coalesce(sum(attributed), 0) from behind"
        ).fetchall()[0]
        found = connection.execute(
            "select * from behind order by abs(attributed) desc, posting_date desc, voucher limit ?", [limit]
        )
        names = [column[0] for column in found.description]
        return Rows([dict(zip(names, row, strict=True)) for row in found.fetchall()], count, Decimal(total))


def compare_with_trial_balance(company: str, start: date, end: date) -> list[dict[str, Any]]:
    """Income and cost of goods of the figures beside ERPNext's own Trial Balance of the period, with the difference."""
    result, _checks = figures(Request((company,), start, end))
    mine = next((total for total in result.totals if total.company == company), None)
    income = cost = Decimal(0)
    for root_type, account_type, debit, credit in queries.trial_balance(company, start, end):
        if root_type == "Income":
            income += credit - debit
        elif account_type == "Cost of Goods Sold":
            cost += debit - credit
    compared = (
        (_("Income"), income, mine.income if mine else Decimal(0)),
        (_("Cost of Goods Sold"), cost, mine.cost_of_goods if mine else Decimal(0)),
    )
    return [
        {
            "label": label,
            "trial_balance": float(theirs),
            "figures": float(ours),
            "difference": float(theirs - ours),
        }
        for label, theirs, ours in compared
    ]


def _stop_if_refused(refusal: Refusal | None) -> None:
    if refusal is None:
        return
    sentences = {
        "model_unknown": _("There is no attribution model named {model}. Choose one from the list."),
        "look_back_negative": _(
            "The look-back window cannot be {days} days. Enter 0 or more, or leave it empty."
        ),
        "half_life_not_positive": _("The half-life cannot be {days} days. Enter more than 0."),
    }
    frappe.throw(sentences[refusal.code].format(**refusal.values))


def _open(connection: DuckDBPyConnection, request: Request, manifest: store.Manifest | None) -> None:
    """Lay the relations that the rules read over those of the extract."""
    extract.open_relations(connection, manifest, request.start, request.end)
    _list_into(connection, "chosen_company", "company", request.companies)
    territories = queries.territories_within(request.territory) if request.territory else None
    _list_into(connection, "chosen_territory", "territory", territories or ())
    connection.execute("set variable home = $1", [queries.default_company() or ""])
    of_results, of_documents = (
        ("true", "true") if territories is None else (_RESULT_IN_TERRITORY, _DOCUMENT_IN_TERRITORY)
    )
    for statement in _RELATIONS:
        connection.execute(
            statement.format(
                start=request.start.isoformat(),
                end=request.end.isoformat(),
                result_in_territory=of_results,
                document_in_territory=of_documents,
            )
        )
    connection.execute("create temp table budgets (company varchar, campaign varchar, amount decimal(18, 6))")
    for budget in queries.budgets(request.companies, request.start, request.end):
        connection.execute("insert into budgets values (?, ?, ?)", budget)


def _list_into(connection: DuckDBPyConnection, table: str, column: str, values: Sequence[str]) -> None:
    connection.execute(
        f"create or replace temp table {table} as select unnest($1::varchar[]) as {column}", [list(values)]
    )


# A territory is the customer's, or of a document that has no customer yet its own.
_RESULT_IN_TERRITORY = "party in (select name from in_territory)"
_DOCUMENT_IN_TERRITORY = f"({_RESULT_IN_TERRITORY} or territory in (select territory from chosen_territory))"

_OF_RESULTS = ", ".join(campaign_return.MEASURES)
_RELATIONS = (
    """create temp table customer_of_lead as
    select lead, min(name) as customer from (
        select lead, name from customer where lead is not null
        union all select lead, name from customer_origin where lead is not null
    ) group by lead""",
    "create temp table customer_of_contact as select contact, min(customer) as customer from contact_link group by contact",
    """create temp view origins as select name as party, campaign from customer_origin where campaign is not null""",
    """create temp view met as
    select touch.*, coalesce(touch.customer, by_lead.customer, by_contact.customer) as party
    from touchpoint as touch
    left join customer_of_lead as by_lead on by_lead.lead = touch.lead
    left join customer_of_contact as by_contact on by_contact.contact = touch.contact
    where touch.occurred_at < date '{end}' + interval 1 day""",
    "create temp view touches as select party, campaign, occurred_at from met where campaign is not null and party is not null",
    """create temp view in_territory as select name from customer
    where territory in (select territory from chosen_territory)""",
    f"""create temp view results as
    select voucher_no as voucher, voucher_type, party, company, posting_date, decided_on,
           campaign as campaign_on_document, {_OF_RESULTS}
    from voucher_fact
    where posting_date between date '{{start}}' and date '{{end}}'
      and company in (select company from chosen_company)
      and {{result_in_territory}}
      and ({" or ".join(f"{name} <> 0" for name in campaign_return.MEASURES)})""",
    """create temp view spent as
    select voucher_type, voucher_no as voucher, company, campaign, posting_date, spend, spend_from_stock
    from voucher_fact
    where spend <> 0 and posting_date between date '{start}' and date '{end}'
      and company in (select company from chosen_company)""",
    """create temp view spending as
    select company, campaign, posting_date, spend - spend_from_stock as amount, false as from_stock from spent
    union all
    select company, campaign, posting_date, spend_from_stock, true from spent where spend_from_stock <> 0""",
    # A document without a campaign belongs to that of its customer's first touch, as its invoice does.
    """create temp view counted as
    with every as (
        select 'touches' as kind, 'Touchpoint' as doctype, name, coalesce(company, getvariable('home')) as company, campaign,
               cast(occurred_at as date) as dated, party, null as territory
        from met where occurred_at >= date '{start}'
        union all select 'leads', 'Lead', name, coalesce(company, getvariable('home')), campaign, dated, null, territory
        from lead
        union all select 'opportunities', 'Opportunity', name, company, campaign, dated, null, territory from opportunity
        union all select 'quotations', 'Quotation', quotation.name, quotation.company,
               coalesce(quotation.campaign, origins.campaign, lead.campaign), quotation.dated, quotation.customer,
               lead.territory
        from quotation left join origins on origins.party = quotation.customer
        left join lead on lead.name = quotation.lead where quotation.submitted
        union all select 'orders', 'Sales Order', sales_order.name, sales_order.company,
               coalesce(sales_order.campaign, origins.campaign), sales_order.dated, sales_order.customer, null
        from sales_order left join origins on origins.party = sales_order.customer where sales_order.submitted
    )
    select * from every
    where dated between date '{start}' and date '{end}'
      and company in (select company from chosen_company)
      and {document_in_territory}""",
    "create temp view counts as select company, campaign, kind, count(*) as number from counted group by all",
)

_ATTRIBUTED_ROWS = f"""
select company, voucher_type, voucher, posting_date, party, campaign_on_document, {{amount}} as amount,
       parts / {attribution.WEIGHT_PARTS} as share,
       cast(({{amount}})::decimal(18, 6) * (parts::decimal(18, 0) * 0.000000000001)::decimal(13, 12) as decimal(24, 6))
         as attributed
from attributed_result where attributed_campaign is not distinct from $1 and ({{amount}}) <> 0
"""
_SPENDING_ROWS = """
select company, voucher_type, voucher, posting_date, null as party, campaign as campaign_on_document, spend as amount,
       1.0 as share, spend as attributed
from spent where campaign is not distinct from $1
"""
_COUNTED_ROWS = """
select company, doctype as voucher_type, name as voucher, dated as posting_date, party, campaign as campaign_on_document,
       1 as amount, 1.0 as share, 1 as attributed
from counted where campaign is not distinct from $1 and kind = $2
"""
