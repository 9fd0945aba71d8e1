"""The customer's way in: what waits for them."""

from __future__ import annotations

from typing import Any

from frappe import _

from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages
from crm_ext.self_service.queries import service as service_queries
from crm_ext.self_service.queries import waiting


def get_context(context: Any) -> None:
    here = require_customer()
    pages.page(context, _("Overview"), "home", here)
    counts = waiting.counts(here.customer, here.company)
    service = service_queries.waiting(here.customer, here.company)
    context.cards = [
        {
            "label": _("Quotations"),
            "route": "/portal/quotations",
            "count": counts["quotations"],
            "words": _("wait for your answer"),
        },
        {
            "label": _("Orders"),
            "route": "/portal/orders",
            "count": counts["orders"],
            "words": _("are on their way"),
        },
        {
            "label": _("Invoices"),
            "route": "/portal/invoices",
            "count": counts["invoices"],
            "words": _("are to be paid"),
        },
        {
            "label": _("Service"),
            "route": "/portal/service",
            "count": service["asked"],
            "words": _("requests wait for your word"),
        },
        {
            "label": _("Visits"),
            "route": "/portal/service",
            "count": service["visits"],
            "words": _("are planned"),
        },
    ]
