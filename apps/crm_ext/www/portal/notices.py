"""Where the link at the end of each letter leads: stop the letters about orders, or have them again. Needs no login."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import shop as api
from crm_ext.self_service.flow import pages
from crm_ext.self_service.queries import order_notices


def get_context(context: Any) -> None:
    given = frappe.form_dict
    user, customer, token = (str(given.get(name) or "") for name in ("user", "customer", "token"))
    api.guard_notices(user, customer, token)
    if frappe.request.method == "POST":
        api.choose_notices(user, customer, token, given.get("is_subscribed") == "1")
        pages.go(frappe.request.full_path, _("Your wish is kept."))
    pages.page(context, _("Letters about Orders"), "")
    context.is_subscribed = order_notices.is_subscribed(user, customer)
