"""One submit posts stock, time and invoice; one cancel takes them back. On real documents, to the last cent."""

from __future__ import annotations

import json

import frappe
import makers
import pytest
import service_world
from frappe.utils import add_days, flt, getdate, nowdate

from crm_ext.field_service.flow import part_picking, service_orders, work_reports


@pytest.fixture(scope="module")
def committed(site_connection):
    with service_world.committed() as made:
        yield made


@pytest.fixture
def world(site, committed):
    return committed


def docstatus(doctype: str, name: str) -> int:
    return frappe.db.get_value(doctype, name, "docstatus")


def test_without_contract_and_warranty_the_customer_pays_everything(world):
    order = service_world.order(world, parts=[{"item_code": world.seal, "qty": 2}])
    assert {row.payer for row in (*order.parts, *order.times)} == {"Customer"}
    order.submit()
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    assert [(row.item_code, row.qty, row.rate) for row in invoice.items] == [
        (world.seal, 2, 100),
        (world.labour, 2, 80),
    ]
    assert invoice.docstatus == 1 and invoice.net_total == order.customer_total == 360
    assert invoice.service_order == order.name
    assert invoice.posting_date == order.posting_date == getdate(add_days(nowdate(), -1))
    assert order.status == "Completed"
    cost = service_world.ledger(order.stock_entry)
    assert cost[frappe.get_cached_value("Company", world.company, "default_expense_account")] == 120
    assert (order.parts_cost, order.labour_cost) == (120, 60)
    assert service_world.in_warehouse(world.seal, world.van) == 8


def test_a_contract_pays_its_share_of_parts_and_the_hours_it_has_left(world):
    contract = service_world.contract(world, hours_included=1, parts_percent=80)
    order = service_world.order(world, parts=[{"item_code": world.seal, "qty": 1}])
    shares = [(row.payer, row.amount) for row in (*order.parts, *order.times)]
    assert shares == [("Contract", 80), ("Customer", 20), ("Contract", 80), ("Customer", 80)]
    order.submit()
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    assert [(row.item_code, row.qty, row.rate) for row in invoice.items] == [
        (world.seal, 1, 20),
        (world.labour, 1, 80),
    ]
    assert {row.service_contract for row in invoice.items} == {contract.name}
    entry = frappe.get_doc("Stock Entry", order.stock_entry)
    assert [(row.qty, row.expense_account, row.service_contract) for row in entry.items] == [
        (1, world.accounts["contract_cost_account"], contract.name)
    ]
    uses = frappe.get_all("Entitlement Use", {"source": order.name}, ["unit", "quantity"], order_by="unit")
    assert [(use.unit, use.quantity) for use in uses] == [("Hour", 1)]
    ledger = frappe.get_all(
        "GL Entry",
        {"service_contract": contract.name, "is_cancelled": 0},
        pluck="voucher_no",
        order_by="name",
    )
    assert {order.stock_entry, order.sales_invoice} <= set(ledger)


def test_a_cause_that_the_contract_does_not_cover_is_the_customers(world):
    covered, other = (
        frappe.get_doc({"doctype": "Complaint Cause", "cause_name": f"{name} {world.tag}"}).insert().name
        for name in ("Wear", "Frost")
    )
    service_world.contract(world, causes=[covered])
    order = service_world.order(world, complaint_cause=covered)
    assert [row.payer for row in order.times] == ["Contract"]
    order.update({"complaint_cause": other}).save()
    assert [row.payer for row in order.times] == ["Customer"]


def test_under_warranty_the_provision_pays_and_nothing_is_invoiced(world):
    equipment = service_world.equipment(world, warranty_expires_on=add_days(nowdate(), 100))
    order = service_world.order(
        world, parts=[{"item_code": world.seal, "qty": 1}], equipment=equipment.name
    ).submit()
    assert order.sales_invoice is None
    assert (order.warranty_total, order.customer_total) == (260, 0)
    assert service_world.ledger(order.stock_entry)[world.accounts["warranty_account"]] == 60


def test_a_fault_of_the_product_is_put_to_the_supplier_while_he_guarantees(world):
    supplier = makers.supplier(f"Maker {world.tag}").name
    cause = frappe.get_doc(
        {"doctype": "Complaint Cause", "cause_name": f"Leak {world.tag}", "responsible": "Product"}
    ).insert()
    equipment = service_world.equipment(
        world, supplier=supplier, supplier_warranty_until=add_days(nowdate(), 5)
    )
    order = service_world.order(
        world,
        parts=[{"item_code": world.seal, "qty": 1}],
        equipment=equipment.name,
        complaint_cause=cause.name,
    ).submit()
    assert {(row.payer, row.supplier) for row in order.parts} == {("Supplier", supplier)}
    assert service_world.ledger(order.stock_entry)[world.accounts["supplier_claim_account"]] == 60


