"""The statement of account: what moved, what is open, how old it is; invoices are chosen here to be paid together."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages, receivable_pages


def get_context(context: Any) -> None:
    here = require_customer()
    pages.page(context, _("Statement of Account"), "statement", here)
    receivable_pages.fill_statement(context, here, frappe.form_dict)
