"""Asking for service, with photos. What was typed stays on the page when something is missing."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal_service
from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages, service_pages, service_requests


def get_context(context: Any) -> None:
    here = require_customer()
    given = frappe.form_dict
    pages.take_form(context, lambda: _send(given), "/portal/service")
    pages.page(context, _("Ask for service"), "service", here)
    service_pages.fill_request_form(context, here, given)
    context.megabytes = service_requests.most_megabytes()


def _send(given: Any) -> None:
    try:
        answer = portal_service.ask_for_service(
            given.get("equipment") or "", given.get("subject") or "", given.get("description")
        )
    except frappe.DoesNotExistError:
        frappe.throw(_("Please choose the equipment that it is about."))
    pages.go(
        pages.route("portal", "service", answer["request"]),
        _("Thank you. We have your request and tell you here how it goes on."),
    )
