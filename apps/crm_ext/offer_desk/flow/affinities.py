"""Learns every night what is bought together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import frappe
from frappe.utils import getdate, now_datetime

from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.offer_desk.queries import affinities as queries
from crm_ext.offer_desk.rules import affinities as rules

_LOCK = "item affinities"
_MEMORY_LIMIT = "2GB"
_COLUMNS = (
    "name", "owner", "modified_by", "creation", "modified", "company", "item_code", "other_item", "support",
    "confidence", "lift",
)  # fmt: skip


def learn() -> int:
    """Count anew for every company; the number of pairs that stand. A second run beside this one does nothing.

    Each company's pairs take the place of its old ones in one transaction, so that a run that is killed leaves every
    company with either; the next run counts all of them again.
    """
    with exclusively(_LOCK) as alone:
        if not alone:
            return 0
        total = 0
        for company in queries.companies():
            total += learn_for(company)
            # A company is a batch: what is counted stays counted if a later one fails.
            frappe.db.commit()
        return total


def learn_for(company: str) -> int:
    """Count anew for one company, in the present transaction."""
    import duckdb

    settings = frappe.get_cached_doc("Offer Desk Settings")
    since = getdate() - timedelta(days=settings.affinity_days or 365)
    with duckdb.connect(config={"memory_limit": _MEMORY_LIMIT}) as connection:
        rules.create_tables(connection)
        queries.read_lines(connection, "basket_line", rules.BASKET_LINE, company, since)
        found = rules.affinities(
            connection, settings.affinity_minimum_support or 1, settings.affinity_minimum_lift or 0
        )
    _replace(company, found)
    return len(found)


def _replace(company: str, found: Sequence[tuple]) -> None:
    frappe.db.delete("Item Affinity", {"company": company})
    now, user = now_datetime(), frappe.session.user
    frappe.db.bulk_insert(
        "Item Affinity",
        list(_COLUMNS),
        [(frappe.generate_hash(length=10), user, user, now, now, company, *row) for row in found],
        chunk_size=5_000,
    )
