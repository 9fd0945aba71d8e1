"""What the cards of the Sales Desk say."""

from __future__ import annotations

from functools import lru_cache

from frappe.utils import now_datetime

from crm_ext.sales_process.flow.definitions import process_for
from crm_ext.sales_process.queries.desk_figures import open_stays
from crm_ext.sales_process.rules.passages import days_in_stage, is_over_limit


def stuck_opportunities() -> list[str]:
    """Open opportunities that stand in their stage longer than its age limit allows, the oldest first."""
    process_of = lru_cache(maxsize=None)(process_for)
    now = now_datetime()
    stuck = []
    for row in open_stays():
        process = process_of(row.opportunity_type, row.company)
        stage = process.stage(row.sales_stage) if process else None
        if stage and is_over_limit(days_in_stage(row.entered_on, now), stage.age_limit_days):
            stuck.append(row.name)
    return stuck
