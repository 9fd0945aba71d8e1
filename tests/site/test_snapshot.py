"""What holds the files of tests apart: committed rows are gone, missing ones back, changed ones as they were."""

from __future__ import annotations

import frappe
import makers


def naming_of_customers() -> str:
    return frappe.db.get_singles_dict("Selling Settings").cust_master_name


def test_what_was_committed_is_taken_back(snapshot):
    company = frappe.get_doc("Company", makers.company())
    uom = frappe.get_last_doc("UOM")
    setting = naming_of_customers()
    note = frappe.get_doc({"doctype": "ToDo", "description": "Left behind"}).insert()
    frappe.db.set_value("Company", company.name, "phone_no", "+1 202 555 0199")
    frappe.db.set_single_value("Selling Settings", "cust_master_name", "Naming Series")
    frappe.db.delete("UOM", {"name": uom.name})
    frappe.db.commit()

    assert {"tabToDo", "tabCompany", "tabSingles", "tabUOM"} <= set(snapshot.restore())

    assert not frappe.db.exists("ToDo", note.name)
    assert frappe.db.get_value("Company", company.name, "phone_no") == company.phone_no
    assert frappe.get_doc("UOM", uom.name).as_dict() == uom.as_dict()
    assert naming_of_customers() == setting
    assert snapshot.restore() == []
