"""The only importer of erpnext. What the app needs of ERPNext's engines, under names of this app.

Functions are thin: they call ERPNext's own engine and give back plain values, so that prices, taxes, stock, credit
and ledgers are made there and never beside it.
"""

from __future__ import annotations

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
    get_doctypes_with_dimensions,
    make_dimension_in_accounting_doctypes,
)
from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding


# Accounting dimensions


def doctypes_with_dimensions() -> list[str]:
    """Every doctype that carries accounting dimensions, those of other apps included."""
    return get_doctypes_with_dimensions()


def dimension_name(document_type: str) -> str | None:
    """The site's Accounting Dimension for a doctype."""
    return frappe.db.get_value("Accounting Dimension", {"document_type": document_type})


def dimension_field(document_type: str) -> str | None:
    """The fieldname by which ledger rows name records of this doctype; None where it is no dimension."""
    return frappe.db.get_value("Accounting Dimension", {"document_type": document_type}, "fieldname")


def make_accounting_dimension(document_type: str, fieldname: str) -> None:
    """The dimension with its fields on every doctype that lacks them, when this returns and not in a later job.

    ERPNext's after_insert leaves the fields to a background job. A job that waits while the app is removed again would
    put the fields back, so the record is written without it and ERPNext's own maker is called here.
    """
    existing = dimension_name(document_type)
    if existing:
        dimension = frappe.get_doc("Accounting Dimension", existing)
    else:
        dimension = frappe.new_doc("Accounting Dimension", document_type=document_type, fieldname=fieldname)
        dimension.run_method("before_insert")
        dimension.set_new_name()
        dimension.run_method("validate")
        dimension.db_insert()
    make_dimension_in_accounting_doctypes(dimension)
    forget_cached_dimensions()


def forget_cached_dimensions() -> None:
    """ERPNext keeps the list of dimensions for the length of a request."""
    frappe.flags.accounting_dimensions = None
    frappe.flags.accounting_dimensions_details = None


def budget_options_of_plain_erpnext() -> str:
    """What a budget can be set against where no dimension was ever made, in the spelling of a property setter."""
    return "\nCost Center\nProject"


# Customer credit


def customer_credit(customer: str, company: str) -> dict[str, float]:
    """Credit limit (0: none) and outstanding amount in company currency, as ERPNext weighs them on a sales order.

    Orders not billed yet count as outstanding, except for customers whose orders ERPNext lets past the limit.
    """
    bypassed = frappe.db.get_value(
        "Customer Credit Limit",
        {"parent": customer, "parenttype": "Customer", "company": company},
        "bypass_credit_limit_check",
    )
    return {
        "limit": get_credit_limit(customer, company),
        "outstanding": get_customer_outstanding(customer, company, ignore_outstanding_sales_order=bool(bypassed)),
    }
