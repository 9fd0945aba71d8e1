"""Single planned visits by people's hands: left out, planned again, ordered at once."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe import _

from crm_ext.field_service.flow import maintenance_plans


def skip(visits: Collection[str], reason: str) -> None:
    """These visits do not take place. Their plans do not plan them again; those that are ordered are left alone."""
    if not (reason or "").strip():
        frappe.throw(_("Say why the visits are left out."))
    _set_status(visits, "Planned", "Skipped", reason)


def plan_again(visits: Collection[str]) -> None:
    """Visits that were left out take place after all."""
    _set_status(visits, "Skipped", "Planned", None)


def order_now(visits: Collection[str]) -> list[str]:
    """The Service Orders of these visits, before their time. A visit that cannot be ordered says why."""
    return [order for visit in sorted(visits) if (order := maintenance_plans.order_visit(visit))]


def _set_status(visits: Collection[str], before: str, after: str, reason: str | None) -> None:
    """Only those that are still as they were when the person looked at them."""
    frappe.db.set_value(
        "Planned Visit",
        {"name": ("in", sorted(visits)), "status": before},
        {"status": after, "problem": reason},
    )
    for name in visits:
        frappe.clear_document_cache("Planned Visit", name)
