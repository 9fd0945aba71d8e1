"""Vans ask for what their planned jobs need, once."""

from __future__ import annotations

import equipment_makers as units
import frappe
import makers
import pytest
from frappe.utils import add_days, now_datetime

from crm_ext.field_service.flow import van_refill

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def van():
    warehouse = frappe.get_doc(
        {"doctype": "Warehouse", "warehouse_name": f"Van {units.tag()}", "company": makers.company()}
    ).insert()
    return frappe.get_doc(
        {
            "doctype": "Technician",
            "technician_name": f"Technician {units.tag()}",
            "company": makers.company(),
            "van_warehouse": warehouse.name,
        }
    ).insert()


@pytest.fixture
def seal():
    return makers.item(f"SEAL-{units.tag()}", is_stock_item=1).name


def job(van, item: str, qty: float, in_days: int = 1):
    customer = makers.customer(f"Site {units.tag()}").name
    order = {
        "doctype": "Service Order",
        "title": "Change the seal",
        "customer": customer,
        "company": makers.company(),
        "parts": [{"item_code": item, "planned_qty": qty}],
    }
    made = frappe.get_doc(order).insert()
    start = add_days(now_datetime(), in_days)
    frappe.db.set_value(
        "Service Order", made.name, {"technician": van.name, "planned_start": start, "status": "Planned"}
    )
    return made


def asked(requests: list[str]) -> list[tuple]:
    rows = frappe.get_all(
        "Material Request Item",
        {"parent": ("in", requests)},
        ["warehouse", "item_code", "qty", "docstatus"],
        order_by="idx",
    )
    return [(row.warehouse, row.item_code, row.qty, row.docstatus) for row in rows]


def test_one_request_for_a_van_with_what_all_its_jobs_lack(van, seal):
    job(van, seal, 2)
    job(van, seal, 3)
    job(van, seal, 50, in_days=20)
    requests = van_refill.refill(technician=van.name)
    assert asked(requests) == [(van.van_warehouse, seal, 5, 1)]
    assert (
        frappe.db.get_value("Material Request", requests[0], "material_request_type") == "Material Transfer"
    )
    assert frappe.db.count("Van Refill", {"warehouse": van.van_warehouse}) == 1


def test_asking_again_asks_only_for_what_came_since(van, seal):
    job(van, seal, 2)
    van_refill.refill(technician=van.name)
    assert van_refill.refill(technician=van.name) == []
    job(van, seal, 4)
    assert asked(van_refill.refill(technician=van.name)) == [(van.van_warehouse, seal, 4, 1)]


def test_what_the_van_carries_is_not_asked_for(van, seal):
    entry = {"doctype": "Stock Entry", "stock_entry_type": "Material Receipt", "company": makers.company()}
    row = {"item_code": seal, "qty": 3, "basic_rate": 5, "t_warehouse": van.van_warehouse}
    frappe.get_doc(entry | {"items": [row]}).submit()
    job(van, seal, 2)
    assert van_refill.refill(technician=van.name) == []
    job(van, seal, 2)
    assert asked(van_refill.refill(technician=van.name)) == [(van.van_warehouse, seal, 1, 1)]


def test_what_is_on_its_way_to_the_van_is_not_asked_for_again(van, seal):
    from erpnext.stock.doctype.material_request.material_request import make_in_transit_stock_entry
    from erpnext.stock.doctype.stock_entry.stock_entry import make_stock_in_entry

    units.stocked(seal, 5)
    job(van, seal, 2)
    (request,) = van_refill.refill(technician=van.name)
    values = {"warehouse_name": f"On the Way {units.tag()}", "company": makers.company()}
    transit = frappe.get_doc({"doctype": "Warehouse", "warehouse_type": "Transit", **values}).insert()
    leaves = make_in_transit_stock_entry(request, transit.name)
    leaves.items[0].s_warehouse = makers.warehouse()
    leaves.insert().submit()
    assert van_refill.refill(technician=van.name) == []
    arrives = make_stock_in_entry(leaves.name)
    arrives.items[0].t_warehouse = van.van_warehouse
    arrives.insert().submit()
    assert van_refill.refill(technician=van.name) == []
    job(van, seal, 1)
    assert asked(van_refill.refill(technician=van.name)) == [(van.van_warehouse, seal, 1, 1)]


def test_a_cancelled_request_brings_nothing(van, seal):
    job(van, seal, 2)
    (request,) = van_refill.refill(technician=van.name)
    frappe.get_doc("Material Request", request).cancel()
    assert asked(van_refill.refill(technician=van.name)) == [(van.van_warehouse, seal, 2, 1)]


def test_a_part_whose_warehouse_was_picked_and_emptied_again_comes_from_the_van(van, seal):
    made = job(van, seal, 2).reload()
    made.parts[0].warehouse = ""
    made.save()
    assert asked(van_refill.refill(technician=van.name)) == [(van.van_warehouse, seal, 2, 1)]


def test_the_settings_name_the_warehouse_that_vans_are_refilled_from(van, seal):
    settings = frappe.get_doc("Field Service Settings")
    settings.set("accounts", [{"company": makers.company(), "parts_warehouse": makers.warehouse()}])
    settings.save()
    job(van, seal, 1)
    (request,) = van_refill.refill(technician=van.name)
    assert (
        frappe.db.get_value("Material Request Item", {"parent": request}, "from_warehouse")
        == makers.warehouse()
    )


def test_vans_without_jobs_ask_for_nothing(van):
    assert van_refill.refill(technician=van.name) == []
    assert van_refill.refill(technician="Nobody") == []
