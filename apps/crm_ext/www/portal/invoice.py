"""An invoice: its lines, what met it, and what the customer does about it. Every button works without scripts."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal_invoices
from crm_ext.api.guards import require_own
from crm_ext.self_service.flow import pages, receivable_pages


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Sales Invoice", name)
    pages.take_form(context, lambda: _act(name, frappe.form_dict), pages.route("portal", "invoices", name))
    pages.page(context, _("Invoice {0}").format(name), "invoices", here)
    receivable_pages.fill_invoice(context, here, name)


def _act(name: str, given: Any) -> str:
    """What the pressed button asks for, by the whitelisted function of the same purpose; a sentence for the next page."""
    match given.get("do"):
        case "promise":
            portal_invoices.promise_payment(
                [name],
                given.get("promised_date") or "",
                given.get("key") or "",
                given.get("amount"),
                given.get("note"),
            )
            return _("Thank you. We have noted your promise.")
        case "withdraw_promise":
            portal_invoices.withdraw_promise(given.get("promise") or "")
            return _("Your promise is withdrawn.")
        case "object":
            portal_invoices.raise_dispute(
                name, given.get("reason") or "", given.get("line"), given.get("text")
            )
            return _("We have received your objection and will answer here.")
        case "answer":
            portal_invoices.answer_dispute(given.get("dispute") or "", given.get("text") or "")
            return _("Your message is sent.")
        case "settle":
            portal_invoices.settle_dispute(given.get("dispute") or "")
            return _("The objection is settled.")
    frappe.throw(_("Please open the page again and repeat what you did."))
