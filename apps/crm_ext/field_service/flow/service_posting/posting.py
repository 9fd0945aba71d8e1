"""Submitting an order: checks, entitlement, stock, time, journal, invoice."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.field_service.flow import payers
from crm_ext.field_service.flow import service_order_prices as prices
from crm_ext.field_service.flow.service_posting import checks, invoicing, labour, parts, stock
from crm_ext.field_service.flow.service_posting.objections import said_of_making


def prepare(order: Document) -> None:
    """Before the order is submitted: what is wrong is said, what the contract gives is drawn, the lines are settled."""
    _lock(order)
    order.posting_date = payers.day_of_work(order)
    parts.name_warehouses(order)
    payers.draw(order)
    prices.set_amounts(order)
    checks.check(order)
    order.status = "Completed"


def post(order: Document) -> None:
    """Make all documents of the order; an error takes back everything with the transaction."""
    with said_of_making(order, _("The stock entry")):
        issued = stock.issue(order)
        stock.take_back_old_parts(order)
    with said_of_making(order, _("The timesheet")):
        sheets = labour.book_times(order)
    with said_of_making(order, _("The journal entry")):
        journal = labour.post_to_ledger(order, sheets)
    with said_of_making(order, _("The invoice")):
        invoice = invoicing.invoice(order)
    order.db_set(
        {
            "stock_entry": issued and issued.name,
            "timesheet": sheets[0].name if sheets else None,
            "journal_entry": journal and journal.name,
            "sales_invoice": invoice and invoice.name,
            "parts_cost": stock.cost_of(issued),
            "labour_cost": labour.cost_of(sheets),
            "kilometre_cost": float(labour.kilometre_cost(order)),
            "labour_is_posted": int(bool(journal)),
        }
    )


def _lock(order: Document) -> None:
    """Of two who submit at once the second waits here, and then finds it done."""
    docstatus = frappe.db.get_value("Service Order", order.name, "docstatus", for_update=True)
    if docstatus:
        frappe.throw(
            _("Service order {0} was submitted by somebody else just now. Reload the page.").format(
                order.name
            )
        )
