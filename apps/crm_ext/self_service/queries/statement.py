"""What ERPNext's payment ledger knows of a customer in one company. Fixed numbers of queries, whatever the ledger's size."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import frappe

# Every question names the same rows: those that ERPNext's Accounts Receivable reads.
_ROWS = """
    ledger.party_type = 'Customer' AND ledger.party = %(customer)s AND ledger.company = %(company)s
    AND ledger.account_type = 'Receivable' AND ledger.delinked = 0
"""


def currencies(customer: str, company: str) -> list[str]:
    """Currencies of the accounts on which the customer has entries, the company's own first."""
    found = frappe.db.sql(
        f"SELECT DISTINCT ledger.account_currency FROM `tabPayment Ledger Entry` ledger WHERE {_ROWS}",
        {"customer": customer, "company": company},
        pluck=True,
    )
    own = frappe.get_cached_value("Company", company, "default_currency")
    return sorted({own, *found}, key=lambda currency: (currency != own, currency))


def balance_before(customer: str, company: str, currency: str, day: date) -> tuple:
    """Balance in the account's and in the company's currency when the day began."""
    return frappe.db.sql(
        f"""
        SELECT COALESCE(SUM(ledger.amount_in_account_currency), 0), COALESCE(SUM(ledger.amount), 0)
        FROM `tabPayment Ledger Entry` ledger
        WHERE {_ROWS} AND ledger.account_currency = %(currency)s AND ledger.posting_date < %(day)s
        """,
        {"customer": customer, "company": company, "currency": currency, "day": day},
    )[0]


def movements(customer: str, company: str, currency: str, start: date, end: date) -> list[dict]:
    """Rows {posting_date, voucher_type, voucher_no, amount, company_amount, is_return, po_no, reference_no} by document."""
    return frappe.db.sql(
        f"""
        SELECT moved.*, invoice.is_return, invoice.po_no, payment.reference_no
        FROM (
            SELECT ledger.posting_date, ledger.voucher_type, ledger.voucher_no,
                SUM(ledger.amount_in_account_currency) AS amount, SUM(ledger.amount) AS company_amount,
                MIN(ledger.creation) AS made
            FROM `tabPayment Ledger Entry` ledger
            WHERE {_ROWS} AND ledger.account_currency = %(currency)s
                AND ledger.posting_date BETWEEN %(start)s AND %(end)s
            GROUP BY ledger.posting_date, ledger.voucher_type, ledger.voucher_no
            HAVING amount <> 0 OR company_amount <> 0
        ) moved
        LEFT JOIN `tabSales Invoice` invoice
            ON moved.voucher_type = 'Sales Invoice' AND invoice.name = moved.voucher_no
        LEFT JOIN `tabPayment Entry` payment
            ON moved.voucher_type = 'Payment Entry' AND payment.name = moved.voucher_no
        ORDER BY moved.posting_date, moved.made, moved.voucher_no
        """,
        {"customer": customer, "company": company, "currency": currency, "start": start, "end": end},
        as_dict=True,
    )


def sums_by_document_met(customer: str, company: str, currency: str, until: date) -> list[dict]:
    """Rows {account, doctype, name, amount, company_amount} of what is left against each document, zero sums left out."""
    return frappe.db.sql(
        f"""
        SELECT ledger.account, ledger.against_voucher_type AS doctype, ledger.against_voucher_no AS name,
            SUM(ledger.amount_in_account_currency) AS amount, SUM(ledger.amount) AS company_amount
        FROM `tabPayment Ledger Entry` ledger
        WHERE {_ROWS} AND ledger.account_currency = %(currency)s AND ledger.posting_date <= %(until)s
        GROUP BY ledger.account, ledger.against_voucher_type, ledger.against_voucher_no
        HAVING SUM(ledger.amount_in_account_currency) <> 0
        """,
        {"customer": customer, "company": company, "currency": currency, "until": until},
        as_dict=True,
    )


def sums_by_document_made(
    customer: str, company: str, currency: str, until: date, against: Collection[str]
) -> list[dict]:
    """Rows {account, against_doctype, against_name, doctype, name, amount, company_amount} by the documents that wrote
    the rows against these names."""
    if not against:
        return []
    return frappe.db.sql(
        f"""
        SELECT ledger.account, ledger.against_voucher_type AS against_doctype,
            ledger.against_voucher_no AS against_name, ledger.voucher_type AS doctype, ledger.voucher_no AS name,
            SUM(ledger.amount_in_account_currency) AS amount, SUM(ledger.amount) AS company_amount
        FROM `tabPayment Ledger Entry` ledger
        WHERE {_ROWS} AND ledger.account_currency = %(currency)s AND ledger.posting_date <= %(until)s
            AND ledger.against_voucher_no IN %(against)s
        GROUP BY ledger.account, ledger.against_voucher_type, ledger.against_voucher_no,
            ledger.voucher_type, ledger.voucher_no
        """,
        {
            "customer": customer,
            "company": company,
            "currency": currency,
            "until": until,
            "against": tuple(against),
        },
        as_dict=True,
    )


def documents_in_ledger(
    customer: str, company: str, currency: str, until: date, names: Collection[str]
) -> list[dict]:
    """Rows {account, doctype, name, posted, due, is_return, po_no} of those of the names that have entries themselves.

    due: as ERPNext's Accounts Receivable has it, on invoices and on journal entries that name a bill.
    """
    if not names:
        return []
    return frappe.db.sql(
        f"""
        SELECT own.*, invoice.is_return, invoice.po_no,
            COALESCE(invoice.due_date, CASE WHEN journal.bill_no IS NOT NULL AND journal.bill_no <> '' THEN journal.due_date END)
                AS due
        FROM (
            SELECT ledger.account, ledger.voucher_type AS doctype, ledger.voucher_no AS name,
                MIN(ledger.posting_date) AS posted
            FROM `tabPayment Ledger Entry` ledger
            WHERE {_ROWS} AND ledger.account_currency = %(currency)s AND ledger.posting_date <= %(until)s
                AND ledger.voucher_no IN %(names)s
            GROUP BY ledger.account, ledger.voucher_type, ledger.voucher_no
        ) own
        LEFT JOIN `tabSales Invoice` invoice ON own.doctype = 'Sales Invoice' AND invoice.name = own.name
        LEFT JOIN `tabJournal Entry` journal ON own.doctype = 'Journal Entry' AND journal.name = own.name
        """,
        {
            "customer": customer,
            "company": company,
            "currency": currency,
            "until": until,
            "names": tuple(names),
        },
        as_dict=True,
    )


def invoices_of_credit_notes(names: Collection[str], until: date) -> dict[str, str]:
    """Invoice by credit note, of those of the names that are credit notes without a balance of their own."""
    if not names:
        return {}
    rows = frappe.get_all(
        "Sales Invoice",
        filters={
            "name": ("in", tuple(names)),
            "is_return": 1,
            "update_outstanding_for_self": 0,
            "return_against": ("is", "set"),
            "posting_date": ("<=", until),
            "docstatus": 1,
        },
        fields=["name", "return_against"],
        order_by="name",
    )
    return {row.name: row.return_against for row in rows}
