"""One payment: where the money goes and under which reference, and "I have transferred"."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal_invoices
from crm_ext.api.guards import require_own
from crm_ext.self_service.flow import pages, receivable_pages


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Portal Payment", name)
    pages.take_form(context, lambda: _act(name, frappe.form_dict), pages.route("portal", "payments", name))
    pages.page(context, _("Payment {0}").format(name), "statement", here)
    receivable_pages.fill_payment(context, name)


def _act(name: str, given: Any) -> str:
    if given.get("do") == "withdraw":
        portal_invoices.withdraw_payment(name)
        return _("The payment is withdrawn. The invoices can be chosen again.")
    portal_invoices.report_transfer(name, given.get("transferred_on"), given.get("note"))
    return _("Thank you. We have told our accountants.")
