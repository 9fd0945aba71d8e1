"""Floors as users keep them."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_link_to_form

from crm_ext.offer_desk.queries import margin as queries


def require_unique(floor: Document) -> None:
    """Refuse a second floor for the same items, customers and company: nobody could tell which counts."""
    other = queries.floor_like(floor.as_dict())
    if other:
        frappe.throw(
            _("For these items, customers and company a floor stands already: {0}. Change that one.").format(
                get_link_to_form("Margin Floor", other)
            )
        )


def forget_cached() -> None:
    """Read floors anew, now and, since others may read before this transaction ends, once more when it has."""
    queries.forget_cached_floors()
    frappe.db.after_commit.add(queries.forget_cached_floors)
    frappe.db.after_rollback.add(queries.forget_cached_floors)
