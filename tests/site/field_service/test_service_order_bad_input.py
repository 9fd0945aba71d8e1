"""What cannot be posted is refused with a sentence that says what to do, and nothing of it is posted."""

from __future__ import annotations

import frappe
import makers
import pytest
import service_world
from frappe.utils import add_days, get_datetime, nowdate

from crm_ext.field_service.flow import service_orders, work_reports


@pytest.fixture(scope="module")
def committed(site_connection):
    with service_world.committed() as made:
        yield made


@pytest.fixture
def world(site, committed):
    return committed


def refused(order, sentence: str) -> None:
    frappe.db.savepoint("before_submit")
    with pytest.raises(frappe.ValidationError, match=sentence):
        order.submit()
    frappe.db.rollback(save_point="before_submit")
    for doctype in ("Stock Entry", "Timesheet", "Sales Invoice", "Journal Entry"):
        assert not frappe.db.exists(doctype, {"service_order": order.name})
    assert frappe.db.get_value("Service Order", order.name, "docstatus") == 0


def part(world, **values):
    return [{"item_code": world.seal, "qty": 1, **values}]


def test_parts_that_are_not_in_the_van_are_found_elsewhere(world):
    refused(
        service_world.order(world, parts=part(world, qty=11)),
        f"11 are needed, and {world.van} has 10.*No other warehouse",
    )
    refused(
        service_world.order(world, parts=part(world, warehouse=world.store)),
        rf"{world.store} has 0.*There are some in {world.van} \(10\)",
    )


def test_two_lines_of_one_part_are_counted_together(world):
    order = service_world.order(world, parts=part(world, qty=6) + part(world, qty=5))
    refused(order, "11 are needed")


def test_serial_numbers_are_those_of_the_item_in_the_warehouse(world):
    motor = {"item_code": world.motor, "qty": 1}
    for serials, sentence in (
        ("", "has 0 serial numbers"),
        ("NO-SUCH", "there is no serial number NO-SUCH"),
        ("\n".join(world.serials), "used 1 times but has 2"),
    ):
        refused(service_world.order(world, parts=[{**motor, "serial_no": serials}]), sentence)
    twice = [{**motor, "serial_no": world.serials[0]}] * 2
    refused(service_world.order(world, parts=twice), "on this order twice")
    away = {**motor, "serial_no": world.serials[0], "warehouse": world.store}
    refused(service_world.order(world, parts=[away]), f"not in {world.store} but in {world.van}")


def test_a_serial_number_that_is_another_customers_already_is_refused(world):
    motor = {"item_code": world.motor, "qty": 1, "serial_no": world.serials[1]}
    service_world.order(world, parts=[motor], times=()).submit()
    refused(service_world.order(world, parts=[motor]), f"belongs to {world.customer} already")


def test_a_batch_item_needs_its_own_batch(world):
    grease = {"item_code": world.grease, "qty": 1}
    refused(service_world.order(world, parts=[grease]), "choose the batch")
    wrong = makers.item(f"Oil {world.tag}", is_stock_item=1, has_batch_no=1).name
    batch = frappe.get_doc({"doctype": "Batch", "batch_id": f"O-{world.tag}", "item": wrong}).insert()
    refused(service_world.order(world, parts=[{**grease, "batch_no": batch.name}]), "batch .* is of Oil")


def test_what_the_customer_pays_is_never_billed_at_nothing(world):
    free = makers.item(f"No price {world.tag}").name
    refused(service_world.order(world, parts=[{"item_code": free, "qty": 1}]), "has no price")
    service_world.settings(world, labour_item=None)
    refused(service_world.order(world), "name no item for it")


