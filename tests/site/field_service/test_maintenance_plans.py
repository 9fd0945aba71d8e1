"""Plans of maintenance on a real site: visits follow the plan, and become Service Orders exactly once."""

from __future__ import annotations

import equipment_makers as units
import frappe
import makers
import pytest
from counting import statements_of
from frappe.utils import add_days, add_months, getdate

from crm_ext.field_service.flow import equipment, maintenance_plans, meters
from crm_ext.field_service.queries import maintenance_plans as queries

pytestmark = pytest.mark.usefixtures("site")
VALUES = [
    "maintenance_plan", "equipment", "customer", "company", "service_contract", "contract_line", "due_on",
    "period_start", "period_end", "status", "cause", "visit_key", "service_order", "problem", "owner", "modified_by",
    "docstatus", "idx", "_user_tags", "_comments", "_assign", "_liked_by",
]  # fmt: skip


@pytest.fixture
def customer():
    return makers.customer(f"Keeper {units.tag()}").name


@pytest.fixture
def boiler(customer):
    return units.by_hand(customer)


def plan(**values):
    return frappe.get_doc(
        {
            "doctype": "Maintenance Plan",
            "title": "Yearly check",
            "company": makers.company(),
            "start_date": getdate(),
            "interval_unit": "Month",
            "interval_count": 1,
            **values,
        }
    ).insert()


def due_days(made, status: str = "Planned") -> list:
    return frappe.get_all(
        "Planned Visit", {"maintenance_plan": made.name, "status": status}, pluck="due_on", order_by="due_on"
    )


def contract(customer: str, names: list[str], **values):
    line = {"item_code": makers.item(f"SERVICE-{units.tag()}").name, "line_number": 1, "rate": 100, "qty": 1}
    made = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "title": "Care",
            "customer": customer,
            "company": makers.company(),
            "currency": frappe.get_cached_value("Company", makers.company(), "default_currency"),
            "start_date": getdate(),
            "lines": [line],
            "covered_equipment": [{"line_number": 1, "equipment": name} for name in names],
            **values,
        }
    )
    return made.insert().submit()


def test_a_plan_is_planned_when_it_is_saved_and_follows_its_changes(boiler):
    made = plan(equipment=boiler.name)
    assert due_days(made) == [getdate(add_months(getdate(), number)) for number in range(12)] + (
        [getdate(add_days(getdate(), 365))] if add_months(getdate(), 12) == add_days(getdate(), 365) else []
    )
    made.update({"interval_count": 6}).save()
    assert len(due_days(made)) in (2, 3)
    made.update({"status": "Paused"}).save()
    assert due_days(made) == []
    made.update({"status": "Active", "end_date": getdate()}).save()
    assert due_days(made) == [getdate()]


def test_planning_again_changes_nothing_and_writes_nothing(boiler):
    made = plan(equipment=boiler.name, interval_unit="Week")
    before = frappe.get_all(
        "Planned Visit", {"maintenance_plan": made.name}, ["name", "modified"], order_by="name"
    )
    sent = statements_of(lambda: maintenance_plans.generate(made.name))
    assert not [sql for sql in sent if sql.strip().lower().startswith(("insert", "update", "delete"))]
    after = frappe.get_all(
        "Planned Visit", {"maintenance_plan": made.name}, ["name", "modified"], order_by="name"
    )
    assert before == after and before


def test_the_bulk_way_leaves_the_same_records_as_documents_inserted_one_by_one(boiler):
    made = plan(equipment=boiler.name)
    in_bulk = frappe.get_all("Planned Visit", {"maintenance_plan": made.name}, VALUES, order_by="due_on")
    frappe.db.delete("Planned Visit", {"maintenance_plan": made.name})
    for row in in_bulk:
        given = {field: row[field] for field in VALUES[:12]}
        frappe.get_doc({"doctype": "Planned Visit", **given}).insert()
    one_by_one = frappe.get_all("Planned Visit", {"maintenance_plan": made.name}, VALUES, order_by="due_on")
    assert in_bulk == one_by_one and in_bulk


