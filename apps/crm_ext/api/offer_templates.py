"""What the quotation form asks about offer templates."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import offer_templates as offer_templates_flow


def require_draft(quotation: dict) -> Document:
    """The quotation as it stands in the form, saved or not, if the user may write it."""
    if quotation.get("doctype") != "Quotation":
        frappe.throw(_("Templates fill quotations only."), frappe.PermissionError)
    name = quotation.get("name")
    if name and frappe.db.exists("Quotation", name):
        frappe.has_permission("Quotation", "write", name, throw=True)
    else:
        frappe.has_permission("Quotation", "create", throw=True)
    return frappe.get_doc(quotation)


@frappe.whitelist(methods=["POST"])
def suggest(quotation: dict) -> list[dict]:
    """Templates that fit the customer and the day of the quotation in the form, best first."""
    return offer_templates_flow.suggest(require_draft(quotation))


@frappe.whitelist(methods=["POST"])
def fill(quotation: dict, template: str) -> dict:
    """The quotation in the form, filled from the template and not saved, and the offer models left to configure."""
    draft = require_draft(quotation)
    frappe.has_permission("Offer Template", "read", template, throw=True)
    models = offer_templates_flow.fill(draft, frappe.get_doc("Offer Template", template))
    return {"quotation": draft.as_dict(), "models": models}
