"""The desk's door to service orders: who may come in, and what the printed report says."""

from __future__ import annotations

import frappe
import makers
import pytest

from crm_ext.api import service_orders as door


@pytest.fixture
def equipment(site):
    tag = frappe.generate_hash(length=6)
    return frappe.get_doc(
        {
            "doctype": "Equipment",
            "equipment_name": f"Pump {tag}",
            "customer": makers.customer(f"Owner {tag}").name,
            "company": makers.company(),
        }
    ).insert()


def test_an_order_is_made_of_equipment_and_not_of_what_is_no_source(equipment):
    made = door.make_from("Equipment", equipment.name)
    assert (made["equipment"], made["customer"]) == (equipment.name, equipment.customer)
    with pytest.raises(frappe.PermissionError):
        door.make_from("User", "Administrator")
    with pytest.raises(frappe.PermissionError):
        door.make_from("No Such Thing", "x")


def test_who_has_no_rights_to_service_orders_gets_nothing(equipment):
    order = frappe.get_doc(door.make_from("Equipment", equipment.name)).insert()
    user = makers.user(f"nobody-{equipment.name.lower()}@example.com", "Blogger").name
    frappe.set_user(user)
    for ask in (
        lambda: door.make_from("Equipment", equipment.name),
        lambda: door.set_status(order.name, "Open"),
        lambda: door.set_status("SVC-ORD-NONE", "Open"),
        lambda: door.pickable(order.name, "x", "y"),
        lambda: door.posting(order.name),
        lambda: door.posting("SVC-ORD-NONE"),
    ):
        with pytest.raises(frappe.PermissionError):
            ask()


@pytest.mark.parametrize(("language", "day"), [("en", "05-04-2026"), ("fa", "۱۴۰۵/۰۲/۱۴")])
def test_the_report_speaks_the_readers_calendar(equipment, language, day):
    order = frappe.get_doc(door.make_from("Equipment", equipment.name))
    order.update({"posting_date": "2026-05-04", "work_done": "<b>New</b> seal", "signed_by": "Mr Miller"})
    order.insert()
    before, frappe.local.lang = frappe.local.lang, language
    frappe.db.set_default("date_format", "mm-dd-yyyy")
    try:
        printed = frappe.get_print("Service Order", order.name, "Service Report")
    finally:
        frappe.local.lang = before
    assert day in printed and "Mr Miller" in printed and "&lt;b&gt;New" in printed
