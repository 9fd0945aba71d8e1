"""What the desk asks about the margin of an offer, and approvals of a lower one."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import margin_approvals as approvals_flow
from crm_ext.offer_desk.flow import margin_guard as guard_flow


def require_offer(doctype: str, name: str, permission: str) -> Document:
    """The quotation or order, or one and the same refusal for "not yours" and "not there". The desk's users only."""
    if (
        doctype in guard_flow.GUARDED
        and not guard_flow.customer_is_acting()
        and frappe.db.exists(doctype, name)
    ):
        document = frappe.get_doc(doctype, name)
        if frappe.has_permission(doctype, permission, document):
            return document
    frappe.throw(
        _("{0} {1} is not there, or you have no right to it. Ask its owner to share it with you.").format(
            _(doctype), name
        ),
        frappe.PermissionError,
    )


def require_approval(name: str) -> Document:
    """The approval with its document readable to the user, or one and the same refusal."""
    if not guard_flow.customer_is_acting() and frappe.db.exists("Margin Approval", name):
        approval = frappe.get_doc("Margin Approval", name)
        if frappe.has_permission(approval.reference_doctype, "read", approval.reference_name):
            return approval
    frappe.throw(
        _("Approval {0} is not there, or you have no right to it.").format(name), frappe.PermissionError
    )


@frappe.whitelist()
def state(doctype: str, name: str) -> dict:
    """Where an offer stands against its floors, as far as the user may know."""
    document = require_offer(doctype, name, "read")
    return {
        **guard_flow.state(document, frappe.session.user),
        "approval": approvals_flow.summary(document),
        "can_ask": document.docstatus == 0 and document.has_permission("submit"),
    }


@frappe.whitelist(methods=["POST"])
def ask(doctype: str, name: str, reason: str) -> dict:
    """Ask for approval of the offer as it is saved."""
    document = require_offer(doctype, name, "submit")
    if not reason.strip():
        frappe.throw(_("Say in a few words why the lower margin is worth it."))
    return approvals_flow.request(document, reason.strip())


@frappe.whitelist(methods=["POST"])
def decide(approval: str, verdict: str, reason: str = "") -> dict:
    """Approve or reject; the status that stands."""
    found = require_approval(approval)
    if verdict not in approvals_flow.VERDICTS:
        frappe.throw(_("An approval is given or refused."))
    decided = approvals_flow.decide(found.name, verdict, reason.strip(), frappe.session.user)
    return {"name": decided["name"], "status": decided["status"]}
