"""The chosen invoices, how much of each, and how: the beginning of one payment for all of them."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal_invoices
from crm_ext.api.guards import require_customer, require_own
from crm_ext.self_service.flow import pages, receivable_pages


def get_context(context: Any) -> None:
    here = require_customer()
    chosen = frappe.request.values.getlist("invoice")
    if chosen:
        here = require_own("Sales Invoice", chosen[0])
    pages.take_form(context, lambda: _start(chosen, frappe.form_dict), "/portal/statement")
    pages.page(context, _("Pay Invoices"), "statement", here)
    receivable_pages.fill_choice(context, here, chosen)


def _start(chosen: list[str], given: Any) -> None:
    if not chosen:
        return
    begun = portal_invoices.start_payment(
        {name: given.get(f"amount {name}") for name in chosen},
        given.get("key") or "",
        given.get("method") or "Bank Transfer",
    )
    pages.go(pages.route("portal", "payments", begun["payment"]))
