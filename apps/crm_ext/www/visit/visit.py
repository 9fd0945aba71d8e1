"""A visit for its customer without a login, by the token of a link. The page is the portal's, without the portal."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _

from crm_ext.api import visits
from crm_ext.api.guards import require_service_link
from crm_ext.self_service.flow import pages, service_links, visit_page


def get_context(context: Any) -> None:
    token = frappe.form_dict.get("token") or "-"
    opened = require_service_link(token, service_links.MOVE)
    pages.take_form(context, lambda: visits.take_form(frappe.form_dict, None, token), _address(token))
    visit_page.fill(context, opened.name)
    pages.page(context, _("Our visit to you"), "")
    context.navigation, context.here = (), None
    context.calendar = f"/api/method/crm_ext.api.visits.calendar?{urlencode({'token': token})}"


def _address(token: str) -> str:
    """The page itself, in the language of the letter that led here."""
    language = frappe.request.args.get("_lang")
    return pages.route("visit", token) + (f"?{urlencode({'_lang': language})}" if language else "")
