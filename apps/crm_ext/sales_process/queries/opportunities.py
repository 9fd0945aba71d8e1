"""What the present user may see of the pipeline."""

from __future__ import annotations

import frappe
from frappe.desk.reportview import build_match_conditions


def readable() -> str:
    """The user's own condition on `tabOpportunity` (roles, user permissions, shares) as SQL; empty for no limit.

    Percent signs in it are doubled already, so that it can stand in queries that take parameters.
    """
    return build_match_conditions("Opportunity") or ""


def exists(opportunity: str) -> bool:
    return bool(frappe.db.exists("Opportunity", opportunity))
