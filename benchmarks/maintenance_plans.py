"""A year of weekly visits for 1,000 units: plans of this app against ERPNext's Maintenance Schedule, in the same run.

ERPNext's way is what its form does: one schedule for each unit, visits generated, saved and submitted (which makes an
Event of every visit). A part of the units is enough to know its rate. Ours is the nightly planning of all plans, from
nothing; then once more with nothing to change. What was made is rolled back.
"""

from __future__ import annotations

from time import perf_counter

import frappe
from frappe.utils import add_days, getdate

UNITS, VISITS, SCHEDULES = 1000, 52, 15


def measure(site: str) -> list[dict]:
    """Visits a second, as written to the database; seconds of a night in which nothing changed."""
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    customer = frappe.get_all("Customer", pluck="name", order_by="creation", limit=1)
    customer = customer[0] if customer else _insert("Customer", customer_name="Benchmark of Plans").name
    try:
        erpnext = _schedules(company, customer)
        ours, idle = _plans(company, customer)
    finally:
        frappe.db.rollback()
    size = f"{UNITS} units x {VISITS} visits"
    return [
        {
            "name": "maintenance_plans",
            "size": size,
            "ours": round(ours),
            "erpnext": round(erpnext),
            "ratio": round(ours / erpnext, 1),
            "unit": "visits/s",
        },
        {
            "name": "maintenance_plans_unchanged",
            "size": size,
            "ours": round(idle, 2),
            "erpnext": None,
            "ratio": None,
            "unit": "s",
        },
    ]


def _plans(company: str, customer: str) -> tuple[float, float]:
    from crm_ext.field_service.flow import maintenance_plans

    before = frappe.db.count("Planned Visit")
    for number in range(UNITS):
        unit = _insert("Equipment", equipment_name=f"Unit {number}", company=company, customer=customer)
        plan = frappe.get_doc(
            {
                "doctype": "Maintenance Plan",
                "title": "Weekly",
                "status": "Active",
                "rhythm": "Calendar",
                "calendar": "Gregorian",
                "holiday_shift": "Keep the Day",
                "company": company,
                "customer": customer,
                "equipment": unit.name,
                "start_date": getdate(),
                "interval_unit": "Week",
                "interval_count": 1,
                "horizon_days": VISITS * 7 - 1,
            }
        )
        # The planning itself is measured, for all of them at once.
        plan.set_new_name()
        plan.db_insert()
    begin = perf_counter()
    maintenance_plans.generate_all(end_step=_nothing)
    seconds = perf_counter() - begin
    made = frappe.db.count("Planned Visit") - before
    assert made >= UNITS * VISITS, made
    begin = perf_counter()
    maintenance_plans.generate_all(end_step=_nothing)
    return made / seconds, perf_counter() - begin


def _schedules(company: str, customer: str) -> float:
    item = _insert(
        "Item",
        item_code=f"Benchmark of Plans {frappe.generate_hash(length=6)}",
        item_group=frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0],
        stock_uom="Nos",
        is_stock_item=0,
    )
    person = frappe.get_all("Sales Person", {"is_group": 0}, pluck="name", order_by="lft", limit=1)
    person = person[0] if person else _insert("Sales Person", sales_person_name="Benchmark of Plans").name
    begin = perf_counter()
    for _ in range(SCHEDULES):
        schedule = frappe.get_doc(
            {
                "doctype": "Maintenance Schedule",
                "company": company,
                "customer": customer,
                "transaction_date": getdate(),
                "items": [
                    {
                        "item_code": item.name,
                        "start_date": getdate(),
                        "end_date": add_days(getdate(), VISITS * 7),
                        "periodicity": "Weekly",
                        "no_of_visits": VISITS,
                        "sales_person": person,
                    }
                ],
            }
        )
        schedule.generate_schedule()
        schedule.insert().submit()
    return SCHEDULES * VISITS / (perf_counter() - begin)


def _insert(doctype: str, **values):
    return frappe.get_doc({"doctype": doctype, **values}).insert()


def _nothing() -> None:
    """The benchmark rolls back at its end."""