def test_many_units_cost_as_many_statements_as_few(customer):
    names = [units.by_hand(customer, f"Unit {number}").name for number in range(6)]
    made = plan(service_contract=contract(customer, names).name)
    counts = []
    for keep in (1, 6):
        frappe.db.delete("Planned Visit", {"maintenance_plan": made.name})
        frappe.db.set_value("Equipment", {"name": ("in", names[keep:] or [""])}, "status", "Scrapped")
        counts.append(len(statements_of(lambda: maintenance_plans.generate(made.name))))
        frappe.db.set_value("Equipment", {"name": ("in", names)}, "status", "In Use")
    assert counts[0] == counts[1]


def test_visits_end_with_the_contract_and_with_the_unit_that_goes(customer):
    names = [units.by_hand(customer, f"Unit {number}").name for number in (1, 2)]
    agreed = contract(customer, names, end_date=add_months(getdate(), 4))
    made = plan(service_contract=agreed.name)
    assert len(due_days(made)) in (8, 10)
    assert max(due_days(made)) <= getdate(agreed.end_date)
    equipment.move(names[0], status="Scrapped")
    maintenance_plans.generate(made.name)
    assert set(
        frappe.get_all("Planned Visit", {"maintenance_plan": made.name}, pluck="equipment", order_by="name")
    ) == {names[1]}
    frappe.db.set_value("Service Contract", agreed.name, "terminated_on", getdate())
    maintenance_plans.generate_all(end_step=lambda: None)
    assert due_days(made) == [getdate()]


def test_a_unit_that_was_delivered_to_somebody_else_is_not_visited_for_the_first_customer(boiler, customer):
    made = plan(equipment=boiler.name)
    other = makers.customer(f"Other {units.tag()}").name
    equipment.move(boiler.name, status="In Use", customer=other)
    assert maintenance_plans.order_due_visits(end_step=lambda: None, up_to=getdate()) == []
    agreed = contract(customer, [])
    with pytest.raises(frappe.ValidationError, match="same customer"):
        plan(equipment=boiler.name, service_contract=agreed.name)
    assert made.customer == customer


def test_the_visits_go_as_soon_as_the_unit_does_and_what_was_done_stays(customer):
    whole = units.by_hand(customer, "Boiler")
    part = units.by_hand(None, "Burner", parent_equipment=whole.name)
    plans = [plan(equipment=name) for name in (whole.name, part.name)]
    first = frappe.get_all("Planned Visit", {"equipment": whole.name}, pluck="name", order_by="due_on")[0]
    frappe.db.set_value("Planned Visit", first, "status", "Done")
    equipment.move(whole.name, status="Scrapped")
    assert [due_days(made) for made in plans] == [[], []]
    assert due_days(plans[0], "Done") == [getdate()]


def test_the_visits_go_when_a_delivered_unit_comes_back_and_come_again_with_the_delivery(customer):
    pump = units.serial_item(f"PUMP-{units.tag()}")
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customer, pump.name, [number])
    made = plan(equipment=units.equipment_of(number).name)
    before = due_days(made)
    back = units.returned(note, [number])
    assert due_days(made) == [] and before
    back.reload().cancel()
    maintenance_plans.generate(made.name)
    assert due_days(made) == before


def test_the_next_customer_is_visited_when_the_plan_is_saved_for_them(boiler, customer):
    made = plan(equipment=boiler.name)
    other = makers.customer(f"Other {units.tag()}").name
    equipment.move(boiler.name, status="In Use", customer=other)
    maintenance_plans.generate(made.name)
    assert due_days(made) == [] and "in use" in made.reload().problem
    made.save()
    assert made.customer == other and due_days(made)
    assert set(frappe.get_all("Planned Visit", {"equipment": boiler.name}, pluck="customer")) == {other}


def test_a_renewed_contract_takes_the_planned_visits_over(customer, boiler):
    old = contract(customer, [boiler.name], end_date=add_months(getdate(), 24))
    made = plan(service_contract=old.name)
    before = due_days(made)
    new = contract(customer, [boiler.name])
    made.update({"service_contract": new.name}).save()
    assert due_days(made) == before
    stamps = frappe.get_all(
        "Planned Visit", {"maintenance_plan": made.name}, ["service_contract", "contract_line"], distinct=True
    )
    assert [(row.service_contract, row.contract_line) for row in stamps] == [(new.name, new.lines[0].name)]


