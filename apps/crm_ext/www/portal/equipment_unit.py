"""One unit: what it is, what covers it, what was done to it."""

from __future__ import annotations

from typing import Any

import frappe

from crm_ext.api.guards import require_own
from crm_ext.self_service.flow import pages, service_pages


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Equipment", name)
    pages.page(context, frappe.db.get_value("Equipment", name, "equipment_name"), "equipment", here)
    service_pages.fill_equipment(context, here, name)