def test_missing_accounts_employees_activities_results_and_tasks_are_named(world):
    equipment = service_world.equipment(world, warranty_expires_on=add_days(nowdate(), 9))
    order = service_world.order(world, parts=part(world), equipment=equipment.name)
    settings = frappe.get_single("Field Service Settings")
    settings.accounts = []
    settings.save()
    refused(order, "name no account for Warranty Provision")
    service_world.settings(world)
    refused(service_world.order(world, result=""), "choose a Result")
    undone = service_world.order(world)
    undone.tasks[0].is_done = 0
    refused(undone.save(), "mandatory and not done yet: Look at the seal")
    frappe.db.set_value("Technician", world.technician, "employee", None)
    refused(service_world.order(world), "has no employee")
    frappe.db.set_value("Technician", world.technician, {"employee": world.employee, "activity_type": None})
    service_world.settings(world, labour_activity_type=None)
    refused(service_world.order(world), "choose an Activity Type")


def test_times_that_cannot_be_are_refused_when_they_are_entered(world):
    for times, sentence in (
        (((9, 11), (10, 12)), "overlap"),
        (((11, 9),), "Until must be later"),
    ):
        with pytest.raises(frappe.ValidationError, match=sentence):
            service_world.order(world, times=times)
    refused(service_world.order(world, day=add_days(nowdate(), 2)), "has not come yet")
    with pytest.raises(frappe.ValidationError, match="is not a time"):
        order = service_world.order(world, times=())
        work_reports.record(order.name, "k", {"times": [{"what": "Work", "from": "noon", "to": "later"}]})


def test_the_same_hours_on_another_timesheet_are_named(world):
    first = service_world.order(world).submit()
    refused(service_world.order(world), f"timesheet for the same hours.*{first.timesheet}")


def test_hours_across_the_change_of_clocks_are_posted_right(world):
    zone = frappe.db.get_single_value("System Settings", "time_zone")
    frappe.db.set_single_value("System Settings", "time_zone", "Europe/Berlin")
    frappe.clear_cache()
    try:
        order = service_world.order(world, times=(), parts=())
        for start, end in (("01:30", "04:00"), ("04:00", "05:00")):
            order.append(
                "times",
                {
                    "what": "Work",
                    "from_time": get_datetime(f"2026-03-29 {start}:00"),
                    "to_time": get_datetime(f"2026-03-29 {end}:00"),
                },
            )
        order.save()
        assert [row.hours for row in order.times] == [1.5, 1]
        order.submit()
        sheet = frappe.get_doc("Timesheet", order.timesheet)
        assert [row.hours for row in sheet.time_logs] == [1.5, 1]
        missing = service_world.order(world, times=())
        told = {"what": "Work", "from": "2026-03-29T02:30:00", "to": "2026-03-29T06:00:00"}
        with pytest.raises(frappe.ValidationError, match="never was"):
            work_reports.record(missing.name, "k", {"times": [told]})
        told["from"] = "2026-03-29T01:30:00+00:00"
        work_reports.record(missing.name, "k", {"times": [told]})
        missing.reload()
        assert (str(missing.times[0].from_time), missing.times[0].hours) == ("2026-03-29 03:30:00", 2.5)
    finally:
        frappe.db.set_single_value("System Settings", "time_zone", zone)
        frappe.clear_cache()


def test_a_closed_period_and_frozen_stock_say_to_choose_another_posting_date(world):
    yesterday = add_days(nowdate(), -1)
    order = service_world.order(world, parts=part(world))
    frappe.db.set_single_value("Stock Settings", "stock_frozen_upto", yesterday)
    frappe.clear_document_cache("Stock Settings", "Stock Settings")
    refused(order, "Choose another Posting Date")
    frappe.db.set_single_value("Stock Settings", "stock_frozen_upto", None)
    frappe.clear_document_cache("Stock Settings", "Stock Settings")
    frappe.get_doc(
        {
            "doctype": "Accounting Period",
            "period_name": f"Closed {world.tag}",
            "company": world.company,
            "start_date": yesterday,
            "end_date": yesterday,
            "closed_documents": [{"document_type": "Sales Invoice", "closed": 1}],
        }
    ).insert()
    refused(frappe.get_doc("Service Order", order.name), "Choose another Posting Date")


