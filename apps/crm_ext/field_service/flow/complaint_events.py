"""What becomes of a complaint when its Issue is saved, by whomever: its entitlement, the question to the customer, letters."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.field_service.flow import (
    complaint_entitlement,
    complaint_letters,
    complaint_service_level,
    complaints,
)
from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.flow.complaints import CLOSED, OPEN, RESOLVED
from crm_ext.field_service.queries import complaints as queries

_DECIDES_ENTITLEMENT = ("equipment", "customer", "complaint_cause", "service_contract", "company")


def prepare(issue: Document) -> None:
    """While a complaint is validated: customer, contract and line come from its equipment; closing asks the customer."""
    if any(issue.has_value_changed(field) for field in _DECIDES_ENTITLEMENT):
        complaint_entitlement.fill(issue)
    complaint_service_level.before_erpnext(issue)
    _hold_back_closing(issue)


def before_save(issue: Document) -> None:
    complaint_service_level.after_erpnext(issue)


def received(issue: Document) -> None:
    """Complaints that are loaded from elsewhere are no news to their customers."""
    if not frappe.flags.in_import:
        complaint_letters.keep(issue.name, complaint_letters.RECEIVED)


def saved(issue: Document) -> None:
    """Tell the customer what became of it; a complaint that waits for its customer has been asked about."""
    before = issue.get_doc_before_save()
    if before is None:
        return
    if not policy.is_complaint(before):
        received(issue)
    if issue.status == CLOSED != before.status:
        complaint_letters.keep_turn(issue, complaint_letters.CLOSED)
    elif issue.status == RESOLVED:
        if policy.must_be_confirmed() and (before.status != RESOLVED or not queries.has_question(issue.name)):
            complaints.ask(issue)
    elif before.status in (RESOLVED, CLOSED):
        complaints.withdraw(issue.name, keep_receipts=bool(issue.flags.is_refused))
    if issue.status == OPEN != before.status and (before.status == CLOSED or issue.flags.is_refused):
        complaint_letters.keep_turn(issue, complaint_letters.REOPENED)


def answered_by_mail(issue: Document, communication: Document) -> None:
    """The customer wrote: Frappe has opened the issue past every save, here it is opened by one.

    ERPNext does the same, but only for issues under one of its agreements.
    """
    before = issue.get_doc_before_save()
    if (
        issue.service_level_agreement
        or communication.sent_or_received != "Received"
        or before is None
        or before.status == issue.status
    ):
        return
    frappe.db.set_value("Issue", issue.name, "status", before.status, update_modified=False)
    # Mail that comes in has no user with rights.
    issue.save(ignore_permissions=True)


def _hold_back_closing(issue: Document) -> None:
    """Closing without the customer's word becomes the question whether it is solved."""
    before = issue.get_doc_before_save()
    if not before or before.status == CLOSED or issue.status != CLOSED or issue.flags.may_be_closed:
        return
    if policy.must_be_confirmed():
        issue.status = RESOLVED
        frappe.msgprint(
            _("The customer is asked whether it is solved. The complaint closes when they say yes."),
            alert=True,
        )
