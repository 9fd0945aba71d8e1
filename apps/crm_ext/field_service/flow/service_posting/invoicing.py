"""What the customer pays, as ERPNext's sales invoice."""

from __future__ import annotations

from decimal import Decimal

import frappe
from frappe.model.document import Document

from crm_ext import erpnext_port
from crm_ext.field_service.flow import service_order_prices as prices
from crm_ext.field_service.flow.service_posting import accounts
from crm_ext.field_service.flow.service_posting.guarding import remember


def invoice(order: Document) -> Document | None:
    """The customer's lines at the order's rates, with ERPNext's taxes; None where the customer pays nothing.

    Draft or submitted by Field Service Settings.
    """
    billed = lines(order)
    if not billed:
        return None
    contract = accounts.contract_of(order, "Customer")
    made = erpnext_port.service_invoice(
        order.customer,
        order.company,
        order.posting_date,
        [line for line, _rate in billed],
        currency=order.currency or None,
        service_order=order.name,
        service_contract=contract,
        taxes_and_charges=contract
        and frappe.get_cached_value("Service Contract", contract, "taxes_and_charges"),
        # Rates were found with pricing rules already and agreed on the order.
        ignore_pricing_rule=1,
        contact_person=order.contact_person or None,
        remarks=f"{order.name}: {order.title}",
    )
    for row, (_line, rate) in zip(made.items, billed, strict=True):
        row.update({"rate": float(rate), "discount_percentage": 0, "service_contract": contract})
    made.calculate_taxes_and_totals()
    if is_submitted():
        made.submit()
    else:
        made.insert()
    remember(order, made)
    return made


def is_submitted() -> bool:
    """Whether the site wants invoices submitted and not as drafts."""
    return bool(frappe.get_cached_doc("Field Service Settings").submit_invoices)


def lines(order: Document) -> list[tuple[dict, Decimal]]:
    """What the invoice charges: each line with its rate in the order's currency."""
    firsts = {row.name: row for row in (*order.parts, *order.times) if not row.share_of}
    cost_center = accounts.cost_center_of(order)
    found = []
    for row in (*order.parts, *order.times):
        if row.payer != "Customer":
            continue
        quantity, rate = prices.quantity_and_rate(order, row, firsts)
        line = quantity and prices.invoice_line(order, firsts[row.share_of] if row.share_of else row)
        if line:
            found.append(({**line, "qty": float(quantity), "cost_center": cost_center}, rate))
    return found
