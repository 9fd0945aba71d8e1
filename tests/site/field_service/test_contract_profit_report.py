"""What contracts really earn, on posted documents: every figure is the ledger's or says that it is not."""

from __future__ import annotations

from decimal import Decimal

import frappe
import makers
import pytest
import service_world
from counting import queries_of
from frappe.utils import add_days, add_months, flt, getdate, nowdate

from crm_ext.field_service.flow import supplier_claims
from crm_ext.service_contracts.flow import billing_run, contract_profit
from crm_ext.service_contracts.report.contract_profit import contract_profit as report
from crm_ext.service_contracts.rules.contract_profit import VIEWS


def whole_year():
    return {"from_date": add_months(nowdate(), -12), "to_date": nowdate()}


@pytest.fixture
def served(site):
    """A contract of 400 a month that includes half of the parts, billed; one complaint and one other visit, posted."""
    made = service_world.world()
    fee = makers.item(f"Care {made.tag}").name
    contract = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "title": f"Care {made.tag}",
            "customer": made.customer,
            "company": made.company,
            "currency": "USD",
            "start_date": add_days(nowdate(), -20),
            "lines": [
                {
                    "item_code": fee,
                    "rate": 400,
                    "equipment": made.equipment,
                    "parts_percent": 50,
                    "hours_included": 40,
                }
            ],
        }
    ).insert()
    contract.submit()
    made.contract = contract.name
    billed = billing_run.bill_now(contract.name)
    assert billed["invoices"], billed["problem"]
    made.invoice = billed["invoices"][0]
    issue = frappe.get_doc(
        {"doctype": "Issue", "subject": "It leaks", "equipment": made.equipment, "customer": made.customer}
    ).insert()
    made.complaint = service_world.order(made, parts=[{"item_code": made.seal, "qty": 2}], issue=issue.name)
    made.complaint.submit()
    made.visit = service_world.order(made, times=((13, 14),))
    made.visit.submit()
    return made


def lines(served, **filters):
    answer = report.execute({"company": served.company, **whole_year(), **filters})
    return answer[1], answer[2]


def of_contract(served, **filters):
    rows, _message = lines(served, view="Contract", **filters)
    return next(row for row in rows if row["key"] == served.contract)


def ledger(served, *root_types):
    return sum(
        flt(row.credit - row.debit)
        for row in frappe.get_all(
            "GL Entry",
            filters={
                "service_contract": served.contract,
                "is_cancelled": 0,
                "account": (
                    "in",
                    frappe.get_all(
                        "Account",
                        {"company": served.company, "root_type": ("in", root_types)},
                        pluck="name",
                        order_by="lft",
                    ),
                ),
            },
            fields=["debit", "credit"],
            order_by="name",
        )
    )


def test_every_figure_is_the_ledgers_or_says_that_it_is_not_and_every_view_agrees(served):
    row = of_contract(served)
    assert row["revenue"] == pytest.approx(ledger(served, "Income"))
    assert row["ledger_profit"] == pytest.approx(ledger(served, "Income", "Expense"))
    assert row["parts"] == pytest.approx(120)
    # Two hours for the complaint and one for the visit, at thirty an hour, stand in no ledger row.
    assert row["labour_outside"] + row["travel_outside"] == pytest.approx(90)
    assert row["profit"] == pytest.approx(row["ledger_profit"] - 90)
    assert row["hours"] == pytest.approx(3)
    assert (row["complaints"], row["visits"]) == (1, 2)
    assert row["complaint_costs"] == pytest.approx(row["parts"] + 60)
    totals = set()
    for view in VIEWS:
        rows, message = lines(served, view=view)
        assert rows[-1]["is_total"]
        totals.add((rows[-1]["revenue"], rows[-1]["profit"], rows[-1]["complaint_costs"]))
        assert "0.00" in message
    assert len(totals) == 1


def test_labour_that_was_posted_is_counted_once(served):
    settings = frappe.get_single("Field Service Settings")
    settings.labour_in_ledger = 1
    settings.save()
    before = of_contract(served)
    order = service_world.order(served, times=((15, 17),))
    order.submit()
    row = of_contract(served)
    assert row["labour"] == pytest.approx(60)
    assert row["labour_outside"] == before["labour_outside"]
    assert row["profit"] == pytest.approx(before["profit"] - 60)


def test_a_cancelled_order_is_nobodys_cost(served):
    served.complaint.reload()
    served.complaint.cancel()
    row = of_contract(served)
    assert (row["parts"], row["complaint_costs"], row["visits"]) == (0, 0, 1)


def test_what_is_invoiced_and_not_earned_is_told_apart(site):
    made = service_world.world()
    liability = frappe.get_all(
        "Account",
        {"company": made.company, "root_type": "Liability", "is_group": 0, "account_type": ""},
        pluck="name",
        order_by="lft",
    )[0]
    frappe.db.set_value("Company", made.company, "default_deferred_revenue_account", liability)
    frappe.clear_document_cache("Company", made.company)
    contract = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "title": "Deferred",
            "customer": made.customer,
            "company": made.company,
            "currency": "USD",
            "start_date": nowdate(),
            "lines": [
                {
                    "item_code": makers.item(f"Year {made.tag}").name,
                    "rate": 1200,
                    "interval_unit": "Year",
                    "defer_revenue": 1,
                }
            ],
        }
    ).insert()
    contract.submit()
    billed = billing_run.bill_now(contract.name)
    assert billed["invoices"], billed["problem"]
    made.contract = contract.name
    row = of_contract(made)
    assert (row["revenue"], row["deferred"]) == (0, 1200)