def test_serial_numbers_and_batches_leave_the_van_by_bundles_and_come_back(world):
    order = service_world.order(
        world,
        parts=[
            {"item_code": world.motor, "qty": 1, "serial_no": world.serials[0]},
            {"item_code": world.grease, "qty": 3, "batch_no": world.batch},
        ],
    ).submit()
    entry = frappe.get_doc("Stock Entry", order.stock_entry)
    assert all(row.serial_and_batch_bundle for row in entry.items)
    assert not frappe.db.get_value("Serial No", world.serials[0], "warehouse")
    assert service_world.in_warehouse(world.grease, world.van) == 17
    part = frappe.db.get_value(
        "Equipment", {"serial_no": world.serials[0]}, ["customer", "parent_equipment"], as_dict=True
    )
    assert (part.customer, part.parent_equipment) == (world.customer, world.equipment)
    order.cancel()
    assert frappe.db.get_value("Serial No", world.serials[0], "warehouse") == world.van
    assert service_world.in_warehouse(world.grease, world.van) == 20


def test_serial_numbers_and_batches_are_picked_from_what_lies_in_the_van(world):
    order = service_world.order(world, times=())
    picked = part_picking.pickable(order.name, world.motor, None)
    assert picked == {"warehouse": world.van, "serial_nos": world.serials, "batches": []}
    picked = part_picking.pickable(order.name, world.grease, world.van)
    assert [(one["batch_no"], one["qty"]) for one in picked["batches"]] == [(world.batch, 20)]


def test_one_cancel_takes_everything_back_and_the_amended_order_posts_anew(world):
    service_world.settings(world, labour_in_ledger=1)
    contract = service_world.contract(world, visits_included=1, parts_percent=50)
    order = service_world.order(world, parts=[{"item_code": world.seal, "qty": 1}]).submit()
    posted = [
        ("Stock Entry", order.stock_entry),
        ("Timesheet", order.timesheet),
        ("Journal Entry", order.journal_entry),
        ("Sales Invoice", order.sales_invoice),
    ]
    assert [docstatus(*one) for one in posted] == [1, 1, 1, 1]
    order.reload()
    order.cancel()
    assert [docstatus(*one) for one in posted] == [2, 2, 2, 2]
    assert not any(service_world.ledger(name) for _doctype, name in posted)
    assert not frappe.db.exists("Entitlement Use", {"service_contract": contract.name})
    assert service_world.in_warehouse(world.seal, world.van) == 10
    assert order.status == frappe.db.get_value("Service Order", order.name, "status") == "Cancelled"
    amended = frappe.copy_doc(order, ignore_no_copy=False)
    amended.update({"amended_from": order.name, "docstatus": 0})
    amended.insert().submit()
    assert amended.name != order.name and len(amended.parts) == 2
    assert docstatus("Sales Invoice", amended.sales_invoice) == 1
    assert frappe.db.count("Entitlement Use", {"source": amended.name}) == 1


def test_work_stands_in_the_ledger_by_payer_where_the_site_wants_it(world):
    accounts = service_world.settings(world, labour_in_ledger=1)
    service_world.contract(world, hours_included=1)
    order = service_world.order(world).submit()
    assert order.labour_is_posted
    assert service_world.ledger(order.journal_entry) == {
        accounts["contract_cost_account"]: 30,
        accounts["customer_labour_account"]: 30,
        accounts["labour_credit_account"]: -60,
    }


def test_hours_and_their_cost_stand_on_a_timesheet_of_the_technicians_employee(world):
    order = service_world.order(world, times=((8, 9), (9, 12))).submit()
    sheet = frappe.get_doc("Timesheet", order.timesheet)
    assert (sheet.docstatus, sheet.employee, sheet.total_hours) == (1, world.employee, 4)
    assert sheet.total_costing_amount == order.labour_cost == 120
    assert not any(row.is_billable for row in sheet.time_logs)


def test_kilometres_are_a_cost_and_travel_is_charged_as_the_site_says(world):
    frappe.get_single("Dispatch Settings").update({"cost_per_kilometre": 0.5}).save()
    service_world.settings(world, travel_charged_by="Kilometres")
    order = service_world.order(world)
    order.times[0].update({"what": "Travel", "kilometres": 30})
    order.save()
    assert order.times[0].amount == 30 * 40
    order.submit()
    assert order.kilometre_cost == 15
    row = frappe.get_doc("Sales Invoice", order.sales_invoice).items[0]
    assert (row.item_code, row.qty) == (world.travel, 30)


