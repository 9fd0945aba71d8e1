"""One business case with many documents, for measuring: an order delivered, invoiced and paid in many parts.

One document of each kind is made through ERPNext itself; its rows are patterns for the rest, so that every column holds
what ERPNext would have stored.
"""

from __future__ import annotations

import frappe
from frappe.utils import add_days, nowdate


def order_with_documents(count: int) -> str:
    """A submitted order from lead, opportunity and quotation, with `count` documents in its trail; the order's name.

    Of those below the order, a third each are deliveries, their invoices and the payments of these.
    """
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
    from erpnext.crm.doctype.lead.lead import make_opportunity
    from erpnext.crm.doctype.opportunity.opportunity import make_quotation
    from erpnext.selling.doctype.quotation.quotation import make_sales_order
    from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

    mark = frappe.generate_hash(length=8)
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    campaign = frappe.get_doc(doctype="Campaign", campaign_name=f"Case {mark}").insert()
    item = frappe.get_doc(
        doctype="Item", item_code=f"Service {mark}", item_group="Services", stock_uom="Nos", is_stock_item=0
    ).insert()
    lead = frappe.get_doc(
        doctype="Lead", lead_name=f"Lead {mark}", company=company, campaign_name=campaign.name
    ).insert()
    opportunity = make_opportunity(lead.name)
    opportunity.company = company
    opportunity.append("items", {"item_code": item.name, "qty": count, "rate": 100})
    opportunity.insert()
    quotation = make_quotation(opportunity.name)
    quotation.valid_till = add_days(nowdate(), 30)
    quotation.insert().submit()
    order = make_sales_order(quotation.name)
    order.delivery_date = add_days(nowdate(), 30)
    order.insert().submit()
    delivery = make_delivery_note(order.name)
    delivery.items[0].qty = 1
    delivery.insert().submit()
    invoice = make_sales_invoice(delivery.name).insert().submit()
    payment = get_payment_entry("Sales Invoice", invoice.name)
    payment.reference_no, payment.reference_date = mark, nowdate()
    payment.insert().submit()

    above = 5  # campaign, lead, opportunity, quotation and the order itself
    shares = [(count - above + extra) // 3 for extra in (2, 1, 0)]
    _copy(delivery, "DN", shares[0], {})
    _copy(invoice, "SI", shares[1], {"delivery_note": "DN"})
    _copy(payment, "PE", shares[2], {"reference_name": "SI"})
    _copy_ledger(payment, invoice, shares[2])
    return order.name


def _copy(pattern, series: str, total: int, links: dict[str, str]) -> None:
    """`total` documents like the pattern, itself among them; `links` name the copy of the same number."""
    mark = frappe.generate_hash(length=6)
    _named[series] = mark
    for table in [pattern.doctype, *(field.options for field in pattern.meta.get_table_fields())]:
        by = "name" if table == pattern.doctype else "parent"
        rows = frappe.get_all(table, filters={by: pattern.name}, fields=["*"], order_by="name")
        copies = []
        for row in rows:
            for number in range(1, total):
                copy = {**row, "name": f"{series}-{mark}-{number}"}
                if by == "parent":
                    copy.update(name=frappe.generate_hash(length=10), parent=f"{series}-{mark}-{number}")
                for column, linked in links.items():
                    if row.get(column):
                        copy[column] = f"{linked}-{_named[linked]}-{number}"
                copies.append(copy)
        _insert(table, copies)


_named: dict[str, str] = {}


def _copy_ledger(payment, invoice, total: int) -> None:
    names = {payment.name: "PE", invoice.name: "SI"}
    rows = frappe.get_all(
        "Payment Ledger Entry", filters={"against_voucher_no": invoice.name}, fields=["*"], order_by="name"
    )
    copies = []
    for row in rows:
        for number in range(1, total):
            voucher, against = (names[row[column]] for column in ("voucher_no", "against_voucher_no"))
            copies.append(
                {
                    **row,
                    "name": frappe.generate_hash(length=10),
                    "voucher_no": f"{voucher}-{_named[voucher]}-{number}",
                    "against_voucher_no": f"{against}-{_named[against]}-{number}",
                }
            )
    _insert("Payment Ledger Entry", copies)


def _insert(doctype: str, rows: list[dict]) -> None:
    if rows:
        columns = list(rows[0])
        frappe.db.bulk_insert(doctype, columns, [[row[column] for column in columns] for row in rows])
