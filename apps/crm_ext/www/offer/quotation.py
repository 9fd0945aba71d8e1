"""A quotation for somebody without a login, by the token of a link. The page is the portal's, without the portal."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import quotation_portal
from crm_ext.api.guards import require_offer
from crm_ext.self_service.flow import pages, portal_links, quotation_page


def get_context(context: Any) -> None:
    token = frappe.form_dict.get("token") or "-"
    answerer = require_offer(token=token)
    portal_links.note_use(answerer, "Opened")
    pages.take_form(
        context,
        lambda: quotation_portal.take_form(frappe.form_dict, None, token),
        pages.route("offer", token),
    )
    pages.page(context, _("Quotation {0}").format(answerer.quotation), "")
    context.navigation, context.here = (), None
    context.pdf = f"/api/method/crm_ext.api.quotation_portal.pdf?token={frappe.utils.quoted(token)}"
    context.token = token
    context.person_name = frappe.form_dict.get("person_name") or ""
    quotation_page.fill(
        context,
        answerer.quotation,
        frappe.request.form.getlist("chosen"),
        frappe.request.form.getlist("alternatives"),
    )