def test_the_customers_pricing_rule_sets_the_rate_and_the_invoice_keeps_it(world):
    frappe.get_doc(
        {
            "doctype": "Pricing Rule",
            "title": f"Ten off {world.tag}",
            "apply_on": "Item Code",
            "items": [{"item_code": world.seal}],
            "selling": 1,
            "applicable_for": "Customer",
            "customer": world.customer,
            "rate_or_discount": "Discount Percentage",
            "discount_percentage": 10,
            "company": world.company,
            "valid_from": "2020-01-01",
        }
    ).insert()
    order = service_world.order(world, parts=[{"item_code": world.seal, "qty": 2}], times=()).submit()
    assert order.parts[0].rate == 90
    assert frappe.db.get_value("Sales Invoice", order.sales_invoice, "net_total") == 180


def test_a_typed_rate_stays_and_taxes_are_erpnexts_own(world):
    tax = makers.expense_account(f"Tax {world.tag}", world.company).name
    frappe.get_doc(
        {
            "doctype": "Sales Taxes and Charges Template",
            "title": f"Tax {world.tag}",
            "company": world.company,
            "is_default": 1,
            "taxes": [
                {
                    "charge_type": "On Net Total",
                    "account_head": tax,
                    "rate": 9,
                    "description": "Tax",
                }
            ],
        }
    ).insert()
    order = service_world.order(world, parts=[{"item_code": world.seal, "qty": 1, "rate": 70}], times=())
    order.save()
    assert order.parts[0].rate == 70
    order.submit()
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    assert (invoice.net_total, invoice.total_taxes_and_charges) == (70, flt(6.3, 2))


def test_an_invoice_waits_as_a_draft_where_the_site_wants_to_see_it_first(world):
    service_world.settings(world, submit_invoices=0)
    order = service_world.order(world).submit()
    draft = order.sales_invoice
    assert docstatus("Sales Invoice", draft) == 0
    order.reload()
    order.cancel()
    assert not frappe.db.exists("Sales Invoice", draft)


def test_an_old_part_goes_back_to_the_warehouse_that_the_line_names(world):
    order = service_world.order(
        world, parts=[{"item_code": world.seal, "qty": 1, "return_warehouse": world.store}], times=()
    ).submit()
    assert service_world.in_warehouse(world.seal, world.store) == 1
    assert order.parts_cost == 60
    order.reload()
    order.cancel()
    assert service_world.in_warehouse(world.seal, world.store) == 0


def test_measured_values_of_the_checklist_become_readings_of_the_meter(world):
    order = service_world.order(world)
    order.append(
        "tasks", {"task": "Read", "answer": "Measured Value", "meter": "Hours", "value": 120, "is_done": 1}
    )
    order.save().submit()
    readings = frappe.get_all(
        "Meter Reading", {"service_order": order.name}, ["equipment", "value"], order_by="name"
    )
    assert [(reading.equipment, flt(reading.value)) for reading in readings] == [(world.equipment, 120)]
    order.reload()
    order.cancel()
    assert not frappe.db.exists("Meter Reading", {"service_order": order.name})


def test_the_fields_of_an_order_made_from_a_complaint_come_from_it_and_its_equipment(world):
    issue = frappe.get_doc(
        {
            "doctype": "Issue",
            "subject": "It leaks",
            "customer": world.customer,
            "company": world.company,
            "equipment": world.equipment,
        }
    ).insert()
    order = service_orders.make_from("Issue", issue.name)
    assert (order.title, order.customer, order.equipment) == ("It leaks", world.customer, world.equipment)
    assert [task.task for task in order.tasks] == ["Look at the seal"]
    order.update({"technician": world.technician, "result": "Solved"})
    order.tasks[0].is_done = 1
    order.insert().submit()
    assert frappe.db.get_value("Issue", issue.name, "status") == "Resolved"


def test_a_planned_visit_is_ordered_once_done_with_its_order_and_free_when_it_is_deleted(world):
    visit = frappe.get_doc(
        {
            "doctype": "Planned Visit",
            "equipment": world.equipment,
            "customer": world.customer,
            "company": world.company,
            "due_on": nowdate(),
        }
    ).insert()
    order = service_orders.make_from("Planned Visit", visit.name).insert()
    assert (order.job_type, str(order.due_by)[:10]) == ("Maintenance", nowdate())
    with pytest.raises(frappe.ValidationError, match="made of"):
        service_orders.make_from("Planned Visit", visit.name).insert()
    order.update({"technician": world.technician, "result": "Solved"})
    order.tasks[0].is_done = 1
    order.save().submit()
    assert frappe.db.get_value("Planned Visit", visit.name, "status") == "Done"
    order.cancel()
    frappe.delete_doc("Service Order", order.name)
    assert frappe.db.get_value("Planned Visit", visit.name, ["status", "service_order"]) == ("Planned", None)


