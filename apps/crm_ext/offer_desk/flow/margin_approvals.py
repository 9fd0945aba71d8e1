"""Asking for a lower margin and deciding on it: once, by somebody whose limit allows it, written down with the reason."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_link_to_form, now_datetime

from crm_ext.offer_desk.flow import margin_context, margin_guard
from crm_ext.offer_desk.queries import margin as queries
from crm_ext.offer_desk.rules.margin import Assessment, may_approve
from crm_ext.shared.money import to_decimal

VERDICTS = ("Approved", "Rejected")
# Where no limits are set, ERPNext's own head of sales decides.
_HEAD_OF_SALES = "Sales Manager"
_NO_LIMIT = Decimal("-Infinity")


def request(document: Document, reason: str) -> dict:
    """Ask for the document as it is saved; says what became of it, as `summary` does.

    The same request twice, or two at once, is one. Whoever may approve such a margin himself has approved by asking.
    """
    # Two clicks meet here: the second waits, and finds what the first has made.
    frappe.db.get_value(document.doctype, document.name, "name", for_update=True)
    offer = margin_context.read(document)
    assessment = offer and offer.assess()
    if not assessment or not assessment.below:
        frappe.throw(_("Nothing in this document is below its least margin. You can submit it."))
    if not margin_guard.is_approved(document, offer, assessment):
        lines = margin_guard.lines_to_text(margin_guard.needs_cover(offer, assessment))
        _request_once(document, reason, lines, assessment)
    return summary(document)


def decide(approval_name: str, verdict: str, reason: str, user: str) -> dict:
    """Approve or reject in the user's name. The same verdict again changes nothing; another one is refused."""
    # The lock decides who of two is first; status and the rest are read past the snapshot.
    approval = frappe.get_doc("Margin Approval", approval_name, for_update=True)
    if not may_decide(approval.as_dict(), user):
        frappe.throw(
            _("Your limit does not reach down to this margin. Somebody with a lower limit must decide."),
            frappe.PermissionError,
        )
    if approval.status == verdict:
        return approval.as_dict()
    if approval.status != "Requested":
        frappe.throw(
            _(
                "This was decided already: {0}, by {1}. Ask for approval again if the offer has changed."
            ).format(
                _(approval.status), frappe.utils.get_fullname(approval.decided_by or approval.requested_by)
            )
        )
    _write_decision(approval, verdict, reason, user)
    _close_todos(approval.name)
    _tell(
        [approval.requested_by],
        _("{0}: {1} {2}").format(_(verdict), _(approval.reference_doctype), approval.reference_name),
        approval,
    )
    return approval.as_dict()


def may_decide(approval: dict, user: str) -> bool:
    """Whether the user's roles reach down to the margin, and the document is his to read."""
    if user != "Administrator":
        if not may_approve(_limits(), frappe.get_roles(user), to_decimal(approval["lowest_margin"])):
            return False
    return frappe.has_permission(approval["reference_doctype"], "read", approval["reference_name"], user=user)


def summary(document: Document) -> dict | None:
    """The latest request for a document and what became of it; None where nobody asked."""
    found = queries.latest_approval(document.doctype, document.name)
    if found is None:
        return None
    user = frappe.session.user
    reference = {"reference_doctype": document.doctype, "reference_name": document.name}
    return {
        "name": found.name,
        "status": found.status,
        "requested_by": frappe.utils.get_fullname(found.requested_by),
        "requested_on": str(found.creation),
        "reason": found.reason,
        "decided_by": found.decided_by and frappe.utils.get_fullname(found.decided_by),
        "decision_reason": queries.last_reason(found.name) if found.decided_by else "",
        "may_decide": found.status == "Requested" and may_decide({**found, **reference}, user),
    }


def forget(doctype: str, name: str) -> None:
    """A document that is deleted takes its requests along."""
    for approval in queries.approvals_for_update(doctype, name):
        _close_todos(approval.name)
        # The right to delete the document was checked; the request is nothing without it.
        frappe.delete_doc("Margin Approval", approval.name, ignore_permissions=True, force=True)


