"""Documents of an order stand and fall with it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_link_to_form

from crm_ext.field_service.queries import service_posting as queries


def remember(order: Document, document: Document, part: str = "") -> None:
    """Write down what was posted. The key is unique: a second document for the same thing cannot be."""
    posting = frappe.new_doc("Service Order Posting")
    posting.update(
        {
            "service_order": order.name,
            "document_type": document.doctype,
            "document": document.name,
            "posting_key": "|".join((order.name, document.doctype, part)),
        }
    )
    # Nobody edits these by hand; whoever may submit the order posts.
    posting.insert(ignore_permissions=True)


def guard_document(document: Document) -> None:
    """Refuses to cancel a document behind the back of the order that posted it."""
    order = document.get("service_order")
    if not order or document.flags.by_service_order:
        return
    if queries.was_posted(document.doctype, document.name):
        frappe.throw(
            _(
                "{0} was posted by service order {1}. Cancel the service order; it takes back all that belongs to it."
            ).format(document.name, get_link_to_form("Service Order", order)),
            title=_("Posted by a Service Order"),
        )
