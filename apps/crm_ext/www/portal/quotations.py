"""The customer's quotations: those that wait for an answer, accepted ones, and those that are over."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages, quotation_page

_LENGTH = 50


def get_context(context: Any) -> None:
    here = require_customer()
    pages.page(context, _("Quotations"), "quotations", here)
    shown = frappe.form_dict.get("show")
    context.shown = shown if shown in ("open", "accepted", "closed") else "open"
    context.tabs = (("open", _("Open")), ("accepted", _("Accepted")), ("closed", _("Over")))
    start = max(cint(frappe.form_dict.get("start")), 0)
    rows = quotation_page.rows(here.customer, here.company, context.shown, start, _LENGTH + 1)
    context.rows = rows[:_LENGTH]
    address = f"/portal/quotations?show={context.shown}"
    context.before = f"{address}&start={max(start - _LENGTH, 0)}" if start else None
    context.after = f"{address}&start={start + _LENGTH}" if len(rows) > _LENGTH else None
