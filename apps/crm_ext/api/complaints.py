"""Complaints at the desk: what is covered, what the customer says, what it costs, what a supplier is to pay."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from crm_ext.api.guards import require_document
from crm_ext.field_service.flow import (
    complaint_letters,
    complaint_panel,
    complaint_statuses,
    complaints,
    service_orders,
    supplier_claims,
)

_CLAIMED_FROM = ("Issue", "Service Order")


@frappe.whitelist(methods=["GET"])
def preview(
    equipment: str | None = None,
    customer: str | None = None,
    company: str | None = None,
    cause: str | None = None,
    day: str | None = None,
) -> dict[str, Any]:
    """What an issue about this equipment, or of this customer, would be filled with; nothing is saved."""
    frappe.has_permission("Issue", "write", throw=True)
    if equipment:
        require_document("Equipment", equipment, "read")
    elif customer:
        require_document("Customer", customer, "read")
    return complaint_panel.preview(
        customer=customer,
        company=company,
        on=getdate(day) if day else None,
        equipment=equipment,
        cause=cause,
    )


@frappe.whitelist(methods=["GET"])
def panel(issue: str) -> dict[str, Any]:
    """What the form of an issue shows of its complaint."""
    return complaint_panel.of_issue(require_document("Issue", issue, "read"))


@frappe.whitelist(methods=["POST"])
def ask(issue: str) -> str:
    """Ask the customer whether it is solved, anew if they were asked before."""
    require_document("Issue", issue, "write")
    return complaints.ask_for_confirmation(issue)


@frappe.whitelist(methods=["POST"])
def record_answer(
    issue: str,
    is_solved: bool,
    said_by: str | None = None,
    reason: str | None = None,
    stars: int = 0,
) -> None:
    """What the customer told the desk, by telephone or in person."""
    require_document("Issue", issue, "write")
    by = (said_by or "").strip() or _("the customer")
    if is_solved:
        complaints.confirm(issue, by, through=complaints.BY_DESK, stars=stars, remark=reason)
    else:
        complaints.reopen(issue, reason or "", by, through=complaints.BY_DESK)


@frappe.whitelist(methods=["POST"])
def send_letter_again(issue: str) -> None:
    """Try the latest letter once more that reached nobody."""
    require_document("Issue", issue, "write")
    complaint_letters.send_again(issue)


@frappe.whitelist(methods=["POST"])
def decide(issue: str, reason: str) -> None:
    """Close a complaint that its customer does not answer."""
    require_document("Issue", issue, "write")
    complaints.decide(issue, reason)


@frappe.whitelist(methods=["GET"])
def make_service_order(issue: str) -> dict[str, Any]:
    """A service order for the complaint, to be looked at and saved."""
    frappe.has_permission("Service Order", "create", throw=True)
    require_document("Issue", issue, "read")
    return service_orders.make_from("Issue", issue).as_dict()


@frappe.whitelist(methods=["GET"])
def make_supplier_claim(doctype: str, name: str) -> dict[str, Any]:
    """A claim for what the service orders of an issue, or one service order, have cost; to be looked at and saved."""
    frappe.has_permission("Supplier Claim", "create", throw=True)
    require_document(doctype if doctype in _CLAIMED_FROM else "Issue", name, "read")
    return supplier_claims.make_from(doctype if doctype in _CLAIMED_FROM else "Issue", name).as_dict()


@frappe.whitelist(methods=["POST"])
def settle_claim(claim: str) -> None:
    """The supplier has paid or credited what was claimed."""
    require_document("Supplier Claim", claim, "submit")
    supplier_claims.settle(claim)


@frappe.whitelist(methods=["POST"])
def refuse_claim(claim: str, reason: str) -> None:
    """The supplier does not pay; what the claim posted is cancelled."""
    require_document("Supplier Claim", claim, "cancel")
    supplier_claims.refuse(claim, reason)


# ERPNext's own buttons of the list, which write past every check


@frappe.whitelist(methods=["POST"])
def set_status(name: str, status: str) -> None:
    """Set an issue's status by an ordinary save."""
    require_document("Issue", name, "write")
    complaint_statuses.set_status([name], status)


@frappe.whitelist(methods=["POST"])
def set_multiple_status(names: str | list, status: str) -> None:
    """Set the status of issues that were ticked in the list."""
    frappe.has_permission("Issue", "write", throw=True)
    chosen = frappe.parse_json(names)
    for name in chosen:
        require_document("Issue", name, "write")
    complaint_statuses.set_status(chosen, status)