def test_a_plan_whose_contract_was_cleared_in_the_form_is_ordered_without_one(customer, boiler):
    made = plan(equipment=boiler.name, service_contract=contract(customer, [boiler.name]).name)
    # What the form sends for a link that was emptied, and what ERPNext then writes into the database.
    made.update({"service_contract": ""}).save()
    (order,) = maintenance_plans.order_due_visits(end_step=lambda: None)
    assert frappe.db.get_value("Service Order", order, "equipment") == boiler.name
    stamps = frappe.get_all(
        "Planned Visit", {"maintenance_plan": made.name}, ["service_contract", "contract_line"], distinct=True
    )
    assert [(row.service_contract, row.contract_line) for row in stamps] == [(None, None)]


def test_visits_that_were_written_with_an_empty_contract_are_ordered(boiler):
    made = plan(equipment=boiler.name)
    frappe.db.set_value("Planned Visit", {"maintenance_plan": made.name}, "service_contract", "")
    assert len(maintenance_plans.order_due_visits(end_step=lambda: None)) == 1


def test_another_rhythm_moves_open_visits_and_leaves_those_that_are_done(boiler):
    made = plan(equipment=boiler.name, start_date=add_days(getdate(), 3))
    done = frappe.get_all("Planned Visit", {"equipment": boiler.name}, ["name", "due_on"], order_by="due_on")[
        0
    ]
    frappe.db.set_value("Planned Visit", done.name, "status", "Done")
    start = getdate(add_days(getdate(), 10))
    made.update({"interval_unit": "Month", "interval_count": 2, "start_date": start}).save()
    assert due_days(made, "Done") == [done.due_on]
    assert due_days(made)[:2] == [start, getdate(add_months(start, 2))]


def test_a_visit_that_stepped_over_holidays_stays_while_they_last(boiler):
    from frappe.utils import date_diff

    begin = getdate(add_days(getdate(), 7))
    days = [add_days(begin, number) for number in range(14)]
    holidays = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": f"New Year {units.tag()}",
            "from_date": getdate(),
            "to_date": add_days(getdate(), 90),
            "holidays": [{"holiday_date": day, "description": "Free"} for day in days],
        }
    ).insert()
    made = plan(
        equipment=boiler.name, start_date=begin, holiday_shift="The Day After", holiday_list=holidays.name
    )
    assert date_diff(due_days(made)[0], begin) == 14
    maintenance_plans.generate(made.name, today=add_days(begin, 5))
    assert date_diff(due_days(made)[0], begin) == 14


def test_a_visit_by_the_meter_comes_nearer_when_the_machine_runs_more(boiler):
    meters.record_reading(boiler.name, "Hours", "۱۰۰", read_on=add_days(getdate(), -10))
    made = plan(
        equipment=boiler.name,
        rhythm="Meter",
        meter="Hours",
        meter_interval=500,
        start_date=add_days(getdate(), -10),
    )
    assert due_days(made) == []
    meters.record_reading(boiler.name, "Hours", "300", read_on=getdate())
    maintenance_plans.generate(made.name)
    assert due_days(made)[0] == getdate(add_days(getdate(), 15))
    assert not frappe.db.get_value("Maintenance Plan", made.name, "problem")


def test_a_plan_by_a_meter_that_nobody_read_says_so(boiler):
    made = plan(equipment=boiler.name, rhythm="Meter", meter="Hours", meter_interval=500)
    assert "Hours" in made.problem and boiler.name in made.problem


def test_holidays_are_stepped_over(boiler):
    day = getdate(add_days(getdate(), 7))
    holidays = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": f"Free {units.tag()}",
            "from_date": getdate(),
            "to_date": add_days(getdate(), 60),
            "holidays": [{"holiday_date": day, "description": "Free"}],
        }
    ).insert()
    made = plan(
        equipment=boiler.name, start_date=day, holiday_shift="The Day After", holiday_list=holidays.name
    )
    assert due_days(made)[0] == getdate(add_days(day, 1))


