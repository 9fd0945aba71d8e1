"""The standard marketing channels, made once.

They are no fixtures: fixtures are overwritten by every migration, and the cost per touch belongs to the user.
"""

from __future__ import annotations

import frappe

from crm_ext.marketing_automation.rules.channels import STANDARD_CHANNELS


def create() -> None:
    """Those that are missing; what users changed stays."""
    existing = frappe.get_all("Marketing Channel", pluck="name", order_by="name")
    for name, direction in STANDARD_CHANNELS.items():
        if name not in existing:
            frappe.get_doc(
                {"doctype": "Marketing Channel", "channel_name": name, "direction": direction}
            ).insert()
