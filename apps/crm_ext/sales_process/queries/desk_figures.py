"""Reads what the cards of the Sales Desk count."""

from __future__ import annotations

import frappe

from crm_ext.sales_process.queries.board import OPEN_STATUSES
from crm_ext.sales_process.queries.opportunities import readable


def open_stays() -> list[dict]:
    """name, opportunity_type, company, sales_stage, entered_on of every open opportunity that the user may read."""
    permitted = readable()
    return frappe.db.sql(
        f"""
        select `tabOpportunity`.name, `tabOpportunity`.opportunity_type, `tabOpportunity`.company,
            `tabOpportunity`.sales_stage, coalesce(progress.entered_on, `tabOpportunity`.creation) as entered_on
        from `tabOpportunity`
        left join `tabOpportunity Progress` progress on progress.name = `tabOpportunity`.name
        where `tabOpportunity`.status in %(statuses)s {"and " + permitted if permitted else ""}
        order by entered_on
        """,
        {"statuses": OPEN_STATUSES},
        as_dict=True,
    )
