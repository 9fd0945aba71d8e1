"""Pages of the website as they are shown."""

from __future__ import annotations

from typing import Any

import frappe

from crm_ext.marketing_automation.flow import views
from crm_ext.self_service.flow import identity
from crm_ext.self_service.queries import identity as queries


def update_website_context(context: Any) -> None:
    """Called for every page once its own permission check is passed; only a quotation's page is looked at further."""
    views.page_shown(context)


def home_page(user: str) -> str | None:
    """Where a login of the website lands: in the portal, if the site wants that and the login acts for a customer.

    Frappe asks one app only, the one that was installed last; what the others say stands where we say nothing.
    """
    if queries.settings().is_home_page and identity.customers_of(user):
        return "portal"
    others = frappe.get_hooks("get_website_user_home_page")[:-1]
    if others:
        return frappe.get_attr(others[-1])(user)
    pages = frappe.get_hooks("website_user_home_page")
    return pages[-1] if pages else None
