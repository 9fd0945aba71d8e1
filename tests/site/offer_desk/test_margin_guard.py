"""Offers below their floor are held back until somebody answers for them; margins agree with ERPNext's documents."""

from decimal import Decimal

import frappe
import makers
import margins
import offers
import pytest
from frappe.utils import add_days, getdate

from crm_ext.api import margin as api
from crm_ext.offer_desk.flow.margin_guard import BelowFloor
from crm_ext.offer_desk.queries.costs import unit_costs


@pytest.fixture
def case():
    margins.settings()
    return margins.case()


def margin_of(document) -> dict:
    return api.state(document.doctype, document.name)


# Costs


def test_costs_of_stock_bundles_made_items_and_services_are_found_together(case):
    makers.stock(case.item, 10, 70)
    service = makers.item("Margin Service").name
    known = makers.item("Margin Known", is_stock_item=1, valuation_rate=7).name
    parent = makers.item("Margin Set").name
    frappe.get_doc(
        {
            "doctype": "Product Bundle",
            "new_item_code": parent,
            "items": [{"item_code": case.item, "qty": 2}, {"item_code": known, "qty": 3}],
        }
    ).insert()
    made = makers.item("Margin Made", is_stock_item=1).name
    frappe.get_doc(
        {
            "doctype": "BOM",
            "item": made,
            "company": makers.company(),
            "quantity": 2,
            "rm_cost_as_per": "Valuation Rate",
            "items": [{"item_code": case.item, "qty": 1}],
        }
    ).insert().submit()
    assert unit_costs([case.item, service, known, parent, made], makers.company()) == {
        case.item: 70,
        service: None,
        known: 7,
        parent: 161,
        made: 35,
    }


def test_landed_cost_is_what_the_last_receipt_cost(case):
    makers.stock(case.item, 100, margins.COST)
    receipt = frappe.get_doc(
        {
            "doctype": "Purchase Receipt",
            "supplier": makers.supplier().name,
            "company": makers.company(),
            "items": [{"item_code": case.item, "qty": 1, "rate": 95, "warehouse": makers.warehouse()}],
        }
    )
    receipt.insert().submit()
    assert unit_costs([case.item], makers.company(), "Landed Cost")[case.item] == 95
    assert unit_costs([case.item], makers.company())[case.item] < 81


def test_the_number_of_queries_for_costs_does_not_grow(case, monkeypatch):
    codes = [makers.item(f"Margin Many {number}", is_stock_item=1).name for number in range(12)]
    unit_costs(codes, makers.company())
    statements, run = [], frappe.db.sql
    monkeypatch.setattr(frappe.db, "sql", lambda *a, **k: statements.append(a[0]) or run(*a, **k))
    unit_costs(codes, makers.company(), "Landed Cost")
    assert len(statements) <= 6


# Margins of real documents


def test_taxes_in_the_rate_and_the_discount_on_the_document_are_no_revenue(case):
    quotation = margins.offer(
        case,
        rate=110,
        additional_discount_percentage=5,
        apply_discount_on="Net Total",
        taxes=[
            {
                "charge_type": "On Net Total",
                "account_head": makers.account("Liability", "Tax"),
                "description": "VAT",
                "rate": 10,
                "included_in_print_rate": 1,
            }
        ],
    )
    found = margin_of(quotation)["total"]
    # 10 x 110 with 10 % tax inside is 1000 net, less 5 %.
    assert (found["revenue"], found["margin"]) == (950, 150)


def test_a_foreign_currency_is_converted_before_the_margin_is_told(case):
    frappe.get_doc(
        {
            "doctype": "Currency Exchange",
            "date": getdate(),
            "from_currency": "EUR",
            "to_currency": "USD",
            "exchange_rate": 1.25,
        }
    ).insert()
    quotation = margins.offer(case, rate=80, currency="EUR", conversion_rate=1.25)
    assert margin_of(quotation)["total"] == {"revenue": 1000, "margin": 200, "percent": 20}


