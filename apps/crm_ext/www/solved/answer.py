"""Whether a complaint is solved, said by somebody without a login through a link that works once. Opening it says nothing yet."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api.guards import require_service_link
from crm_ext.field_service.flow import complaint_page
from crm_ext.self_service.flow import pages, service_links


def get_context(context: Any) -> None:
    token = frappe.form_dict.get("token") or "-"
    opened = require_service_link(token, service_links.CONFIRM)
    # What is refused was not taken, and the link may be used again.
    pages.take_form(context, lambda: _answer(token), pages.route("solved", token))
    complaint_page.fill(context, opened)
    pages.page(context, _("Is it solved?"), "")
    context.navigation, context.here = (), None


def _answer(token: str) -> None:
    complaint_page.take_answer(token, frappe.form_dict)
    pages.go(pages.route("solved", token))
