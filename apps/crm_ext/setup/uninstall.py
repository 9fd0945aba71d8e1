"""Leaves the site as it was before the app came."""

from __future__ import annotations

import frappe

from crm_ext.setup import (
    contact_index,
    cost_visibility,
    custom_fields,
    equipment_index,
    ledger_link,
    patch_log,
    permissions,
    roles,
    scheduled_jobs,
    series,
    trail_indexes,
)


def after_uninstall() -> None:
    """Take away what Frappe's own removal of doctypes and modules does not know of."""
    if "crm_ext" in frappe.get_installed_apps():
        return  # a dry run calls the hooks too
    cost_visibility.remove()
    custom_fields.remove()
    trail_indexes.remove()
    equipment_index.remove()
    contact_index.remove()
    ledger_link.remove()
    permissions.remove()
    roles.remove()
    series.remove()
    scheduled_jobs.remove()
    patch_log.remove()
    # Frappe commits before it calls this hook and not after it.
    frappe.db.commit()