def test_equipment_of_another_customer_is_refused(world):
    other = makers.customer(f"Stranger {world.tag}").name
    order = service_orders.make_from("Equipment", world.equipment)
    order.customer = other
    with pytest.raises(frappe.ValidationError, match="another customer's place"):
        order.insert()


def test_only_a_maintenance_manager_decides_by_hand_who_pays(world):
    user = makers.user(
        f"clerk-{world.tag}@example.com", "Maintenance User", "Accounts User", "Sales User"
    ).name
    order = service_world.order(world, parts=part(world))
    order.parts[0].update({"decided_by_hand": 1, "payer": "Ourselves", "decision_reason": "Goodwill"})
    frappe.set_user(user)
    with pytest.raises(frappe.PermissionError, match="Maintenance Manager"):
        order.save(ignore_permissions=True)
    frappe.set_user("Administrator")
    order.reload()
    order.parts[0].update({"decided_by_hand": 1, "payer": "Ourselves", "decision_reason": ""})
    with pytest.raises(frappe.ValidationError, match="who pays and why"):
        order.save()
    order.reload()
    order.parts[0].update({"decided_by_hand": 1, "payer": "Ourselves", "decision_reason": "Goodwill"})
    order.save()
    frappe.set_user(user)
    order.save(ignore_permissions=True)
    frappe.set_user("Administrator")
    assert (order.parts[0].payer, order.parts[0].why) == ("Ourselves", "Goodwill")
    order.submit()
    assert service_world.ledger(order.stock_entry)[world.accounts["own_cost_account"]] == 60


def test_a_technician_without_rights_to_the_ledgers_finishes_the_job(world):
    user = makers.user(f"tess-{world.tag}@example.com", "Technician").name
    motor = {"item_code": world.motor, "qty": 1, "serial_no": world.serials[0]}
    order = service_world.order(world, parts=[*part(world), motor], times=((9, 10),))
    order.append("tasks", {"task": "Read", "answer": "Measured Value", "meter": "Hours", "value": 5})
    order.save()
    frappe.set_user(user)
    assert work_reports.finish(order.name, "end")["status"] == "Completed"
    assert frappe.db.get_value("Stock Entry", {"service_order": order.name}, "owner") == user
    assert frappe.db.exists("Meter Reading", {"service_order": order.name})
    assert frappe.session.user == user
    frappe.db.set_single_value("Stock Settings", "stock_frozen_upto", nowdate())
    frappe.clear_document_cache("Stock Settings", "Stock Settings")
    frappe.set_user("Administrator")
    frozen = service_world.order(world, parts=part(world), times=((11, 12),))
    frappe.db.set_single_value("Stock Settings", "stock_auth_role", "Stock Manager")
    frappe.clear_document_cache("Stock Settings", "Stock Settings")
    frappe.set_user(user)
    with pytest.raises(frappe.ValidationError, match="Choose another Posting Date"):
        work_reports.finish(frozen.name, "end")


@pytest.mark.parametrize("key", ["", None, 7, "k" * 101])
def test_a_report_without_a_proper_key_is_refused(world, key):
    order = service_world.order(world, times=())
    with pytest.raises(frappe.ValidationError, match="open the page again"):
        work_reports.record(order.name, key, {})


def test_a_status_needs_a_technician_and_a_draft(world):
    order = service_world.order(world, technician=None, times=())
    with pytest.raises(frappe.ValidationError, match="no technician"):
        service_orders.set_status(order.name, "On the Way")
    order.update({"technician": world.technician}).save()
    service_orders.set_status(order.name, "On the Way", "2026-05-04 08:00:00")
    order.reload()
    assert (order.status, str(order.left_at)) == ("On the Way", "2026-05-04 08:00:00")
    service_orders.set_status(order.name, "Planned")
    order.reload()
    assert order.left_at is None