def test_no_posted_document_is_cancelled_behind_the_orders_back(world):
    service_world.settings(world, labour_in_ledger=1)
    order = service_world.order(world, parts=[{"item_code": world.seal, "qty": 1}]).submit()
    for doctype in ("Stock Entry", "Timesheet", "Sales Invoice", "Journal Entry"):
        document = frappe.get_doc(doctype, order.get(frappe.scrub(doctype)))
        with pytest.raises(frappe.ValidationError, match="Cancel the service order"):
            document.cancel()


def test_a_paid_invoice_keeps_the_order_from_being_cancelled_and_says_what_to_do(world):
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

    order = service_world.order(world).submit()
    cash = makers.account("Asset", "Cash", of_company=world.company)
    payment = get_payment_entry("Sales Invoice", order.sales_invoice, bank_account=cash)
    payment.update({"reference_no": "1", "reference_date": nowdate()})
    payment.insert().submit()
    order.reload()
    with pytest.raises(frappe.ValidationError, match=payment.name):
        order.cancel()


def test_an_invoice_that_a_journal_settled_keeps_the_order_from_being_cancelled(world):
    order = service_world.order(world).submit()
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    of_customer = {
        "account": invoice.debit_to,
        "party_type": "Customer",
        "party": invoice.customer,
        "credit_in_account_currency": invoice.outstanding_amount,
        "reference_type": "Sales Invoice",
        "reference_name": invoice.name,
    }
    cash = {
        "account": makers.account("Asset", "Cash", of_company=world.company),
        "debit_in_account_currency": invoice.outstanding_amount,
    }
    journal = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": world.company,
            "posting_date": nowdate(),
            "accounts": [of_customer, cash],
        }
    ).submit()
    frappe.db.savepoint("settled")
    with pytest.raises(frappe.ValidationError, match=journal.name):
        frappe.get_doc("Service Order", order.name).cancel()
    frappe.db.rollback(save_point="settled")
    journal.reload().cancel()
    frappe.get_doc("Service Order", order.name).cancel()
    assert docstatus("Sales Invoice", invoice.name) == 2


def test_the_same_report_five_times_writes_once(world):
    order = service_world.order(world, times=(), result="")
    report = {
        "status": "Work Done",
        "tasks": [{"name": order.tasks[0].name, "is_done": 1, "note": "dry"}],
        "parts": [{"id": "p1", "item_code": world.seal, "qty": 2}],
        "times": [
            {
                "id": "t1",
                "what": "Work",
                "from": f"{add_days(nowdate(), -1)}T09:00:00",
                "to": f"{add_days(nowdate(), -1)}T10:30:00",
            }
        ],
        "result": "Solved",
    }
    answers = [work_reports.record(order.name, "key-1", report) for _ in range(5)]
    assert all(answer == answers[0] for answer in answers)
    order.reload()
    assert [(row.item_code, row.qty) for row in order.parts] == [(world.seal, 2)]
    assert [row.hours for row in order.times] == [1.5]
    assert answers[0]["rows"] == {"p1": order.parts[0].name, "t1": order.times[0].name}
    assert (order.status, order.result) == ("Work Done", "Solved")
    finished = [work_reports.finish(order.name, key)["status"] for key in ("end", "end", "end-again")]
    assert finished == ["Completed"] * 3
    assert frappe.db.count("Stock Entry", {"service_order": order.name}) == 1
    assert frappe.db.count("Sales Invoice", {"service_order": order.name}) == 1
    assert frappe.db.count("Timesheet", {"service_order": order.name}) == 1


def test_a_later_report_corrects_the_rows_of_an_earlier_one_and_keeps_what_was_planned(world):
    order = service_world.order(world, parts=[{"item_code": world.grease, "planned_qty": 2}], times=())
    first = work_reports.record(order.name, "a", {"parts": [{"id": "p", "item_code": world.seal, "qty": 5}]})
    work_reports.record(order.name, "b", {"parts": [{"name": first["rows"]["p"], "qty": 1}]})
    order.reload()
    found = {row.item_code: (row.planned_qty, row.qty) for row in order.parts}
    assert found == {world.grease: (2, 0), world.seal: (0, 1)}


def test_a_report_after_the_order_was_completed_is_refused_with_a_sentence(world):
    order = service_world.order(world).submit()
    with pytest.raises(frappe.ValidationError, match="is completed"):
        work_reports.record(order.name, "late", {"work_done": "more"})
    assert json.loads(frappe.as_json(work_reports.finish(order.name, "end")))["status"] == "Completed"
