"""What a customer asks about an order: kept as an Issue, one for each text, so that sending twice asks once."""

from __future__ import annotations

import frappe
from frappe import _

from crm_ext.self_service.flow import letters
from crm_ext.self_service.queries import order_progress as queries
from crm_ext.shared.results import Refusal, refuse

_LONGEST = 5000


def ask(
    user: str, customer: str, order: str, question: str | None, wants_to_cancel: bool = False
) -> Refusal | None:
    """Open an issue about an own order, and tell whoever made the order. Refusals: 'question_empty'."""
    text = (question or "").strip()[:_LONGEST]
    if not text and not wants_to_cancel:
        return refuse("question_empty")
    subject = (_("Cancel order {0}") if wants_to_cancel else _("Question about order {0}")).format(order)
    if queries.open_issue(customer, subject, frappe.utils.escape_html(text)):
        return None
    issue = frappe.get_doc(
        {
            "doctype": "Issue",
            "subject": subject,
            "customer": customer,
            "raised_by": user,
            "description": frappe.utils.escape_html(text),
            "via_customer_portal": 1,
        }
    )
    # The guard of the door has said for which customer this login acts.
    issue.insert(ignore_permissions=True)
    letters.tell_desk(queries.owner_of(order), "Sales Order", order, f"{subject}: {text}" if text else subject)
    return None
