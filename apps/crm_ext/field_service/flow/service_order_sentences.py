"""Refusals about service orders, as sentences that say what to do next."""

from __future__ import annotations

from typing import NoReturn

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.shared.results import Refusal


def throw(refusal: Refusal, order: Document) -> NoReturn:
    frappe.throw(sentence(refusal, order), title=_("Service Order"))


def sentence(refusal: Refusal, order: Document) -> str:
    values = refusal.values
    match refusal.code:
        case "status_unknown":
            return _("{0} is no status that a service order can be set to. Reload the page and choose again.").format(
                values["status"]
            )
        case "order_completed":
            return _("Service order {0} is completed. Cancel and amend it to change what was done.").format(
                order.name
            )
        case "order_cancelled":
            return _("Service order {0} was cancelled. Ask the dispatcher for a new one.").format(order.name)
        case "technician_missing":
            return _("Service order {0} has no technician yet. Choose one first.").format(order.name)
    raise KeyError(refusal.code)
