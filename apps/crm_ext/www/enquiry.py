"""The public form: works without scripts, in both writing directions, and keeps the campaign that brought the visitor."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import frappe
from frappe.utils.jinja_globals import is_rtl

from crm_ext.api import capture
from crm_ext.marketing_automation.flow import signing

no_cache = 1
sitemap = 1

_CAMPAIGN_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content")
_TYPED_FIELDS = ("person_name", "organization", "email", "phone", "city", "message")
_COOKIE = "crm_ext_campaign"
_COOKIE_SECONDS = 90 * 24 * 60 * 60


def get_context(context: Any) -> Any:
    """GET shows the form or, after a message, the thanks; POST takes the message and leads to the thanks."""
    given = frappe.form_dict
    context.is_sent = bool(given.sent)
    context.errors = {}
    if frappe.request.method == "POST":
        _post(context, given)
    context.values = {field: given.get(field) or "" for field in _TYPED_FIELDS}
    context.campaign = _campaign(given)
    context.token = _token(given, context)
    context.csrf_token = frappe.session.data.csrf_token if frappe.session.user != "Guest" else None
    context.direction = "rtl" if is_rtl() else "ltr"
    context.language = frappe.local.lang
    context.action = _own_address(sent=False)
    context.company = frappe.db.get_default("company") or ""
    return context


def _post(context: Any, given: Any) -> None:
    fields = (*_TYPED_FIELDS, *_CAMPAIGN_FIELDS, "page", "visitor", "token", "homepage")
    answer = capture.submit(**{field: given.get(field) for field in fields})
    if answer["received"]:
        frappe.flags.redirect_location = _own_address(sent=True)
        # 303: the browser asks for the next page with GET, and reloading it sends nothing twice.
        raise frappe.Redirect(303)
    context.errors = answer["errors"]


def _campaign(given: Any) -> dict[str, str]:
    """From the address; kept in a cookie of this site for a visitor who comes back without it."""
    named = {field: str(given.get(field))[:140] for field in _CAMPAIGN_FIELDS if given.get(field)}
    if named:
        frappe.local.cookie_manager.set_cookie(
            _COOKIE, urlencode(named), httponly=True, max_age=_COOKIE_SECONDS
        )
        return named
    # Frappe quotes what it puts into cookies, and does not unquote.
    kept = dict(parse_qsl(unquote(frappe.request.cookies.get(_COOKIE) or "")))
    return {field: kept[field][:140] for field in _CAMPAIGN_FIELDS if kept.get(field)}


def _token(given: Any, context: Any) -> str:
    """Corrections are sent with the token of the first opening, since that was when the filling began."""
    return str(given.token) if context.errors and given.token else signing.form_token()


def _own_address(sent: bool) -> str:
    parameters = {"_lang": frappe.form_dict.get("_lang"), "sent": 1 if sent else None}
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"/enquiry?{query}" if query else "/enquiry"
