"""The customer's invoices, newest first: found by number, period and state."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages, receivable_pages


def get_context(context: Any) -> None:
    here = require_customer()
    pages.page(context, _("Invoices"), "invoices", here)
    receivable_pages.fill_invoices(context, here, frappe.form_dict)
