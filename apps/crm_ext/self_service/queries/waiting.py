"""What waits for a customer: quotations to answer, orders under way, invoices to pay."""

from __future__ import annotations

import frappe
from frappe.utils import nowdate


def counts(customer: str, company: str | None) -> dict[str, int]:
    """{quotations, orders, invoices} of one customer in one company, in one query."""
    return frappe.db.sql(
        """
        SELECT
            (SELECT COUNT(*) FROM `tabQuotation`
                WHERE party_name = %(customer)s AND quotation_to = 'Customer' AND company = %(company)s
                AND docstatus = 1 AND status IN ('Open', 'Replied')
                AND (valid_till IS NULL OR valid_till >= %(today)s)) AS quotations,
            (SELECT COUNT(*) FROM `tabSales Order`
                WHERE customer = %(customer)s AND company = %(company)s AND docstatus = 1
                AND status NOT IN ('Closed', 'Completed') AND per_delivered < 100) AS orders,
            (SELECT COUNT(*) FROM `tabSales Invoice`
                WHERE customer = %(customer)s AND company = %(company)s AND docstatus = 1
                AND outstanding_amount > 0) AS invoices
        """,
        {"customer": customer, "company": company, "today": nowdate()},
        as_dict=True,
    )[0]
