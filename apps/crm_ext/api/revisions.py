"""What the desk asks about the revisions of an offer."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import revisions as revisions_flow


def require_quotation(name: str, permission: str = "read") -> Document:
    """The quotation, or one and the same refusal for "not yours" and "not there"."""
    if frappe.db.exists("Quotation", name):
        quotation = frappe.get_doc("Quotation", name)
        if frappe.has_permission("Quotation", permission, quotation):
            return quotation
    frappe.throw(
        _(
            "Quotation {0} is not there, or you have no right to it. Ask its owner to share it with you."
        ).format(name),
        frappe.PermissionError,
    )


@frappe.whitelist()
def chain(quotation: str) -> list[dict]:
    """The revisions of an offer, the first one first, with what each changed and why."""
    require_quotation(quotation)
    return revisions_flow.chain(quotation)


@frappe.whitelist()
def compare(first: str, second: str) -> dict:
    """Two revisions of one offer side by side."""
    require_quotation(first), require_quotation(second)
    return revisions_flow.compare(first, second)


@frappe.whitelist(methods=["POST"])
def give_reasons(quotation: str, reasons: dict | str) -> list[dict]:
    """Write down why an amendment changed what it changed: reasons by name of the change."""
    require_quotation(quotation, "write")
    given = {str(row): str(reason or "") for row, reason in frappe.parse_json(reasons).items()}
    revisions_flow.give_reasons(quotation, given)
    return revisions_flow.chain(quotation)
