"""The customer's service contracts."""

from __future__ import annotations

from typing import Any

from frappe import _

from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages, service_pages


def get_context(context: Any) -> None:
    here = require_customer()
    pages.page(context, _("Contracts"), "contracts", here)
    service_pages.fill_contracts(context, here)
