"""What the quotation form asks about offer templates."""

import frappe

from crm_ext.api.quotation_options import require_draft
from crm_ext.offer_desk.flow import offer_templates as offer_templates_flow


@frappe.whitelist(methods=["POST"])
def suggest(quotation: dict | str) -> list[dict]:
    """Templates that fit the customer and the day of the quotation in the form, best first."""
    draft = require_draft(quotation)
    return offer_templates_flow.suggest(draft)


@frappe.whitelist(methods=["POST"])
def fill(quotation: dict | str, template: str) -> dict:
    """The quotation in the form, filled from the template and not saved, and the offer models left to configure."""
    draft = require_draft(quotation)
    frappe.has_permission("Offer Template", "read", template, throw=True)
    models = offer_templates_flow.fill(draft, frappe.get_doc("Offer Template", template))
    return {"quotation": draft.as_dict(), "models": models}
