"""One visit in the portal: when somebody comes, what was done, another time, a word. Every button works without scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import frappe

from crm_ext.api import visits
from crm_ext.api.guards import require_own
from crm_ext.field_service.flow import service_report
from crm_ext.self_service.flow import pages, service_pages


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Service Order", name)
    pages.take_form(
        context,
        lambda: visits.take_form(frappe.form_dict, name, None),
        pages.route("portal", "visits", name),
    )
    service_pages.fill_visit(context, name)
    context.paid = service_report.who_pays(name) if context.report else []
    pages.page(context, context.visit.title, "service", here)
    context.calendar = f"/api/method/crm_ext.api.visits.calendar?{urlencode({'visit': name})}"
