"""Reads finished stays in stages, as far as the user may see their opportunities."""

from __future__ import annotations

from collections.abc import Sequence

import frappe

from crm_ext.sales_process.queries.opportunities import readable


def finished_stays(
    company: str,
    only_type: str | None = None,
    other_types: Sequence[str] = (),
    from_date: str | None = None,
    to_date: str | None = None,
    stage: str | None = None,
) -> list[dict]:
    """Stays of opportunities of a company that ended between two dates (both included), the latest end first."""
    conditions = ["`tabOpportunity`.company = %(company)s", "passage.left_on is not null"]
    if only_type:
        conditions.append("`tabOpportunity`.opportunity_type = %(only_type)s")
    if other_types:
        conditions.append("coalesce(`tabOpportunity`.opportunity_type, '') not in %(other_types)s")
    if from_date:
        conditions.append("passage.left_on >= %(from_date)s")
    if to_date:
        conditions.append("date(passage.left_on) <= %(to_date)s")
    if stage:
        conditions.append("passage.sales_stage = %(stage)s")
    if permitted := readable():
        conditions.append(permitted)
    return frappe.db.sql(
        """
        select passage.sales_stage, passage.hours, passage.outcome, passage.entered_on, passage.left_on,
            `tabOpportunity`.name as opportunity, `tabOpportunity`.customer_name
        from `tabStage Passage` passage
        join `tabOpportunity` on `tabOpportunity`.name = passage.parent
        where passage.parenttype = 'Opportunity Progress' and """
        + " and ".join(conditions)
        + """
        order by passage.left_on desc, passage.name
        """,
        {
            "company": company,
            "only_type": only_type,
            "other_types": tuple(other_types),
            "from_date": from_date,
            "to_date": to_date,
            "stage": stage,
        },
        as_dict=True,
    )