def test_due_visits_become_orders_once_with_the_parts_of_the_plan(boiler, customer):
    filter_item = makers.item(f"FILTER-{units.tag()}", is_stock_item=1)
    made = plan(equipment=boiler.name, parts=[{"item_code": filter_item.name, "qty": 2, "uom": "Nos"}])
    (name,) = maintenance_plans.order_due_visits(end_step=lambda: None)
    assert maintenance_plans.order_due_visits(end_step=lambda: None) == []
    order = frappe.get_doc("Service Order", name)
    assert (order.equipment, order.customer, order.job_type) == (boiler.name, customer, "Maintenance")
    assert [(part.item_code, part.planned_qty) for part in order.parts] == [(filter_item.name, 2)]
    assert due_days(made, "Ordered") == [getdate()]
    maintenance_plans.generate(made.name)
    assert due_days(made, "Ordered") == [getdate()] and getdate() not in due_days(made)


def test_a_skipped_visit_is_not_planned_again(boiler):
    from crm_ext.field_service.flow import planned_visits

    made = plan(equipment=boiler.name)
    visit = frappe.get_all("Planned Visit", {"maintenance_plan": made.name}, pluck="name", order_by="due_on")[
        1
    ]
    planned_visits.skip([visit], "The customer is on holiday.")
    made.reload().save()
    assert len(due_days(made, "Skipped")) == 1
    planned_visits.plan_again([visit])
    assert due_days(made, "Skipped") == []


def test_one_visit_that_cannot_be_ordered_stops_no_other(customer):
    good, bad = (units.by_hand(customer, name) for name in ("Good", "Bad"))
    plans = [plan(equipment=unit.name) for unit in (bad, good)]
    frappe.db.set_value("Equipment", bad.name, "company", None)
    frappe.db.set_value("Planned Visit", {"maintenance_plan": plans[0].name}, "company", "No Such Company")
    made = maintenance_plans.order_due_visits(end_step=lambda: None, up_to=getdate())
    assert [frappe.db.get_value("Service Order", name, "equipment") for name in made] == [good.name]
    assert frappe.db.get_value("Planned Visit", {"equipment": bad.name, "due_on": getdate()}, "problem")
    assert maintenance_plans.order_due_visits(end_step=lambda: None, up_to=getdate()) == []


def test_more_bad_visits_than_are_read_at_once_stop_no_others(customer, monkeypatch):
    monkeypatch.setattr(maintenance_plans, "_VISITS_AT_ONCE", 2)
    bad = [units.by_hand(customer, f"Bad {number}").name for number in range(3)]
    good = [units.by_hand(customer, f"Good {number}").name for number in range(3)]
    plans = [plan(equipment=name, end_date=getdate()) for name in (*bad, *good)]
    of_bad = {"maintenance_plan": ("in", [made.name for made in plans[:3]])}
    overdue = {"company": "No Such Company", "due_on": add_days(getdate(), -9)}
    frappe.db.set_value("Planned Visit", of_bad, overdue)
    tried = []
    made = maintenance_plans.order_due_visits(end_step=lambda: tried.append(1))
    assert {frappe.db.get_value("Service Order", name, "equipment") for name in made} == set(good)
    assert frappe.db.count("Planned Visit", {**of_bad, "problem": ("is", "set")}) == 3
    # Every visit is tried once, a step each after three readings; and again on another day, behind those that did not fail.
    assert len(tried) == 6 + 3
    assert maintenance_plans.order_due_visits(end_step=lambda: tried.append(1)) == []
    assert len(tried) == 6 + 3
    frappe.db.set_value("Planned Visit", of_bad, "modified", add_days(getdate(), -1), update_modified=False)
    late = plan(equipment=units.by_hand(customer, "Late").name, end_date=getdate())
    first = queries.due_visits(getdate(), None, None, 1)
    assert frappe.db.get_value("Planned Visit", first[0], "maintenance_plan") == late.name


def test_one_plan_that_cannot_be_planned_stops_no_other(customer):
    good, bad = (plan(equipment=units.by_hand(customer, name).name) for name in ("Good", "Bad"))
    frappe.db.delete("Planned Visit", {"maintenance_plan": ("in", [good.name, bad.name])})
    frappe.db.set_value("Maintenance Plan", bad.name, "interval_count", -1)
    maintenance_plans.generate_all(end_step=lambda: None)
    assert due_days(good) and not due_days(bad)
    log = frappe.get_all("Error Log", {"reference_name": bad.name}, pluck="name", order_by="creation")[-1]
    assert log in frappe.db.get_value("Maintenance Plan", bad.name, "problem")