def test_the_price_proposed_for_the_renewal_comes_from_what_was_earned(served):
    settings = frappe.get_single("Contract Billing Settings")
    settings.update({"target_margin": 25, "largest_increase": 15, "largest_decrease": 50})
    settings.save()
    past = contract_profit.of_contract(served.contract, getdate())
    assert past.revenue > 0
    wanted = (past.revenue - past.profit) / Decimal("0.75") / past.revenue - 1
    assert contract_profit.proposed_change(served.contract) == max(
        Decimal("-0.5"), min(Decimal("0.15"), wanted)
    )


def test_a_line_for_several_units_is_shared_out_and_the_invoice_of_a_visit_goes_to_its_unit(served):
    pumps = [service_world.equipment(served).name for _ in range(2)]
    line = {"item_code": makers.item(f"Fleet {served.tag}").name, "rate": 300, "line_number": 1}
    lone = {"item_code": line["item_code"], "rate": 100, "line_number": 2}
    contract = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "title": f"Fleet {served.tag}",
            "customer": served.customer,
            "company": served.company,
            "currency": "USD",
            "start_date": add_days(nowdate(), -20),
            "lines": [line, lone],
            "covered_equipment": [{"line_number": 1, "equipment": pump} for pump in pumps],
        }
    ).insert()
    contract.submit()
    billed = billing_run.bill_now(contract.name)
    assert billed["invoices"], billed["problem"]
    paid = {"payer": "Customer", "decided_by_hand": 1, "decision_reason": "Not covered"}
    part = {"item_code": served.seal, "qty": 1, **paid}
    visit = service_world.order(
        served, parts=[part], times=((15, 16),), equipment=pumps[0], service_contract=contract.name
    )
    visit.submit()
    brought = frappe.db.get_value("Sales Invoice", visit.sales_invoice, "base_net_total")
    assert brought > 0
    rows, message = lines(served, view="Equipment", service_contract=contract.name)
    assert {row["key"]: row["revenue"] for row in rows[:-1]} == {
        pumps[0]: 150 + brought,
        pumps[1]: 150,
        "": 100,
    }
    assert rows[-1]["revenue"] == pytest.approx(400 + brought)
    assert "Not tied to a unit" in {row["label"] for row in rows}
    assert "covered" in message
    # The unit's figure opens the contracts that it comes from, and the ledger by the site's own name of the dimension.
    behind, _message = lines(served, view="Contract", equipment=pumps[0])
    assert [(row["key"], row["revenue"]) for row in behind[:-1]] == [(contract.name, 150 + brought)]
    assert behind[0]["dimension"] == "service_contract"


def test_a_dimension_under_a_name_of_the_sites_own_is_read_by_that_name(served):
    before = of_contract(served)
    frappe.db.sql(
        "update `tabGL Entry` set project = service_contract, service_contract = null where service_contract = %s",
        served.contract,
    )
    dimension = frappe.db.get_value("Accounting Dimension", {"document_type": "Service Contract"})
    frappe.db.set_value("Accounting Dimension", dimension, "fieldname", "project")
    assert of_contract(served) == before | {"dimension": "project"}


def test_a_claim_on_a_supplier_is_not_taken_for_labour(served):
    before = of_contract(served)
    journal = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": served.company,
            "posting_date": nowdate(),
            "service_order": served.complaint.name,
            "accounts": [
                {
                    "account": served.accounts["own_cost_account"],
                    "credit_in_account_currency": 25,
                    "service_contract": served.contract,
                },
                {"account": served.accounts["labour_credit_account"], "debit_in_account_currency": 25},
            ],
        }
    ).insert()
    journal.submit()
    row = of_contract(served)
    assert row["labour"] == before["labour"]
    assert row["other_costs"] == pytest.approx(before["other_costs"] - 25)


@pytest.mark.parametrize("post_as", ["Debit Note", "Journal Entry"])
def test_what_a_supplier_bears_is_no_cost_of_the_contract_and_the_claim_no_gain(served, post_as):
    before = of_contract(served)
    frappe.db.set_single_value(
        "Field Service Settings", "supplier_claim_item", makers.item(f"Claim {served.tag}").name
    )
    frappe.clear_document_cache("Field Service Settings", "Field Service Settings")
    borne = {
        "payer": "Supplier",
        "supplier": makers.supplier(f"Maker {served.tag}").name,
        "decided_by_hand": 1,
        "decision_reason": "Bad batch",
    }
    order = service_world.order(
        served, parts=[{"item_code": served.seal, "qty": 1, **borne}], times=((15, 16),)
    )
    order.submit()
    row = of_contract(served)
    assert (row["parts"], row["other_costs"]) == (before["parts"], before["other_costs"])
    claim = supplier_claims.make_from("Service Order", order.name)
    claim.post_as = post_as
    claim.insert().submit()
    row = of_contract(served)
    assert (row["parts"], row["other_costs"]) == (before["parts"], before["other_costs"])


def test_who_may_not_see_the_company_or_a_contract_sees_nothing_of_it(served):
    user = makers.user(f"profit-{served.tag}@example.com", "Maintenance Manager").name
    frappe.get_doc(
        {
            "doctype": "User Permission",
            "user": user,
            "allow": "Customer",
            "for_value": makers.customer(f"Other {served.tag}").name,
        }
    ).insert()
    frappe.set_user(user)
    rows, _message = lines(served, view="Contract")
    assert served.contract not in {row["key"] for row in rows}
    with pytest.raises(frappe.PermissionError):
        report.execute({"company": "Nobody's Company", **whole_year()})


def test_more_orders_and_contracts_ask_no_more_questions(served):
    def whole():
        return lines(served, view="Technician")

    whole()
    few = queries_of(whole)
    service_world.order(served, times=((17, 18),)).submit()
    assert queries_of(whole) == few
