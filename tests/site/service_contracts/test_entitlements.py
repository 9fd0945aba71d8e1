"""Who is entitled to what on a day, and hours that two draw at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import billing
import frappe
import makers
import pytest
from conftest import BENCH, SITE
from counting import queries_of
from frappe.utils import getdate

from crm_ext.service_contracts.flow import contracts
from crm_ext.service_contracts.flow.entitlements import draw, entitlement_for, give_back

# Contracts of this year: the site knows its fiscal year, and changes are made to contracts that run.
YEAR = date.today().year
START, YEAR_END = date(YEAR, 1, 1), date(YEAR, 12, 31)


def a_contract(customer: str, *lines: dict, **values):
    return billing.contract(customer, *lines, **{"start_date": START, "end_date": YEAR_END, **values})


DAY = date(YEAR, 3, 10)


@pytest.fixture
def customer(site):
    return billing.customer().name


def equipment(customer: str, **values) -> str:
    document = {
        "doctype": "Equipment",
        "equipment_name": "Pump",
        "customer": customer,
        "company": makers.company(),
    }
    return frappe.get_doc({**document, "origin": "Not Sold by Us", **values}).insert().name


def given(customer: str, on: date = DAY, **values):
    return entitlement_for(customer=customer, company=makers.company(), on=on, **values)


def prepaid(hours: float = 10, **values) -> dict:
    return billing.monthly(
        billing.service().name, 80, kind="Prepaid Hours", qty=hours, interval_unit="Once", **values
    )


def test_no_contract_gives_nothing(customer):
    assert given(customer) is None


def test_a_line_without_equipment_covers_all_and_one_for_the_equipment_comes_first(customer):
    pump, part = equipment(customer), None
    part = equipment(customer, parent_equipment=pump)
    general = billing.monthly(billing.service().name, parts_percent=10)
    special = billing.monthly(billing.service().name, equipment=pump, parts_percent=80, response_hours=4)
    a_contract(customer, general, special)
    assert given(customer).line_number == 1
    for served in (pump, part):
        found = given(customer, equipment=served)
        assert (found.line_number, found.parts_percent, found.response_hours) == (2, 80, 4)
    assert given(customer, equipment=equipment(customer)).line_number == 1


def test_listed_equipment_counts_on_its_days(customer):
    pump, other = equipment(customer), equipment(customer)
    a_contract(
        customer,
        billing.monthly(billing.service().name),
        covered_equipment=[{"line_number": 1, "equipment": pump, "from_date": DAY}],
    )
    assert given(customer, equipment=pump).line_number == 1
    assert given(customer, equipment=pump, on=DAY - timedelta(days=1)) is None
    assert given(customer, equipment=other) is None


def test_of_lines_that_cover_the_same_the_one_that_ends_is_used_up_before_the_one_that_does_not(customer):
    ending = billing.monthly(billing.service().name, end_date=YEAR_END)
    a_contract(customer, billing.monthly(billing.service().name), ending, end_date=None)
    assert given(customer).line_number == 2


def test_causes_that_a_line_does_not_cover_are_somebody_elses_to_pay(customer):
    causes = [
        frappe.get_doc(
            {"doctype": "Complaint Cause", "cause_name": f"{name} {frappe.generate_hash(length=5)}"}
        )
        .insert()
        .name
        for name in ("Wear", "Misuse")
    ]
    a_contract(
        customer,
        billing.monthly(billing.service().name),
        covered_causes=[{"line_number": 1, "complaint_cause": causes[0]}],
    )
    assert given(customer, cause=causes[0]).covered_causes == (causes[0],)
    assert given(customer).line_number == 1
    assert given(customer, cause=causes[1]) is None


def test_days_outside_of_the_contract_and_days_off_give_nothing(customer):
    contract = a_contract(customer, billing.monthly(billing.service().name))
    assert given(customer, on=date(YEAR - 1, 12, 31)) is None
    contracts.suspend(contract.name, first_day=DAY, reason="Overhaul")
    assert given(customer) is None
    contracts.resume(contract.name, on=DAY + timedelta(days=1))
    assert given(customer) is None
    assert given(customer, on=DAY + timedelta(days=1))
    contracts.terminate(contract.name, on=date(YEAR, 6, 1), reason="Sold")
    assert given(customer, on=date(YEAR, 6, 1))
    assert given(customer, on=date(YEAR, 6, 2)) is None


def test_hours_are_drawn_once_for_each_source_and_given_back(customer):
    contract = a_contract(customer, prepaid(10))
    row = contract.lines[0].name
    one, other = ("Customer", customer), ("Company", makers.company())
    for _again in range(5):
        assert draw(row, unit="Hour", quantity=6, used_on=DAY, source=one).within == 6
    assert given(customer).hours_left == 4
    drawn = draw(row, unit="Hour", quantity=6, used_on=DAY, source=other)
    assert (drawn.within, drawn.refused, drawn.beyond) == (4, 2, 0)
    assert given(customer).hours_left == 0
    give_back(one)
    assert given(customer).hours_left == 6
    give_back(one)
    assert given(customer).hours_left == 6


def test_what_goes_beyond_is_noted_where_the_line_has_a_price_for_it(customer):
    contract = a_contract(customer, prepaid(10, overage_rate=95))
    drawn = draw(
        contract.lines[0].name,
        unit="Hour",
        quantity=Decimal("12.5"),
        used_on=DAY,
        source=("Customer", customer),
    )
    assert (drawn.within, drawn.beyond, drawn.refused) == (10, Decimal("2.5"), 0)
    assert given(customer).hours_left == 0


def test_visits_are_counted_by_period_and_through_amendments(customer):
    contract = a_contract(customer, billing.monthly(billing.service().name, visits_included=2))
    row = contract.lines[0].name
    draw(row, unit="Visit", quantity=2, used_on=DAY, source=("Customer", customer))
    assert given(customer).visits_left == 0
    assert given(customer, on=date(YEAR, 4, 1)).visits_left == 2
    contract = contracts.amend(
        contract.name,
        effective_from=DAY + timedelta(days=1),
        reason="More",
        changed={row: {"visits_included": 5}},
    )
    found = given(customer, on=DAY + timedelta(days=1))
    assert (found.contract_line, found.visits_left) == (contract.lines[1].name, 3)
    planned_before = ("Company", makers.company())
    draw(row, unit="Visit", quantity=1, used_on=DAY + timedelta(days=2), source=planned_before)
    assert given(customer, on=DAY + timedelta(days=1)).visits_left == 2


def test_the_number_of_queries_does_not_grow_with_contracts(customer):
    pump = equipment(customer)
    a_contract(customer, prepaid(10))
    given(customer, equipment=pump)
    few = queries_of(lambda: given(customer, equipment=pump))
    for _another in range(4):
        a_contract(customer, prepaid(10), billing.monthly(billing.service().name, visits_included=2))
    assert queries_of(lambda: given(customer, equipment=pump)) <= few


@pytest.fixture
def bank_of_hours(site):
    """A contract with ten hours, seen by other processes, and removed at the end."""
    mark = billing.customer("Parallel").name
    today = getdate()
    contract = a_contract(mark, prepaid(10), start_date=today, end_date=today + timedelta(days=30))
    frappe.db.commit()  # other processes must see it
    yield contract
    frappe.db.rollback()
    frappe.db.delete("Entitlement Use", {"service_contract": contract.name})
    for doctype in ("Service Contract Line", "Contract Version"):
        frappe.db.delete(doctype, {"parent": contract.name})
    frappe.db.delete("Service Contract", {"name": contract.name})
    frappe.delete_doc("Customer", mark, force=True, delete_permanently=True)
    frappe.delete_doc("Item", contract.lines[0].item_code, force=True, delete_permanently=True)
    frappe.db.commit()  # what was committed is taken back


def test_two_who_draw_at_once_never_get_more_than_there_is(bank_of_hours):
    script = Path(__file__).with_name("draw_process.py")
    row = bank_of_hours.lines[0].name
    sources = ["USD", "EUR", "GBP", "USD"]
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), SITE, row, "4", source],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "CRM_EXT_BENCH": str(BENCH)},
        )
        for source in sources
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline().strip() == "ready"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    outcomes = [json.loads(process.communicate(timeout=60)[0].strip()) for process in processes]
    frappe.db.rollback()
    drawn = frappe.get_all(
        "Entitlement Use", {"service_contract": bank_of_hours.name}, pluck="quantity", order_by="name"
    )
    assert sum(drawn) == 10
    assert len(drawn) == 3
    assert outcomes[0] == outcomes[3], "the same source drew twice"
