"""ERPNext's Project: its connections."""

from __future__ import annotations

from frappe import _


def get_dashboard(data: dict) -> dict:
    """The campaign plan that the project carries out, beside what ERPNext shows."""
    data.setdefault("transactions", []).append({"label": _("Campaign"), "items": ["Campaign Plan"]})
    return data
