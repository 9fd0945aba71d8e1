"""The customer's statement: the same figures as ERPNext's Accounts Receivable, on documents of every kind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import makers
import pytest
from counting import queries_of
from frappe.utils import getdate

from crm_ext.self_service.flow.statement import invoices_owed, statement


@pytest.fixture
def customer(site):
    return makers.customer(f"Statement {site.generate_hash(length=6)}").name


@pytest.fixture
def item(site):
    return makers.item(f"STATEMENT-{site.generate_hash(length=6)}").name


def receipt(customer, amount, **values):
    import frappe

    entry = frappe.get_doc(
        {
            "doctype": "Payment Entry",
            "payment_type": "Receive",
            "company": makers.company(),
            "party_type": "Customer",
            "party": customer,
            "paid_from": frappe.get_cached_value("Company", makers.company(), "default_receivable_account"),
            "paid_to": makers.account("Asset", "Bank"),
            "paid_amount": amount,
            "received_amount": amount,
            "source_exchange_rate": 1,
            "target_exchange_rate": 1,
            "reference_no": "R-1",
            "reference_date": getdate(),
            **values,
        }
    )
    return entry.submit()


def payment_of(invoice, amount):
    from crm_ext.erpnext_port import payment_for

    entry = payment_for("Sales Invoice", invoice, makers.account("Asset", "Bank"), amount)
    entry.update({"reference_no": "R-2", "reference_date": getdate()})
    return entry.submit()


def credit_note(invoice, **values):
    from crm_ext.erpnext_port import make_from

    note = make_from("Sales Invoice", invoice, "Sales Invoice return")
    note.update(values)
    return note.submit()


def journal(customer, credit, against=None, company=None, **values):
    """A journal entry that credits the customer; a write-off where it is `against` an invoice."""
    import frappe

    company = company or makers.company()
    entry = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": company,
            "posting_date": getdate(),
            "accounts": [
                {
                    "account": frappe.get_cached_value("Company", company, "default_receivable_account"),
                    "party_type": "Customer",
                    "party": customer,
                    "credit_in_account_currency": max(credit, 0),
                    "debit_in_account_currency": max(-credit, 0),
                    **({"reference_type": "Sales Invoice", "reference_name": against} if against else {}),
                },
                {
                    "account": makers.account("Expense", of_company=company),
                    "debit_in_account_currency": max(credit, 0),
                    "credit_in_account_currency": max(-credit, 0),
                    "cost_center": frappe.get_cached_value("Company", company, "cost_center"),
                },
            ],
            **values,
        }
    )
    return entry.submit()


def receivable_by_report(customer, company, **filters):
    """{document: (outstanding, due)} by ERPNext's Accounts Receivable as of today."""
    import frappe
    from erpnext.accounts.report.accounts_receivable.accounts_receivable import execute

    rows = execute(
        frappe._dict(
            company=company,
            party_type="Customer",
            party=[customer],
            report_date=getdate(),
            ageing_based_on="Due Date",
            calculate_ageing_with="Report Date",
            range="30, 60, 90, 120",
            **filters,
        )
    )[1]
    return {
        row["voucher_no"]: (
            Decimal(str(row["outstanding"])),
            [Decimal(str(row[f"range{number}"])) for number in range(1, 6)],
        )
        for row in rows
    }


def open_by_statement(found, amount="outstanding"):
    return {
        item.voucher.name: (
            round(getattr(item, amount), 2),
            [round(item.outstanding, 2) if found.bucket(item) == index else Decimal(0) for index in range(5)],
        )
        for item in found.items
    }


def this_year(customer, company=None, currency=None):
    return statement(
        customer, company or makers.company(), currency, getdate() - timedelta(days=300), getdate()
    )


@pytest.fixture
def busy_customer(customer, item):
    """Invoices of several ages, a part payment, an advance, credit notes of both kinds, a write-off, a journal."""
    today = getdate()

    def invoice(rate, days_ago, **values):
        day = today - timedelta(days=days_ago)
        return makers.sales_invoice(
            customer,
            item,
            rate=rate,
            set_posting_time=1,
            posting_date=day,
            due_date=day + timedelta(days=10),
            **values,
        ).name

    late, paid, returned, returned_alone, written_off = (
        invoice(100, 100),
        invoice(200, 60),
        invoice(300, 45),
        invoice(150, 30),
        invoice(80, 20),
    )
    invoice(999, 0)
    payment_of(late, 40)
    payment_of(paid, 200)
    payment_of(returned, 100)
    credit_note(returned, update_outstanding_for_self=0)
    credit_note(returned_alone, update_outstanding_for_self=1)
    receipt(customer, 55)
    journal(customer, 79.5, against=written_off)
    journal(customer, 12)
    journal(customer, -7)
    return customer


