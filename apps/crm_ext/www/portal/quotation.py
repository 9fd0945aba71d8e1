"""A quotation in the portal: see, choose, ask, accept or refuse; every button works without scripts."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import quotation_portal
from crm_ext.api.guards import require_offer
from crm_ext.self_service.flow import pages, quotation_page


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    answerer = require_offer(name)
    pages.take_form(
        context,
        lambda: quotation_portal.take_form(frappe.form_dict, name, None),
        pages.route("portal", "quotations", name),
    )
    pages.page(context, _("Quotation {0}").format(name), "quotations", answerer.acting)
    context.pdf = f"/api/method/crm_ext.api.quotation_portal.pdf?quotation={frappe.utils.quoted(name)}"
    context.token = ""
    context.person_name = frappe.form_dict.get("person_name") or answerer.person_name
    quotation_page.fill(
        context,
        answerer.quotation,
        frappe.request.form.getlist("chosen"),
        frappe.request.form.getlist("alternatives"),
    )
