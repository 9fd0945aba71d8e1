"""Reads process definitions."""

from __future__ import annotations

import frappe
from frappe.model.document import Document


def enabled() -> list[dict]:
    """Every enabled process with the opportunity type and company it is meant for; empty ones mean all others."""
    return frappe.get_all(
        "Sales Process",
        filters={"enabled": 1},
        fields=["name", "opportunity_type", "company"],
        order_by="name",
    )


def definition(process: str) -> Document:
    """The definition with its tables, from the cache where it is there. Not to be changed."""
    return frappe.get_cached_doc("Sales Process", process)


def standing_stages() -> list[str]:
    """Every sales stage of the site, oldest first: the order in which ERPNext made its standard ones."""
    return frappe.get_all("Sales Stage", order_by="creation asc, name asc", pluck="name")
