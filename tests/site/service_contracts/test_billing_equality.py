"""An invoice of the run is the invoice that ERPNext makes when a person inserts a draft and then submits it."""

from __future__ import annotations

from datetime import date, timedelta

import frappe
import makers
from billing import contract, customer, invoices, monthly, run, service
from test_billing_run import liability_account, set_deferred_account, taxes, terms

from crm_ext.service_contracts.flow.billing_charges import Prices, load, priced
from crm_ext.service_contracts.flow.billing_invoices import InvoiceMaker
from crm_ext.service_contracts.queries import billing as queries

JANUARY = date(2026, 1, 1)
# What tells one document from another, when it was made, and which people looked at it.
_OWN = {"name", "creation", "modified", "parent", "posting_time", "_seen"}
_REFERENCES = {"voucher_no", "against_voucher", "against_voucher_no", "voucher_detail_no"}


def by_hand(made) -> frappe.model.document.Document:
    """The same invoice, document by document."""
    found = load(queries.contracts([made.name]).values())
    ((_, charges),) = priced(found, JANUARY, Prices(JANUARY), JANUARY + timedelta(days=1))
    invoice = InvoiceMaker(JANUARY, Prices(JANUARY)).prepare([(found[0].contract, charges)])
    invoice.set_missing_values()
    invoice.insert()
    invoice.submit()
    return invoice.reload()


def rows(doctype: str, column: str, invoice: str) -> list[dict]:
    found = frappe.get_all(doctype, filters={column: invoice}, fields=["*"], order_by="name")
    kept = []
    for row in found:
        kept.append({key: _plain(key, value, invoice) for key, value in row.items() if key not in _OWN})
    return sorted(kept, key=repr)


def _plain(key: str, value: object, invoice: str) -> object:
    if key in _REFERENCES:
        return "the invoice" if value == invoice else bool(value)
    return value.replace(invoice, "the invoice") if isinstance(value, str) else value


def everything(invoice: str) -> dict[str, list[dict]]:
    """Every row that an invoice left in the database."""
    left = {"Sales Invoice": rows("Sales Invoice", "name", invoice)}
    for table in frappe.get_meta("Sales Invoice").get_table_fields():
        left[table.options] = rows(table.options, "parent", invoice)
    for ledger in ("GL Entry", "Payment Ledger Entry"):
        left[ledger] = rows(ledger, "voucher_no", invoice)
    return left


def test_the_run_leaves_the_rows_that_insert_and_submit_leave(site):
    set_deferred_account(liability_account())
    buyer = customer(sales_team=[])
    item, other = service(), service()
    made = contract(
        buyer.name,
        monthly(item.name, 120.55, qty=3, discount_percentage=10, description="Two visits"),
        monthly(other.name, 1200, interval_unit="Year", defer_revenue=1),
        taxes_and_charges=taxes(19),
        payment_terms_template=terms(30),
        cost_center=frappe.get_cached_value("Company", makers.company(), "cost_center"),
    )
    expected = everything(by_hand(made).name)
    run(JANUARY)
    (invoice,) = invoices(made)
    found = everything(invoice.name)
    assert len(expected["GL Entry"]) >= 4
    assert len(expected["Payment Ledger Entry"]) == 1
    assert differences(expected, found) == []


def differences(expected: dict[str, list[dict]], found: dict[str, list[dict]]) -> list[str]:
    told = []
    for doctype, wanted in expected.items():
        if len(wanted) != len(found[doctype]):
            told.append(f"{doctype}: {len(found[doctype])} rows instead of {len(wanted)}")
        for one, other in zip(wanted, found[doctype], strict=False):
            told += [
                f"{doctype}.{key}: {other[key]} instead of {value}"
                for key, value in one.items()
                if other[key] != value
            ]
    return told