def test_open_items_and_their_ages_are_those_of_accounts_receivable(busy_customer):
    assert open_by_statement(this_year(busy_customer)) == receivable_by_report(
        busy_customer, makers.company()
    )


def test_closing_balance_is_the_sum_of_what_is_open_and_of_the_ages(busy_customer):
    found = this_year(busy_customer)

    assert found.closing == sum(item.outstanding for item in found.items) == found.ageing.total


def test_opening_balance_of_a_later_period_continues_the_earlier_one(busy_customer):
    day = getdate() - timedelta(days=40)
    before = statement(busy_customer, makers.company(), None, day - timedelta(days=300), day)
    after = statement(busy_customer, makers.company(), None, day + timedelta(days=1), getdate())

    assert after.opening == before.closing != 0
    assert after.closing == this_year(busy_customer).closing


def test_an_advance_on_an_order_stands_with_its_payment(site, customer, item):
    order = site.get_doc(
        {
            "doctype": "Sales Order",
            "customer": customer,
            "company": makers.company(),
            "delivery_date": getdate(),
            "items": [{"item_code": item, "qty": 1, "rate": 500, "warehouse": makers.warehouse()}],
        }
    ).submit()
    entry = receipt(
        customer,
        200,
        references=[
            {
                "reference_doctype": "Sales Order",
                "reference_name": order.name,
                "allocated_amount": 200,
                "total_amount": 500,
            }
        ],
    )

    found = open_by_statement(this_year(customer))

    assert found == receivable_by_report(customer, makers.company())
    assert found[entry.name][0] == -200


def test_a_payment_back_on_a_credit_note_counts_for_its_invoice(customer, item):
    invoice = makers.sales_invoice(customer, item, rate=120)
    payment_of(invoice.name, 120)
    note = credit_note(invoice.name, update_outstanding_for_self=0)
    back = receipt(
        customer,
        50,
        payment_type="Pay",
        paid_from=makers.account("Asset", "Bank"),
        paid_to=invoice.debit_to,
        references=[
            {"reference_doctype": "Sales Invoice", "reference_name": note.name, "allocated_amount": -50}
        ],
    )

    found = open_by_statement(this_year(customer))

    assert back.docstatus == 1
    assert found == receivable_by_report(customer, makers.company())


def test_a_cancelled_payment_leaves_no_trace_in_what_is_open(customer, item):
    invoice = makers.sales_invoice(customer, item, rate=120)
    payment_of(invoice.name, 120).cancel()

    found = this_year(customer)

    assert invoices_owed(found.items) == {invoice.name: 120}
    assert found.closing == 120


def test_another_currency_has_a_statement_of_its_own(site, item):
    company = makers.company()
    account = site.get_doc(
        {
            "doctype": "Account",
            "account_name": f"Debtors EUR {site.generate_hash(length=5)}",
            "parent_account": site.db.get_value(
                "Account",
                site.get_cached_value("Company", company, "default_receivable_account"),
                "parent_account",
            ),
            "company": company,
            "account_type": "Receivable",
            "account_currency": "EUR",
        }
    ).insert()
    customer = makers.customer(
        f"Euro {site.generate_hash(length=6)}",
        default_currency="EUR",
        accounts=[{"company": company, "account": account.name}],
    ).name
    invoice = makers.sales_invoice(
        customer, item, rate=100, currency="EUR", conversion_rate=1.25, debit_to=account.name
    )

    found = this_year(customer, currency="EUR")
    in_party_currency = receivable_by_report(customer, company, in_party_currency=1)

    assert found.currencies == ("USD", "EUR")
    assert (found.closing, found.company_closing) == (100, 125)
    assert open_by_statement(found) == in_party_currency
    assert open_by_statement(found, "company_outstanding")[invoice.name][0] == 125
    assert this_year(customer, currency="USD").items == ()


def test_companies_are_never_mixed(site, customer, item):
    other = site.get_doc(
        {
            "doctype": "Company",
            "company_name": f"Other {site.generate_hash(length=5)}",
            "default_currency": "USD",
            "country": "United States",
        }
    ).insert()
    invoice = makers.sales_invoice(customer, item, rate=70)
    journal(customer, -33, company=other.name)

    assert invoices_owed(this_year(customer).items) == {invoice.name: 70}
    assert this_year(customer, company=other.name).closing == 33


def test_the_number_of_queries_does_not_grow_with_the_ledger(customer, item):
    makers.sales_invoice(customer, item)
    this_year(customer)
    few = queries_of(lambda: this_year(customer))
    for rate in (10, 20, 30):
        makers.sales_invoice(customer, item, rate=rate)

    assert len(this_year(customer).items) == 4
    assert queries_of(lambda: this_year(customer)) == few
