"""Reads the facts on which a stage can be left. Each function is one group of facts, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe.model.document import Document
from frappe.query_builder import Case
from frappe.query_builder.functions import Abs, Sum

from crm_ext import erpnext_port

# The field of a customer that remembers which pipeline document it was made from.
_ORIGIN_FIELD = {"Lead": "lead_name", "Prospect": "prospect_name"}


def customer_of(opportunity: Document) -> str | None:
    """The customer an opportunity is with: its party, or who was made a customer from it, its lead or prospect."""
    if opportunity.opportunity_from == "Customer":
        return opportunity.party_name
    origins = {"opportunity_name": opportunity.name}
    if field := _ORIGIN_FIELD.get(opportunity.opportunity_from):
        origins[field] = opportunity.party_name
    found = frappe.get_all("Customer", or_filters=origins, pluck="name", order_by="creation asc", limit=1)
    return found[0] if found else None


def contact(opportunity: Document) -> dict:
    """How the contact person can be reached and what they are, from the opportunity and its Contact."""
    person = {}
    if opportunity.contact_person:
        person = (
            frappe.db.get_value(
                "Contact",
                opportunity.contact_person,
                ["full_name", "designation", "email_id", "mobile_no", "phone"],
                as_dict=True,
            )
            or {}
        )
    addresses = (
        opportunity.contact_email,
        opportunity.contact_mobile,
        opportunity.phone,
        opportunity.whatsapp,
        person.get("email_id"),
        person.get("mobile_no"),
        person.get("phone"),
    )
    return {
        "reachable_by": next(filter(None, addresses), None),
        "person": person.get("full_name"),
        "job_title": person.get("designation") or opportunity.job_title,
    }


def quotations(opportunity: Document, customer: str | None) -> list[str]:
    """Submitted quotations made from an opportunity that are not lost, found through the index on their party."""
    quotation, item = frappe.qb.DocType("Quotation"), frappe.qb.DocType("Quotation Item")
    parties = [party for party in (opportunity.party_name, customer) if party]
    rows = (
        frappe.qb.from_(quotation)
        .left_join(item)
        .on((item.parent == quotation.name) & (item.prevdoc_docname == opportunity.name))
        .select(quotation.name)
        .distinct()
        .where(
            quotation.party_name.isin(parties)
            & (quotation.docstatus == 1)
            & (quotation.status != "Lost")
            & ((quotation.opportunity == opportunity.name) | item.name.isnotnull())
        )
        .orderby(quotation.name)
        .run()
    )
    return [row[0] for row in rows]


def credit(customer: str, company: str) -> dict:
    """ERPNext's own credit limit and outstanding amount (overdue included), company currency."""
    return erpnext_port.customer_credit(customer, company)


def item_masters(items: Sequence[str]) -> dict[str, dict]:
    """Stock unit, whether stock is kept, and the prices of the item master, by item; `bundle` where it is made of parts."""
    item, bundle = frappe.qb.DocType("Item"), frappe.qb.DocType("Product Bundle")
    rows = (
        frappe.qb.from_(item)
        .left_join(bundle)
        .on((bundle.name == item.name) & (bundle.disabled == 0))
        .select(
            item.name,
            item.is_stock_item,
            item.stock_uom,
            item.valuation_rate,
            item.last_purchase_rate,
            bundle.name.as_("bundle"),
        )
        .where(item.name.isin(list(items) or [""]))
        .run(as_dict=True)
    )
    return {row.name: row for row in rows}


def unit_factors(items: Sequence[str]) -> dict[tuple[str, str], float]:
    """Stock units in one of another unit, by (item, unit)."""
    rows = frappe.get_all(
        "UOM Conversion Detail",
        filters={"parenttype": "Item", "parent": ["in", list(items)]},
        fields=["parent", "uom", "conversion_factor"],
        order_by="parent",
    )
    return {(row.parent, row.uom): row.conversion_factor for row in rows}


def bins(items: Sequence[str], company: str) -> list[dict]:
    """Actual quantity and value of items in every warehouse of a company (stock unit, its currency)."""
    bin_, warehouse = frappe.qb.DocType("Bin"), frappe.qb.DocType("Warehouse")
    return (
        frappe.qb.from_(bin_)
        .join(warehouse)
        .on(warehouse.name == bin_.warehouse)
        .select(bin_.item_code, bin_.actual_qty, bin_.stock_value)
        .where(bin_.item_code.isin(list(items)) & (warehouse.company == company))
        .run(as_dict=True)
    )


def advance_received(quotation_names: Sequence[str], company_currency: str) -> float:
    """Advances paid on the orders that came from quotations, in company currency at each order's rate."""
    if not quotation_names:
        return 0
    item, order = frappe.qb.DocType("Sales Order Item"), frappe.qb.DocType("Sales Order")
    advance = frappe.qb.DocType("Advance Payment Ledger Entry")
    orders = (
        frappe.qb.from_(item)
        .select(item.parent)
        .where(item.prevdoc_docname.isin(list(quotation_names)) & (item.docstatus == 1))
    )
    rate = Case().when(advance.currency == company_currency, 1).else_(order.conversion_rate)
    rows = (
        frappe.qb.from_(advance)
        .join(order)
        .on(order.name == advance.against_voucher_no)
        .select(Abs(Sum(advance.amount * rate)))
        .where(
            (advance.against_voucher_type == "Sales Order")
            & (advance.delinked == 0)
            & order.name.isin(orders)
        )
        .run()
    )
    return rows[0][0] or 0


def company_currency(company: str) -> str:
    return frappe.get_cached_value("Company", company, "default_currency")
