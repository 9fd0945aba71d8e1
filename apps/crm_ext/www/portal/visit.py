"""One visit: when somebody comes, what was done; while it is not yet on the way, another time may be chosen."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal_service
from crm_ext.api.guards import require_own
from crm_ext.self_service.flow import pages, service_pages


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Service Order", name)
    context.problem = None
    if frappe.request.method == "POST":
        try:
            portal_service.take_slot(name, frappe.form_dict.get("start") or "")
        except frappe.ValidationError as refused:
            frappe.db.rollback()
            context.problem = str(refused)
        else:
            pages.go(pages.route("portal", "visits", name), _("Thank you. The visit is agreed."))
    pages.page(context, frappe.db.get_value("Service Order", name, "title"), "service", here)
    service_pages.fill_visit(context, here, name)