def test_commission_freight_and_credit_come_off(case):
    margins.settings(freight_percent=4, credit_rate=20)
    partner = frappe.get_doc(
        {
            "doctype": "Sales Partner",
            "partner_name": "Margin Partner",
            "commission_rate": 3,
            "territory": frappe.get_all("Territory", pluck="name", order_by="lft", limit=1)[0],
        }
    ).insert()
    term = frappe.get_doc(
        {
            "doctype": "Payment Term",
            "payment_term_name": "73 days",
            "invoice_portion": 100,
            "due_date_based_on": "Day(s) after invoice date",
            "credit_days": 73,
        }
    ).insert()
    template = frappe.get_doc(
        {
            "doctype": "Payment Terms Template",
            "template_name": "73 days",
            "terms": [
                {
                    "payment_term": term.name,
                    "invoice_portion": 100,
                    "due_date_based_on": "Day(s) after invoice date",
                    "credit_days": 73,
                }
            ],
        }
    ).insert()
    quotation = margins.offer(case, referral_sales_partner=partner.name, payment_terms_template=template.name)
    quotation.submit()
    order = margins.order_from(quotation)
    order.payment_terms_template = template.name
    order.insert()
    for document in (quotation, order):
        line = margin_of(document)["lines"][0]
        parts = [line[part] for part in ("commission", "freight", "credit", "margin")]
        assert parts == [30, 40, 40, 90], document.doctype
    assert order.total_commission == 30


def test_carriage_charged_beside_the_lines_pays_for_the_freight(case):
    margins.settings(freight_percent=4)
    quotation = margins.offer(
        case,
        taxes=[
            {
                "charge_type": "Actual",
                "account_head": makers.account("Expense", "Chargeable"),
                "description": "Carriage",
                "tax_amount": 25,
            }
        ],
    )
    assert margin_of(quotation)["lines"][0]["freight"] == 15


def test_the_representative_is_told_what_a_discount_costs_him(case):
    employee = frappe.get_doc(
        {
            "doctype": "Employee",
            "first_name": "Rep",
            "company": makers.company(),
            "gender": "Other",
            "date_of_birth": "1990-01-01",
            "date_of_joining": "2020-01-01",
            "user_id": margins.representative(),
        }
    ).insert()
    person = frappe.get_doc(
        {
            "doctype": "Sales Person",
            "sales_person_name": "Margin Person",
            "employee": employee.name,
            "commission_rate": 5,
            "parent_sales_person": frappe.get_all("Sales Person", pluck="name", order_by="lft", limit=1)[0],
        }
    ).insert()
    case.customer.append(
        "sales_team", {"sales_person": person.name, "allocated_percentage": 100, "commission_rate": 5}
    )
    case.customer.save()
    margins.floor(10)
    quotation = margins.offer(case)
    frappe.set_user(employee.user_id)
    state = margin_of(quotation)
    step = next(step for step in state["steps"] if step["percent"] == 2)
    assert (step["revenue_lost"], step["margin_lost"], step["commission_lost"]) == (20, 19, 1)
    # 0.95 x price - 800 = 0.1 x price
    assert state["headroom"] == 5.88


# The guard


def test_nothing_is_refused_until_a_floor_is_set(case):
    margins.offer(case, rate=50).submit()


def test_an_offer_below_its_floor_is_refused_and_the_line_is_named(case):
    margins.floor(10)
    quotation = margins.offer(case, rate=85)
    with pytest.raises(BelowFloor, match=f"Row 1: {case.item}"):
        quotation.submit()
    assert frappe.db.get_value("Quotation", quotation.name, "docstatus") == 0


def test_an_order_below_its_floor_is_refused(case):
    margins.floor(10)
    order = frappe.get_doc(
        {
            "doctype": "Sales Order",
            "customer": case.customer.name,
            "company": makers.company(),
            "delivery_date": add_days(getdate(), 3),
            "items": [{"item_code": case.item, "qty": 1, "rate": 85}],
        }
    ).insert()
    with pytest.raises(BelowFloor):
        order.submit()


