"""Cancelling an order takes back what it posted: invoice, journal, time, stock, entitlement."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.crm_ext_core.queries.settlements import settled_by
from crm_ext.field_service.flow import payers
from crm_ext.field_service.flow.service_posting import stock
from crm_ext.field_service.flow.service_posting.objections import said_of_taking_back
from crm_ext.field_service.queries import service_posting as queries

_TURN = ("Sales Invoice", "Journal Entry", "Timesheet", "Stock Entry")


def reverse(order: Document) -> None:
    """Cancel all documents of the order in the opposite order of posting; raises with a sentence where money has moved."""
    posted = queries.postings_of(order.name)
    for one in sorted(posted, key=lambda each: _TURN.index(each.document_type)):
        # What the order posted is its own from here on: nothing names it any more.
        frappe.delete_doc("Service Order Posting", one.name, ignore_permissions=True, delete_permanently=True)
        _take_back(order, frappe.get_doc(one.document_type, one.document))
    payers.give_back(order)


def _take_back(order: Document, document: Document) -> None:
    # Whoever may cancel the order takes back what belongs to it.
    document.flags.ignore_permissions = True
    document.flags.by_service_order = True
    if document.docstatus == 0:
        order.db_set("sales_invoice", None)
        document.delete()
    elif document.docstatus == 1:
        if document.doctype == "Sales Invoice":
            _require_unpaid(document)
        with said_of_taking_back(order, document):
            if document.doctype == "Stock Entry":
                stock.take_back(document)
            else:
                document.cancel()


def _require_unpaid(invoice: Document) -> None:
    if payments := settled_by("Sales Invoice", invoice.name):
        frappe.throw(
            _(
                "Invoice {0} of this service order is paid by {1}. Cancel the payment first; or leave the order and make a credit note for the invoice."
            ).format(invoice.name, _(", ").join(payments)),
            title=_("The Invoice Is Paid"),
        )
    if notes := queries.credit_notes_of_invoice(invoice.name):
        frappe.throw(
            _("Invoice {0} of this service order was credited by {1}. Cancel the credit note first.").format(
                invoice.name, _(", ").join(notes)
            ),
            title=_("The Invoice Is Credited"),
        )
