"""One contract: what it covers, what is left of it, its invoices, and how it goes on. The button works without scripts."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal_service
from crm_ext.api.guards import require_own
from crm_ext.self_service.flow import pages, service_pages


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Service Contract", name)
    pages.take_form(context, lambda: _ask_renewal(name), pages.route("portal", "contracts", name))
    pages.page(context, frappe.db.get_value("Service Contract", name, "title"), "contracts", here)
    service_pages.fill_contract(context, here, name)


def _ask_renewal(name: str) -> str:
    portal_service.ask_renewal(name)
    return _("Thank you. We will send you an offer.")
