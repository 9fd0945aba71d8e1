"""Small makers of ERPNext documents for site tests: each gives back a saved document of the site's first company."""

from __future__ import annotations

import frappe
from frappe.utils import getdate


def company() -> str:
    return frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]


def account(root_type: str, account_type: str | None = None, of_company: str | None = None) -> str:
    """The first leaf account of a kind in the company."""
    filters = {"company": of_company or company(), "is_group": 0, "root_type": root_type}
    if account_type:
        filters["account_type"] = account_type
    return frappe.get_all("Account", filters=filters, pluck="name", order_by="lft", limit=1)[0]


def expense_account(name: str = "Campaign Spending", of_company: str | None = None):
    """A fresh expense account, so that nothing of the site's own stands on it."""
    of_company = of_company or company()
    parent = frappe.db.get_value("Account", account("Expense", of_company=of_company), "parent_account")
    return frappe.get_doc(
        {
            "doctype": "Account",
            "account_name": f"{name} {frappe.generate_hash(length=6)}",
            "parent_account": parent,
            "company": of_company,
        }
    ).insert()


def warehouse() -> str:
    return frappe.get_all(
        "Warehouse",
        filters={"company": company(), "is_group": 0, "warehouse_type": ("is", "not set")},
        pluck="name",
        order_by="lft",
        limit=1,
    )[0]


def customer(name: str = "Test Customer", **values):
    return frappe.get_doc({"doctype": "Customer", "customer_name": name, **values}).insert()


def supplier(name: str = "Test Supplier"):
    return frappe.get_doc({"doctype": "Supplier", "supplier_name": name}).insert()


def item(code: str, is_stock_item: int = 0, **values):
    return frappe.get_doc(
        {
            "doctype": "Item",
            "item_code": code,
            "item_group": frappe.get_all(
                "Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1
            )[0],
            "stock_uom": "Nos",
            "is_stock_item": is_stock_item,
            **values,
        }
    ).insert()


def campaign(name: str):
    return frappe.get_doc({"doctype": "Campaign", "campaign_name": name}).insert()


def user(email: str, *roles: str):
    made = frappe.get_doc(
        {"doctype": "User", "email": email, "first_name": email.split("@")[0], "send_welcome_email": 0}
    ).insert()
    made.add_roles(*roles)
    frappe.db.set_value("Notification Settings", email, "enable_email_notifications", 0)
    return made


def stock(item_code: str, qty: float, rate: float):
    """Goods received into the company's first warehouse, valued at `rate`."""
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": company(),
            "items": [{"item_code": item_code, "qty": qty, "basic_rate": rate, "t_warehouse": warehouse()}],
        }
    )
    return entry.submit()


def sales_invoice(customer: str, item_code: str, qty: float = 1, rate: float = 100, **values):
    invoice = frappe.get_doc(
        {
            "doctype": "Sales Invoice",
            "customer": customer,
            "company": company(),
            "due_date": getdate(),
            "items": [{"item_code": item_code, "qty": qty, "rate": rate, "warehouse": warehouse()}],
            **values,
        }
    )
    return invoice.submit()


def lead(name: str = "Ann Lee", **values):
    return frappe.get_doc({"doctype": "Lead", "lead_name": name, **values}).insert()


def contact(name: str, *links: tuple[str, str], email: str | None = None):
    """A contact with links as (doctype, name)."""
    made = frappe.get_doc({"doctype": "Contact", "first_name": name})
    for doctype, linked in links:
        made.append("links", {"link_doctype": doctype, "link_name": linked})
    if email:
        made.add_email(email, is_primary=True)
    return made.insert()


def letter(reference=None, **values):
    """An e-mail that was sent, as a Communication; `reference` is the document that it belongs to."""
    if reference:
        values = {"reference_doctype": reference.doctype, "reference_name": reference.name, **values}
    return frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Email",
            "sent_or_received": "Sent",
            "subject": "Hello",
            "content": "Hello",
            **values,
        }
    ).insert()


def bank_account(**values):
    """A Bank Account of the company with a ledger account of its own: what customers transfer to."""
    tag = frappe.generate_hash(length=6)
    ledger = frappe.get_doc(
        {
            "doctype": "Account",
            "account_name": f"Bank {tag}",
            "parent_account": frappe.db.get_value("Account", account("Asset", "Bank"), "parent_account"),
            "account_type": "Bank",
            "company": company(),
        }
    ).insert()
    bank = frappe.get_doc({"doctype": "Bank", "bank_name": f"Bank {tag}"}).insert()
    return frappe.get_doc(
        {
            "doctype": "Bank Account",
            "account_name": f"Business {tag}",
            "bank": bank.name,
            "is_company_account": 1,
            "company": company(),
            "account": ledger.name,
            **values,
        }
    ).insert()