def _request_once(document: Document, reason: str, lines: str, assessment: Assessment) -> None:
    fingerprint = _fingerprint(document, lines)
    earlier = queries.approvals_for_update(document.doctype, document.name)
    waiting = [approval for approval in earlier if approval.status == "Requested"]
    if any(approval.request_key.startswith(fingerprint) for approval in waiting):
        return
    for approval in waiting:
        _supersede(approval.name)
    user = frappe.session.user
    approval = frappe.get_doc(
        {
            "doctype": "Margin Approval",
            "reference_doctype": document.doctype,
            "reference_name": document.name,
            "party_name": document.get("customer_name") or document.get("party_name"),
            "company": document.company,
            "status": "Requested",
            "requested_by": user,
            "lowest_margin": float(assessment.lowest_percent),
            "document_margin": float(assessment.percent or 0),
            "reason": reason,
            "currency": document.currency,
            "approved_lines": lines,
            # After a refusal the same may be asked again, with a better reason.
            "request_key": f"{fingerprint}-{len(earlier)}",
            "history": [_event("Requested", reason, user)],
        }
    )
    # Asked for by whoever may submit the document; nobody writes these records but this flow.
    approval.insert(ignore_permissions=True)
    if may_decide(approval.as_dict(), user):
        _write_decision(approval, "Approved", reason, user)
    else:
        _ask(approval)


def _fingerprint(document: Document, lines: str) -> str:
    text = "|".join((document.doctype, document.name, document.currency, lines))
    return hashlib.sha256(text.encode()).hexdigest()


def _supersede(name: str) -> None:
    approval = frappe.get_doc("Margin Approval", name, for_update=True)
    approval.status = "Superseded"
    approval.append("history", _event("Superseded", "", frappe.session.user))
    # Nobody writes these records but this flow; the right to the document was checked.
    approval.save(ignore_permissions=True)
    _close_todos(name)


def _write_decision(approval: Document, verdict: str, reason: str, user: str) -> None:
    approval.status = verdict
    approval.decided_by = user
    approval.append("history", _event(verdict, reason, user))
    # The limit of the user was checked; no role may write these records by hand.
    approval.save(ignore_permissions=True)


def _event(action: str, reason: str, user: str) -> dict:
    return {"moment": now_datetime(), "user": user, "action": action, "reason": reason}


def _limits() -> dict[str, Decimal]:
    rows = frappe.get_cached_doc("Offer Desk Settings").margin_approval_limits
    if not rows:
        return {_HEAD_OF_SALES: _NO_LIMIT}
    limits: dict[str, Decimal] = {}
    for row in rows:
        limit = to_decimal(row.minimum_margin)
        limits[row.role] = min(limit, limits.get(row.role, limit))
    return limits


def _ask(approval: Document) -> None:
    """A task and a notification for everybody whose limit reaches down to the margin."""
    lowest = to_decimal(approval.lowest_margin)
    roles = [role for role, limit in _limits().items() if lowest >= limit]
    approvers = [user for user in queries.users_with_roles(roles) if may_decide(approval.as_dict(), user)]
    text = _("{0} asks for approval of a lower margin: {1} {2}").format(
        frappe.utils.get_fullname(approval.requested_by),
        _(approval.reference_doctype),
        approval.reference_name,
    )
    for approver in approvers:
        task = frappe.get_doc(
            {
                "doctype": "ToDo",
                "allocated_to": approver,
                "assigned_by": approval.requested_by,
                "reference_type": "Margin Approval",
                "reference_name": approval.name,
                "description": _("{0}. Open {1} and decide there.").format(
                    text, get_link_to_form(approval.reference_doctype, approval.reference_name)
                ),
            }
        )
        # Whoever asks need not have the right to give the head of sales a task.
        task.insert(ignore_permissions=True)
    _tell(approvers, text, approval)


def _close_todos(approval: str) -> None:
    for name in queries.open_todos(approval):
        frappe.db.set_value("ToDo", name, "status", "Closed")


def _tell(users: list[str], text: str, approval: Document) -> None:
    """Entries in the bell of the desk, made when the transaction has ended well."""
    from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification

    told = [user for user in users if user not in ("Administrator", frappe.session.user)]
    if told:
        enqueue_create_notification(
            told,
            {
                "type": "Alert",
                "subject": text,
                "document_type": approval.reference_doctype,
                "document_name": approval.reference_name,
                "from_user": frappe.session.user,
            },
        )
