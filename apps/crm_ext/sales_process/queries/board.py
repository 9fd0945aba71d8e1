"""Reads the pipeline board: totals and cards of every column in one query each, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import frappe

from crm_ext import compat
from crm_ext.sales_process.queries.opportunities import readable
from crm_ext.shared.money import to_decimal

# An opportunity in another status is decided and has left the pipeline.
OPEN_STATUSES = ("Open", "Replied", "Quotation")
# Filters of the board and the columns of tabOpportunity they stand for.
FILTER_COLUMNS = {
    "company": "company",
    "owner": "opportunity_owner",
    "territory": "territory",
    "campaign": compat.CAMPAIGN_FIELD,
}
_OWN_VALUE = "coalesce(nullif(opportunity.opportunity_amount, 0), opportunity.total, 0)"
_VALUE = f"{_OWN_VALUE} * coalesce(nullif(opportunity.conversion_rate, 0), 1)"
# Stages that the process does not know share one column, so that no opportunity is out of sight.
_COLUMN = "case when opportunity.sales_stage in %(stages)s then opportunity.sales_stage else '' end"


def totals(scope: Mapping[str, Any]) -> list[dict]:
    """Of each column: stage ('' for stages unknown to the process), opportunities, value and value by probability."""
    return frappe.db.sql(
        f"""
        select {_COLUMN} as stage, count(*) as opportunities, sum({_VALUE}) as value,
            sum({_VALUE} * coalesce(opportunity.probability, 0) / 100) as weighted_value
        from `tabOpportunity` opportunity
        where {_conditions(scope)}
        group by 1
        """,
        scope,
        as_dict=True,
    )


def open_value(company: str) -> Decimal:
    """Worth of the company's open opportunities that the user may read, in its currency.

    Not the sum of base_opportunity_amount: ERPNext fills that on its form only, not for opportunities made otherwise.
    """
    scope = {"statuses": OPEN_STATUSES, "company": company}
    value = frappe.db.sql(f"select sum({_VALUE}) from `tabOpportunity` opportunity where {_conditions(scope)}", scope)
    return to_decimal(value[0][0])


def cards(scope: Mapping[str, Any], start: int, size: int) -> list[dict]:
    """Cards `start` to `start + size` of each column, the longest in their stage first. Values in company currency."""
    return frappe.db.sql(
        f"""
        select ranked.stage, opportunity.name, opportunity.sales_stage, opportunity.status, opportunity.title,
            opportunity.customer_name, opportunity.party_name, opportunity.opportunity_from, opportunity.currency,
            opportunity.opportunity_owner as owner, opportunity.probability, opportunity.expected_closing,
            {_OWN_VALUE} as own_value, {_VALUE} as value,
            coalesce(progress.entered_on, opportunity.creation) as entered_on,
            progress.next_step, progress.next_step_date
        from (
            select opportunity.name, {_COLUMN} as stage,
                row_number() over (
                    partition by {_COLUMN}
                    order by coalesce(progress.entered_on, opportunity.creation), opportunity.name
                ) as place
            from `tabOpportunity` opportunity
            left join `tabOpportunity Progress` progress on progress.name = opportunity.name
            where {_conditions(scope)}
        ) ranked
        join `tabOpportunity` opportunity on opportunity.name = ranked.name
        left join `tabOpportunity Progress` progress on progress.name = opportunity.name
        where ranked.place > %(start)s and ranked.place <= %(start)s + %(size)s
        order by ranked.place
        """,
        {**scope, "start": start, "size": size},
        as_dict=True,
    )


def people(users: Sequence[str]) -> dict[str, dict]:
    """Full name and picture by user."""
    if not users:
        return {}
    rows = frappe.get_all(
        "User",
        filters={"name": ["in", list(users)]},
        fields=["name", "full_name", "user_image"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def _conditions(scope: Mapping[str, Any]) -> str:
    """What the user chose and may see. Values are parameters; only names of columns stand in the text."""
    conditions = ["opportunity.status in %(statuses)s"]
    conditions += [
        f"opportunity.{column} = %({key})s" for key, column in FILTER_COLUMNS.items() if scope.get(key)
    ]
    if scope.get("stage") is not None:
        conditions.append(f"{_COLUMN} = %(stage)s")
    if scope.get("only_type"):
        conditions.append("opportunity.opportunity_type = %(only_type)s")
    if scope.get("other_types"):
        conditions.append("coalesce(opportunity.opportunity_type, '') not in %(other_types)s")
    if permitted := readable():
        # The condition names the table itself.
        conditions.append(
            "opportunity.name in (select `tabOpportunity`.name from `tabOpportunity` where " + permitted + ")"
        )
    return " and ".join(conditions)
