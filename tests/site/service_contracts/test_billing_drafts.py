"""A draft that somebody changes: what is billed by it, given back with it and credited of it is what it says at the end."""

from __future__ import annotations

from datetime import date

import frappe
import pytest
from billing import contract, customer, invoices, monthly, run, service
from counting import queries_of
from frappe.utils import getdate

from crm_ext.service_contracts.flow import billing_run, contracts

# Contracts of this year: the site knows its fiscal year, and changes are made to contracts that run.
YEAR = date.today().year
START, YEAR_END = date(YEAR, 1, 1), date(YEAR, 12, 31)


@pytest.fixture
def item(site):
    return service().name


@pytest.fixture
def buyer(site):
    return customer().name


def draft_of(made, up_to: date = START):
    run(up_to, posting_date=getdate())
    (draft,) = invoices(made)
    return draft


def a_contract(buyer: str, *lines: dict, **values):
    days = {"start_date": START, "end_date": YEAR_END, "submit_invoices": 0}
    return contract(buyer, *lines, **{**days, **values})


def replace_rows(invoice) -> None:
    """By one that has nothing to do with a contract."""
    other = service("Travel").name
    invoice.set("items", [])
    invoice.append("items", {"item_code": other, "qty": 1, "rate": 50})
    invoice.save()


def test_a_period_whose_row_made_way_for_another_without_a_contract_is_billed_by_the_next_run(buyer, item):
    made = a_contract(buyer, monthly(item, 100))
    draft = draft_of(made)
    replace_rows(draft)
    assert not amounts(made)
    assert made.reload().next_billing_date == START
    assert frappe.db.get_value("Sales Invoice", draft.name, "service_contract") is None
    assert draft_of(made).net_total == 100


def test_a_draft_credit_note_whose_row_was_replaced_takes_its_credit_along_when_it_is_deleted(buyer, item):
    made = a_contract(buyer, monthly(item, 100))
    draft_of(made, YEAR_END).submit()
    contracts.terminate(made.name, on=date(YEAR, 11, 30), reason="Sold")
    (credit,) = credits(made)
    note = frappe.get_doc("Sales Invoice", credit.sales_invoice)
    note.set("items", [{**note.items[0].as_dict(), "name": None, "service_contract": None}])
    note.save()
    note.delete()
    assert not credits(made)


def test_a_rate_changed_in_a_draft_is_what_is_credited(buyer, item):
    made = a_contract(buyer, monthly(item, 100))
    draft = draft_of(made, YEAR_END)
    for row in draft.items[:6]:
        row.rate = 80
    draft.save()
    assert amounts(made) == [80] * 6 + [100] * 6
    for row in draft.items[6:]:
        row.rate = 60
    draft.submit()
    assert amounts(made) == [80] * 6 + [60] * 6
    contracts.terminate(made.name, on=date(YEAR, 6, 15), reason="Sold")
    assert [(row.period_start.month, row.amount) for row in credits(made)] == [
        (6, -40),
        *((month, -60) for month in range(7, 13)),
    ]
    (note,) = {row.sales_invoice for row in credits(made)}
    assert frappe.db.get_value("Sales Invoice", note, "net_total") == -400
    assert {row.sales_invoice_item for row in frappe.get_doc("Sales Invoice", note).items[1:]} == {
        row.name for row in draft.items[6:]
    }


def test_overage_that_was_billed_in_part_by_choice_is_not_billed_again(buyer, item):
    made = a_contract(
        buyer, monthly(item, 100, visits_included=1, overage_rate=40), end_date=date(YEAR, 1, 31)
    )
    draw(made, 4)
    draft = draft_of(made, date(YEAR, 2, 1))
    overage = next(row for row in draft.items if row.rate == 40)
    overage.qty = 2
    draft.submit()
    assert sorted(amounts(made)) == [80, 100]
    billing_run.refresh_next_billing([made.name])
    assert made.reload().next_billing_date is None


def test_an_invoice_that_bills_no_contract_asks_the_database_nothing(buyer, item):
    invoice = frappe.get_doc(
        {"doctype": "Sales Invoice", "customer": buyer, "items": [{"item_code": item, "qty": 1, "rate": 9}]}
    )
    assert queries_of(lambda: billing_run.follow_draft(invoice)) == 0
    assert queries_of(lambda: billing_run.give_back(invoice)) == 0
    invoice.update({"from_date": START, "to_date": YEAR_END, "subscription": "SUB-1"})
    assert queries_of(lambda: billing_run.follow_draft(invoice)) == 0
    assert queries_of(lambda: billing_run.give_back(invoice)) == 0


def amounts(made) -> list[float]:
    return frappe.get_all(
        "Billed Period",
        filters={"service_contract": made.name, "what": ("in", ("Period", "Overage"))},
        pluck="amount",
        order_by="period_start, what desc",
    )


def credits(made) -> list:
    return frappe.get_all(
        "Billed Period",
        filters={"service_contract": made.name, "what": "Credit"},
        fields=["period_start", "amount", "sales_invoice"],
        order_by="period_start",
    )


def draw(made, visits: float) -> None:
    """All of them beyond the entitlement."""
    line = made.lines[0]
    values = {
        "service_contract": made.name,
        "contract_line": line.name,
        "line_number": line.line_number,
        "used_on": START,
        "unit": "Visit",
        "quantity": visits,
        "beyond": visits,
        "source_type": "Customer",
        "source": made.customer,
        "use_key": frappe.generate_hash(length=20),
    }
    frappe.get_doc({"doctype": "Entitlement Use", **values}).insert()
