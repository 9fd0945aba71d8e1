"""Contracts for the tests of the billing run: submitted, with the first of January 2026 as their first day."""

from __future__ import annotations

from datetime import date

import frappe
import makers

from crm_ext.service_contracts.flow import billing_run

START = date(2026, 1, 1)


def service(code: str = "", **values):
    """An item that is a service; its name is its own in every run of the tests."""
    return makers.item(f"{code or 'Maintenance'} {frappe.generate_hash(length=6)}", **values)


def customer(name: str = "Plant", **values):
    return makers.customer(f"{name} {frappe.generate_hash(length=6)}", **values)


def contract(customer: str, *lines: dict, **values):
    """A submitted contract of the first company in US dollars; lines without dates begin with it."""
    document = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "title": "Maintenance",
            "customer": customer,
            "company": makers.company(),
            "currency": "USD",
            "start_date": START,
            "end_date": date(2026, 12, 31),
            **values,
            "lines": list(lines),
        }
    )
    document.insert().submit()
    return document.reload()


def monthly(item_code: str, rate: float = 100, **values) -> dict:
    return {
        "item_code": item_code,
        "qty": 1,
        "rate": rate,
        "interval_unit": "Month",
        "interval_count": 1,
        **values,
    }


def run(up_to: date, posting_date: date | None = None, **values):
    """A billing run in the transaction of the test, with its document as it is afterwards."""
    document = frappe.get_doc(
        {"doctype": "Billing Run", "up_to": up_to, "posting_date": posting_date or up_to, **values}
    ).insert()
    frappe.db.set_value("Billing Run", document.name, "status", "Queued")
    billing_run.work(document.name, commits=False)
    return document.reload()


def invoices(*contracts) -> list:
    """The sales invoices that bill the contracts, the oldest first."""
    names = frappe.get_all(
        "Billed Period",
        filters={
            "service_contract": ("in", [one.name for one in contracts]),
            "sales_invoice": ("is", "set"),
        },
        pluck="sales_invoice",
        distinct=True,
        order_by="sales_invoice",
    )
    return [frappe.get_doc("Sales Invoice", name) for name in names]


def problems(run) -> dict[str, str]:
    return {row.service_contract: row.reason for row in run.problems}
