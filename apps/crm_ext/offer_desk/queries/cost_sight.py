"""Who may see what goods cost."""

from __future__ import annotations

from collections.abc import Collection

import frappe


def viewer_roles() -> list[str]:
    """The roles that see cost; empty where cost is hidden from nobody."""
    settings = frappe.get_cached_doc("Offer Desk Settings")
    return [row.role for row in settings.cost_viewers]


def may_see_cost(user: str | None = None, roles: Collection[str] | None = None) -> bool:
    """Whether cost and margin may be shown to the user (default: whoever is logged in)."""
    viewers = viewer_roles()
    user = user or frappe.session.user
    if not viewers or user == "Administrator":
        return True
    return not set(viewers).isdisjoint(roles if roles is not None else frappe.get_roles(user))
