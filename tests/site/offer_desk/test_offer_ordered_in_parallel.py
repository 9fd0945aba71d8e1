"""An offer becomes one order and a line one Work Order, however many people press at the same moment."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import frappe
import makers
import offers
import pytest

# Each process has looked at the quotation before the other one orders, as a form that stands open has.
PRESS = """
    import sys
    import frappe
    frappe.init({site!r}, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    from crm_ext.offer_desk.flow import production, quotation_options
    frappe.get_doc({doctype!r}, {name!r})
    sys.stdin.readline()
    {press}
    frappe.db.commit()
"""
ORDER = "quotation_options.make_order({name!r}, ({option!r},), ()).submit()"
WORK_ORDER = "production.make_work_order({name!r}, {row!r})"


def pressed_together(doctype, name, press, times=2):
    script = textwrap.dedent(PRESS).format(site=frappe.local.site, doctype=doctype, name=name, press=press)
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(times)
    ]
    for process in processes:
        process.stdin.write(b"\n")
        process.stdin.flush()
    outcomes = [(process.communicate()[1].decode(), process.returncode) for process in processes]
    frappe.db.rollback()
    return outcomes


@pytest.fixture
def offer(site):
    """A submitted quotation that other processes can see, taken away with all that came of it."""
    mark = frappe.generate_hash(length=8)
    made = [
        offers.priced_item(f"{name} {mark}", 10, is_stock_item=1) for name in ("Machine", "Gauge", "Part")
    ]
    machine, gauge, part = (item.name for item in made)
    customer = makers.customer(f"Parallel {mark}")
    bom = frappe.get_doc(
        {
            "doctype": "BOM",
            "item": machine,
            "company": makers.company(),
            "currency": "USD",
            "is_default": 1,
            "items": [{"item_code": part, "qty": 1, "uom": "Nos"}],
        }
    ).submit()
    document = offers.quotation(customer, [{"item_code": machine}], [{"item_code": gauge}]).submit()
    frappe.db.commit()
    yield document
    frappe.db.rollback()
    orders = frappe.get_all("Sales Order", {"customer": customer.name}, pluck="name", order_by="creation")
    doomed = [
        *(("Work Order", name) for name in frappe.get_all("Work Order", {"sales_order": ("in", orders)}, pluck="name", order_by="creation")),
        *(("Sales Order", name) for name in orders),
        ("Quotation", document.name),
        ("BOM", bom.name),
        *(("Item", item.name) for item in made),
        ("Customer", customer.name),
    ]  # fmt: skip
    for doctype, name in doomed:
        left = frappe.get_doc(doctype, name)
        if left.docstatus == 1:
            left.cancel()
        frappe.delete_doc(doctype, name, force=True, delete_permanently=True)
    frappe.db.commit()


def test_two_who_order_at_the_same_moment_get_one_order(offer):
    press = ORDER.format(name=offer.name, option=offer.quotation_options[0].name)
    outcomes = pressed_together("Quotation", offer.name, press)
    assert sorted(code == 0 for _error, code in outcomes) == [False, True], outcomes
    assert "already" in next(error for error, code in outcomes if code), outcomes
    lines = frappe.get_all(
        "Sales Order Item", {"prevdoc_docname": offer.name}, ["qty", "docstatus"], order_by="idx"
    )
    assert [(line.qty, line.docstatus) for line in lines] == [(1, 1), (1, 1)]
    order = frappe.get_all(
        "Sales Order Item", {"prevdoc_docname": offer.name}, ["parent", "name"], order_by="idx"
    )[0]

    press = WORK_ORDER.format(name=order.parent, row=order.name)
    outcomes = pressed_together("Sales Order", order.parent, press)
    assert all(code == 0 for _error, code in outcomes), outcomes
    assert frappe.db.count("Work Order", {"sales_order_item": order.name}) == 1