def test_floors_stand_by_item_group_and_grade(case):
    root = frappe.get_all("Item Group", {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
    frappe.get_doc({"doctype": "Margin Floor", "item_group": root, "minimum_margin": 30}).insert()
    quotation = margins.offer(case)
    with pytest.raises(BelowFloor):
        quotation.submit()
    grade = frappe.get_doc({"doctype": "Customer Grade", "grade_name": "Margin Friend"}).insert()
    frappe.get_doc(
        {"doctype": "Margin Floor", "item_group": root, "customer_grade": grade.name, "minimum_margin": 15}
    ).insert()
    case.customer.db_set("customer_grade", grade.name)
    quotation.reload()
    quotation.submit()


def test_a_second_floor_for_the_same_is_refused():
    values = {"doctype": "Margin Floor", "company": makers.company(), "minimum_margin": 30}
    frappe.get_doc(values).insert()
    with pytest.raises(frappe.ValidationError, match="a floor stands already"):
        frappe.get_doc(values).insert()


def test_options_and_alternatives_are_judged_before_the_customer_takes_them(case):
    margins.floor(10)
    good = {"item_code": case.item, "qty": 1, "rate": 100}
    alternative = margins.offer(case, lines=[good, {**good, "rate": 81, "is_alternative": 1}])
    with pytest.raises(BelowFloor, match="Row 2"):
        alternative.submit()
    cheap = offers.priced_item("Margin Option", 10, is_stock_item=1, valuation_rate=9.9)
    option = {"item_code": cheap.name, "uom": "Nos"}
    with_option = offers.quotation(case.customer, [good], [option]).insert()
    with pytest.raises(BelowFloor, match="Option"):
        with_option.submit()


def test_samples_and_internal_customers_pass(case):
    margins.floor(10)
    margins.offer(case, rate=0, ignore_pricing_rule=1).submit()
    assert frappe.db.get_value("Quotation", {"party_name": case.customer.name}, "grand_total") == 0
    case.customer.db_set("is_internal_customer", 1)
    margins.offer(case, rate=10).submit()


def test_goods_given_away_count_against_the_paid_line(case):
    margins.floor(10)
    paid = {"item_code": case.item, "qty": 10, "rate": 100}
    gift = makers.item("Margin Gift", is_stock_item=1, valuation_rate=80).name
    free = {"item_code": gift, "qty": 2, "rate": 0, "is_free_item": 1}
    quotation = margins.offer(case, lines=[paid, free], ignore_pricing_rule=1)
    with pytest.raises(BelowFloor):
        quotation.submit()


def test_the_price_of_a_submitted_order_cannot_be_pushed_below_the_floor(case):
    from erpnext.controllers.accounts_controller import update_child_qty_rate

    margins.floor(10)
    quotation = margins.offer(case)
    quotation.submit()
    order = margins.order_from(quotation).insert()
    order.submit()
    row = order.items[0]
    kept = ("item_code", "qty", "uom", "conversion_factor", "delivery_date")
    change = {"docname": row.name, **{field: row.get(field) for field in kept}}
    update_child_qty_rate("Sales Order", frappe.as_json([{**change, "rate": 105}]), order.name)
    with pytest.raises(BelowFloor, match="amend the order"):
        update_child_qty_rate("Sales Order", frappe.as_json([{**change, "rate": 81}]), order.name)


# Approval


def requested(case, user, **values):
    quotation = margins.offer(case, rate=85, **values)
    frappe.set_user(user)
    api.ask("Quotation", quotation.name, "Entry into a new market")
    return quotation


def approval_of(document):
    name = frappe.db.get_value(
        "Margin Approval", {"reference_name": document.name, "status": ("!=", "Superseded")}
    )
    return frappe.get_doc("Margin Approval", name)


def test_after_approval_the_offer_goes_out_and_the_order_asks_no_more(case):
    margins.floor(10)
    rep, head = margins.representative(), margins.manager()
    quotation = requested(case, rep)
    with pytest.raises(BelowFloor):
        quotation.reload().submit()
    frappe.set_user(head)
    assert api.state("Quotation", quotation.name)["approval"]["may_decide"]
    api.decide(approval_of(quotation).name, "Approved")
    frappe.set_user(rep)
    quotation.reload().submit()
    order = margins.order_from(quotation).insert()
    order.submit()
    assert order.docstatus == 1
    approval = approval_of(quotation)
    told = [(event.action, event.user, event.reason) for event in approval.history]
    assert told == [("Requested", rep, "Entry into a new market"), ("Approved", head, "")]


def test_an_order_that_is_worse_than_the_approved_quotation_asks_again(case):
    margins.floor(10)
    quotation = requested(case, margins.representative())
    frappe.set_user("Administrator")
    api.decide(approval_of(quotation).name, "Approved")
    quotation.reload().submit()
    order = margins.order_from(quotation)
    order.items[0].rate = 84
    order.insert()
    with pytest.raises(BelowFloor):
        order.submit()


def test_an_order_on_the_terms_of_a_submitted_quotation_passes_though_costs_have_risen(case):
    margins.floor(10)
    quotation = margins.offer(case, rate=100)
    quotation.submit()
    margins.floor(50)
    margins.order_from(quotation).insert().submit()


def test_a_change_for_the_worse_lets_the_approval_lapse_and_one_for_the_better_does_not(case):
    margins.floor(10)
    quotation = requested(case, margins.representative())
    frappe.set_user("Administrator")
    api.decide(approval_of(quotation).name, "Approved")
    quotation.reload()
    quotation.items[0].rate = 84
    quotation.save()
    with pytest.raises(BelowFloor):
        quotation.submit()
    quotation.reload()
    quotation.items[0].rate = 86
    quotation.save()
    quotation.submit()


def test_a_limit_ends_where_it_ends(case):
    margins.floor(10, margin_approval_limits=[{"role": "Sales Manager", "minimum_margin": 6}])
    quotation = requested(case, margins.representative())
    frappe.set_user(margins.manager())
    assert not api.state("Quotation", quotation.name)["approval"]["may_decide"]
    with pytest.raises(frappe.PermissionError):
        api.decide(approval_of(quotation).name, "Approved")
    assert approval_of(quotation).status == "Requested"


def test_whoever_asks_cannot_decide(case):
    margins.floor(10)
    quotation = requested(case, margins.representative())
    with pytest.raises(frappe.PermissionError):
        api.decide(approval_of(quotation).name, "Approved")
    with pytest.raises(frappe.PermissionError):
        approval = approval_of(quotation)
        approval.status = "Approved"
        approval.save()


def test_whoever_may_decide_has_decided_by_asking(case):
    margins.floor(10)
    quotation = requested(case, margins.manager())
    assert approval_of(quotation).status == "Approved"
    quotation.reload().submit()


def test_clicking_twice_is_asking_once(case):
    margins.floor(10)
    quotation = requested(case, margins.representative())
    api.ask("Quotation", quotation.name, "Entry into a new market")
    assert frappe.db.count("Margin Approval", {"reference_name": quotation.name}) == 1


def test_asking_for_a_changed_offer_puts_the_older_request_aside(case):
    margins.floor(10)
    rep = margins.representative()
    quotation = requested(case, rep)
    quotation.reload()
    quotation.items[0].rate = 84
    quotation.save()
    api.ask("Quotation", quotation.name, "Still worth it")
    found = frappe.get_all(
        "Margin Approval", {"reference_name": quotation.name}, pluck="status", order_by="status"
    )
    assert found == ["Requested", "Superseded"]


def test_approving_twice_changes_nothing_and_the_other_verdict_is_too_late(case):
    margins.floor(10)
    quotation = requested(case, margins.representative())
    frappe.set_user("Administrator")
    name = approval_of(quotation).name
    api.decide(name, "Rejected", "Too cheap")
    api.decide(name, "Rejected", "Too cheap")
    assert [event.action for event in approval_of(quotation).history] == ["Requested", "Rejected"]
    with pytest.raises(frappe.ValidationError, match="decided already"):
        api.decide(name, "Approved")


def test_after_a_refusal_the_same_may_be_asked_again(case):
    margins.floor(10)
    rep = margins.representative()
    quotation = requested(case, rep)
    frappe.set_user("Administrator")
    api.decide(approval_of(quotation).name, "Rejected", "Why?")
    frappe.set_user(rep)
    assert api.ask("Quotation", quotation.name, "They buy a hundred next year")["status"] == "Requested"


def test_those_who_may_decide_get_a_task_that_ends_with_the_decision(case):
    margins.floor(10)
    head = margins.manager()
    quotation = requested(case, margins.representative())
    task = {"reference_type": "Margin Approval", "reference_name": approval_of(quotation).name}
    assert frappe.db.get_value("ToDo", {**task, "allocated_to": head}, "status") == "Open"
    frappe.set_user(head)
    api.decide(task["reference_name"], "Approved")
    assert not frappe.db.exists("ToDo", {**task, "status": "Open"})


def test_a_deleted_offer_takes_its_requests_along(case):
    margins.floor(10)
    quotation = requested(case, margins.representative())
    frappe.set_user("Administrator")
    frappe.delete_doc("Quotation", quotation.name)
    assert not frappe.db.exists("Margin Approval", {"reference_name": quotation.name})


def test_an_offer_above_its_floor_needs_no_approval(case):
    margins.floor(10)
    quotation = margins.offer(case)
    with pytest.raises(frappe.ValidationError, match="You can submit it"):
        api.ask("Quotation", quotation.name, "Just in case")


def test_margins_are_decimals_to_the_end(case):
    assert isinstance(unit_costs([case.item], makers.company())[case.item], Decimal)
