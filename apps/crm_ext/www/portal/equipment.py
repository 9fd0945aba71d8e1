"""The units at the customer's places: found by name and serial number."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages, service_pages


def get_context(context: Any) -> None:
    here = require_customer()
    pages.page(context, _("My equipment"), "equipment", here)
    service_pages.fill_equipment_list(context, here, frappe.form_dict)
