"""Visits and hours beyond the entitlement reach an invoice, whenever they are told and whatever is cancelled."""

from __future__ import annotations

from datetime import date

import frappe
import pytest
from billing import contract, customer, invoices, monthly, problems, run, service

from crm_ext.service_contracts.flow import entitlements

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def item(site):
    return service().name


@pytest.fixture
def buyer(site):
    return customer().name


def test_hours_beyond_a_bank_without_end_are_billed_though_its_fee_was(buyer, item):
    bank = monthly(item, 80, kind="Prepaid Hours", qty=10, interval_unit="Once", overage_rate=95)
    made = contract(buyer, bank, end_date=None)
    run(JANUARY)
    assert made.reload().next_billing_date is None
    draw(made, "Hour", 12, date(2026, 2, 10))
    run(MARCH)
    assert overage(made) == [(2, 190, "")]
    assert made.reload().next_billing_date is None
    draw(made, "Hour", 1, MARCH)
    run(MARCH)
    assert overage(made) == [(2, 190, ""), (1, 95, "1")]


def test_a_visit_of_the_last_period_told_after_the_last_look_is_billed(buyer, item):
    made = contract(buyer, monthly(item, visits_included=1, overage_rate=40), end_date=date(2026, 1, 31))
    run(FEBRUARY)
    assert made.reload().next_billing_date is None
    draw(made, "Visit", 2, date(2026, 1, 30))
    assert made.reload().next_billing_date == FEBRUARY
    run(FEBRUARY)
    assert overage(made) == [(1, 40, "")]


def test_a_draw_brings_billing_forward_and_never_back(buyer, item):
    made = contract(buyer, monthly(item, visits_included=1, overage_rate=40))
    draw(made, "Visit", 2, date(2026, 3, 10))
    assert made.reload().next_billing_date == JANUARY


def test_what_was_drawn_and_given_back_is_not_billed(buyer, item):
    made = contract(buyer, monthly(item, visits_included=1, overage_rate=40), end_date=date(2026, 1, 31))
    run(FEBRUARY)
    source = draw(made, "Visit", 2, date(2026, 1, 30))
    entitlements.give_back(source)
    run(FEBRUARY)
    assert overage(made) == []
    assert made.reload().next_billing_date is None


def test_overage_whose_first_invoice_was_cancelled_is_billed_again_beside_what_came_late(buyer, item):
    made = contract(buyer, monthly(item, visits_included=2, overage_rate=40))
    run(JANUARY)
    draw(made, "Visit", 5, date(2026, 1, 10))
    run(FEBRUARY)
    draw(made, "Visit", 1, date(2026, 1, 30))
    run(MARCH)
    assert overage(made) == [(3, 120, ""), (1, 40, "1")]
    invoices(made)[1].cancel()
    assert not problems(run(MARCH))
    assert overage(made) == [(1, 40, "1"), (3, 120, "2")]
    assert sum(one.net_total for one in invoices(made)) == 3 * 100 + 4 * 40
    invoices(made)[1].cancel()
    assert not problems(run(MARCH))
    assert [(quantity, amount) for quantity, amount, _number in overage(made)] == [(3, 120), (1, 40)]


def draw(made, unit: str, quantity: float, used_on: date) -> tuple[str, str]:
    """By a document of its own, which it gives back."""
    source = ("Customer", customer("Source").name)
    entitlements.draw(made.lines[0].name, unit=unit, quantity=quantity, used_on=used_on, source=source)
    return source


def overage(made) -> list[tuple[float, float, str]]:
    """(quantity, amount, number in the key) of what was billed beyond the entitlement, in the order of the keys."""
    rows = frappe.get_all(
        "Billed Period",
        filters={"service_contract": made.name, "what": "Overage"},
        fields=["quantity", "amount", "billing_key"],
        order_by="billing_key",
    )
    return [(row.quantity, row.amount, "".join(row.billing_key.split("|")[3:])) for row in rows]
