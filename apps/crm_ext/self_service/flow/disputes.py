"""A customer's objection to an invoice: an Issue of ERPNext, one at a time for each invoice, answered in the portal."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.portal_payments import load_debts
from crm_ext.self_service.queries import receivables as queries
from crm_ext.shared.text import _lt

SETTLED = ("Resolved", "Closed")
REASONS = {
    "price": _lt("The price is not what was agreed"),
    "quantity": _lt("The quantity is wrong"),
    "not_received": _lt("The goods have not arrived"),
    "damaged": _lt("The goods are damaged or not as ordered"),
    "paid": _lt("It is paid already"),
    "other": _lt("Another reason"),
}
_LONGEST = 5000


def raise_dispute(here: Acting, invoice: str, reason: str, line: str | None, text: str | None) -> Document:
    """The Issue about an invoice. While one is open, raising it again gives the same one.

    line: name of the invoice's row that it is about, empty for the whole invoice.
    """
    debt = load_debts(here, [invoice], for_update=True)[0]
    existing = frappe.db.get_value("Issue", {"dispute_key": invoice}, for_update=True)
    if existing:
        return frappe.get_doc("Issue", existing, for_update=True)
    if reason not in REASONS:
        frappe.throw(_("Please choose a reason for the objection."))
    words = (text or "").strip()
    if reason == "other" and not words:
        frappe.throw(_("Please describe what is wrong with the invoice."))
    issue = frappe.new_doc("Issue")
    issue.update(
        {
            "subject": _("Objection to invoice {0}: {1}").format(invoice, _(REASONS[reason]))[:140],
            "description": _description(_line_words(invoice, line), words or _(REASONS[reason])),
            "customer": here.customer,
            "company": debt.company,
            "raised_by": _address(here.user),
            "via_customer_portal": 1,
            "disputed_invoice": invoice,
            "dispute_key": invoice,
        }
    )
    # The customer has no rights on doctypes; the guard of the door and `load_debts` have checked what is theirs.
    return issue.insert(ignore_permissions=True)


def answer(issue_name: str, text: str | None, user: str) -> None:
    """What the customer writes about an open objection; the Issue waits for an answer again."""
    issue = _open_issue(issue_name)
    words = (text or "").strip()[:_LONGEST]
    if not words:
        frappe.throw(_("Please write a message first."))
    letter = frappe.new_doc("Communication")
    letter.update(
        {
            "communication_type": "Communication",
            "communication_medium": "Other",
            "sent_or_received": "Received",
            "subject": issue.subject,
            "sender": _address(user),
            "content": _paragraphs(words),
            "status": "Linked",
            "reference_doctype": "Issue",
            "reference_name": issue.name,
        }
    )
    # The customer has no rights on doctypes; the guard of the door has checked that the objection is theirs.
    letter.insert(ignore_permissions=True)
    if issue.status != "Open":
        issue.reload()
        issue.status = "Open"
        # As above.
        issue.save(ignore_permissions=True)


def settle(issue_name: str) -> None:
    """The customer is content: the objection is closed. Doing it again changes nothing."""
    issue = frappe.get_doc("Issue", issue_name, for_update=True)
    if issue.status in SETTLED:
        return
    issue.status = "Closed"
    # The customer has no rights on doctypes; the guard of the door has checked that the objection is theirs.
    issue.save(ignore_permissions=True)


def keep_one_open(issue: Document) -> None:
    """Before an Issue about an invoice is saved: it holds the invoice's only place while it is open."""
    if issue.status in SETTLED:
        issue.dispute_key = None
        return
    if issue.dispute_key == issue.disputed_invoice:
        return
    other = queries.open_disputes([issue.disputed_invoice]).get(issue.disputed_invoice)
    if other and other != issue.name:
        frappe.throw(
            _("Objection {0} about invoice {1} is open already. Please go on there.").format(
                other, issue.disputed_invoice
            )
        )
    issue.dispute_key = issue.disputed_invoice


def _open_issue(name: str) -> Document:
    issue = frappe.get_doc("Issue", name, for_update=True)
    if issue.status in SETTLED:
        frappe.throw(_("This objection is settled. Please raise a new one if something is still wrong."))
    return issue


def _line_words(invoice: str, line: str | None) -> str:
    if not line:
        return ""
    row = frappe.db.get_value(
        "Sales Invoice Item", {"name": line, "parent": invoice}, ["idx", "item_name"], as_dict=True
    )
    if not row:
        frappe.throw(_("This document is not here, or it is not one of yours."), frappe.DoesNotExistError)
    return _("Line {0}: {1}").format(row.idx, row.item_name)


def _description(line: str, words: str) -> str:
    return "".join(_paragraphs(part[:_LONGEST]) for part in (line, words) if part)


def _paragraphs(words: str) -> str:
    return "".join(f"<p>{escape_html(part)}</p>" for part in words.splitlines() if part.strip())


def _address(user: str) -> str:
    return frappe.get_cached_value("User", user, "email") or user
