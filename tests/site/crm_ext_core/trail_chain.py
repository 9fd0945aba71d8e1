"""Makes the documents of a sales chain through ERPNext's own mappers: from campaign to payment and return."""

from __future__ import annotations

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as make_credit_note
from erpnext.crm.doctype.lead.lead import make_opportunity
from erpnext.crm.doctype.opportunity.opportunity import make_quotation
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice as invoice_of_delivery
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return as make_delivery_return
from frappe.utils import add_days, nowdate

COMPANY = "Test Pumps"


def unique(text: str) -> str:
    return f"{text} {frappe.generate_hash(length=8)}"


def without_default_taxes() -> None:
    frappe.db.set_value("Sales Taxes and Charges Template", {"is_default": 1}, "is_default", 0)


def campaign() -> str:
    return frappe.get_doc(doctype="Campaign", campaign_name=unique("Autumn")).insert().name


def item() -> str:
    """A service: it needs no stock, and delivery notes carry it all the same."""
    return frappe.get_doc(
        doctype="Item", item_code=unique("Pump"), item_group="Products", stock_uom="Nos", is_stock_item=0
    ).insert().name  # fmt: skip


def customer(currency: str | None = None) -> str:
    return frappe.get_doc(
        doctype="Customer", customer_name=unique("Customer"), customer_group="Individual",
        territory="Rest Of The World", default_currency=currency,
    ).insert().name  # fmt: skip


def lead(of_campaign: str | None = None, **values) -> str:
    return frappe.get_doc(
        doctype="Lead", lead_name=unique("Lead"), company=COMPANY, campaign_name=of_campaign, **values
    ).insert().name  # fmt: skip


def opportunity_of(lead_name: str, item_code: str, quantity: float = 10, rate: float = 100):
    document = make_opportunity(lead_name)
    document.company = COMPANY
    document.append("items", {"item_code": item_code, "qty": quantity, "rate": rate})
    return document.insert()


def quotation_of(opportunity: str):
    document = make_quotation(opportunity)
    document.valid_till = add_days(nowdate(), 30)
    return document.insert().submit()


def order_of(quotation: str):
    document = make_sales_order(quotation)
    document.delivery_date = add_days(nowdate(), 10)
    return document.insert().submit()


def order(
    item_code: str, buyer: str, quantity: float = 10, rate: float = 100, company: str = COMPANY, **values
):
    document = frappe.get_doc(
        doctype="Sales Order",
        company=company,
        customer=buyer,
        delivery_date=add_days(nowdate(), 10),
        **values,
    )
    document.append("items", {"item_code": item_code, "qty": quantity, "rate": rate})
    return document.insert().submit()


def delivery_of(order_name: str, quantity: float):
    document = make_delivery_note(order_name)
    document.items[0].qty = quantity
    return document.insert().submit()


def invoice_of_order(order_name: str, quantity: float | None = None, **values):
    document = make_sales_invoice(order_name)
    document.update(values)
    if quantity:
        document.items[0].qty = quantity
    return document.insert().submit()


def invoice_from(delivery: str):
    return invoice_of_delivery(delivery).insert().submit()


def payment_of(invoice, amount: float | None = None, doctype: str = "Sales Invoice", **values):
    document = get_payment_entry(doctype, invoice, party_amount=amount)
    document.reference_no, document.reference_date = unique("Transfer"), nowdate()
    document.update(values)
    return document.insert().submit()


def credit_note_of(invoice: str, quantity: float):
    document = make_credit_note(invoice)
    document.items[0].qty = -quantity
    return document.insert().submit()


def return_of(delivery: str, quantity: float):
    document = make_delivery_return(delivery)
    document.items[0].qty = -quantity
    return document.insert().submit()


def write_off_of(invoice, amount: float, account: str):
    journal = frappe.get_doc(
        doctype="Journal Entry",
        voucher_type="Write Off Entry",
        company=invoice.company,
        posting_date=nowdate(),
    )
    journal.append(
        "accounts", {"account": account, "debit_in_account_currency": amount, "cost_center": cost_center()}
    )
    journal.append(
        "accounts",
        {
            "account": invoice.debit_to, "party_type": "Customer", "party": invoice.customer,
            "credit_in_account_currency": amount, "reference_type": "Sales Invoice", "reference_name": invoice.name,
        },
    )  # fmt: skip
    return journal.insert().submit()


def amendment_of(cancelled):
    document = frappe.copy_doc(cancelled)
    document.docstatus, document.amended_from = 0, cancelled.name
    return document


def cost_center(company: str = COMPANY) -> str:
    return frappe.get_cached_value("Company", company, "cost_center")


def expense_account(company: str = COMPANY) -> str:
    return frappe.db.get_value(
        "Account",
        {"company": company, "root_type": "Expense", "is_group": 0, "account_type": ""},
        order_by="name",
    )


def user_with(*roles: str) -> str:
    document = frappe.get_doc(
        doctype="User", email=f"{frappe.generate_hash(length=10)}@example.com", first_name="Reader",
        send_welcome_email=0, roles=[{"role": role} for role in roles],
    )  # fmt: skip
    return document.insert(ignore_permissions=True).name
