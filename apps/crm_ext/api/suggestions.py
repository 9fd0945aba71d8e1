"""What the desk shows beside the lines of an offer, and what became of it."""

import frappe
from frappe import _

from crm_ext.offer_desk.flow import suggestions as suggestions_flow

_FORMS = ("Quotation", "Sales Order")
_ANSWERS = ("Taken", "Refused")
# A form has no more lines that a person could read.
_LINES_AT_MOST = 500


def require_offer(doctype: str, name: str, company: str, customer: str) -> dict:
    """Arguments for the flow, once the user of the desk may write such an offer for this company and customer."""
    frappe.only_for(("Desk User",))
    saved = name if doctype in _FORMS and name and frappe.db.exists(doctype, name) else None
    if (
        doctype not in _FORMS
        or not frappe.has_permission(doctype, "write" if saved else "create", doc=saved)
        or not _is_readable("Company", company)
        or (customer and not _is_readable("Customer", customer))
    ):
        frappe.throw(
            _("This offer, its company or its customer is not there, or you have no right to it."),
            frappe.PermissionError,
        )
    return {"customer": customer or None, "company": company, "document": (doctype, saved) if saved else None}


def _is_readable(doctype: str, name: str) -> bool:
    return bool(frappe.db.exists(doctype, name, cache=True)) and frappe.has_permission(doctype, "read", name)


@frappe.whitelist(methods=["POST"])
def suggest(doctype: str, name: str, company: str, customer: str, items: str | list) -> list[dict]:
    """Suggestions beside the lines of an offer, saved or not; what is shown on a saved one is recorded."""
    offer = require_offer(doctype, name, company, customer)
    codes = [code for code in frappe.parse_json(items)[:_LINES_AT_MOST] if isinstance(code, str)]
    found = suggestions_flow.suggest(codes, **offer)
    if offer["document"]:
        suggestions_flow.note(found, "Shown", **offer)
    return [
        {
            "item_code": suggestion.item_code,
            "item_name": suggestion.item_name,
            "kind": suggestion.kind,
            "because": suggestion.because,
            "day": str(suggestion.day),
        }
        for suggestion in found
    ]


@frappe.whitelist(methods=["POST"])
def answer(doctype: str, name: str, company: str, customer: str, item_code: str, outcome: str) -> None:
    """What the customer said to a suggestion: 'Taken' or 'Refused'."""
    offer = require_offer(doctype, name, company, customer)
    if outcome not in _ANSWERS or not frappe.db.exists("Item", item_code):
        frappe.throw(_("A suggested item is taken or refused."))
    suggestions_flow.note([item_code], outcome, **offer)
