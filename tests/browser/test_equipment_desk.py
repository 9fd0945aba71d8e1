"""Equipment on the desk: its meter is read in Persian digits, its history opens what it counts, it is moved."""

from types import SimpleNamespace

import pytest
from desk_forms import Form, pick
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page may take.


@pytest.fixture
def pump(site, records):
    """A unit in use with a plan of maintenance, and a second customer."""
    suffix = site.generate_hash(length=6)
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    owner, buyer = (
        records.insert({"doctype": "Customer", "customer_name": f"{name} {suffix}"}).name
        for name in ("Owner", "Buyer")
    )
    unit = records.insert(
        {
            "doctype": "Equipment",
            "equipment_name": f"Pump {suffix}",
            "customer": owner,
            "company": company,
            "latitude": 35.6997,
            "longitude": 51.338,
        }
    )
    records.insert({"doctype": "Equipment Meter", "equipment": unit.name, "meter_name": "Hours", "unit": "h"})
    plan = {
        "doctype": "Maintenance Plan",
        "title": f"Check {suffix}",
        "company": company,
        "equipment": unit.name,
    }
    records.insert(
        {**plan, "start_date": site.utils.getdate(), "interval_unit": "Month", "interval_count": 3}
    )
    return SimpleNamespace(name=unit.name, buyer=buyer)


@pytest.mark.roles("Maintenance Manager", "Sales User")
def test_a_unit_is_read_looked_through_and_moved(persian_page, pump, site, accessible, screenshot):
    page = persian_page
    Form.open(page, "Equipment", pump.name)
    history = page.locator(".crm-ext-equipment:visible")
    expect(history.locator(".crm-ext-equipment-sections")).to_be_visible(timeout=OPENING)
    accessible(page, within=".crm-ext-equipment")
    screenshot("equipment")

    page.evaluate("() => crm_ext.equipment.ask_reading(cur_frm)")
    dialog = page.locator(".modal.show")
    dialog.locator("input[data-fieldname=typed]").fill("۱٬۲۵۰٫۵")
    dialog.locator(".modal-footer .btn-primary").click()
    expect(history).to_contain_text("۱٬۲۵۰٫۵", timeout=OPENING)
    assert site.db.get_value("Equipment Meter", {"equipment": pump.name}, "last_value") == 1250.5

    history.locator(".crm-ext-equipment-open", has_text="۴").or_(
        history.locator(".crm-ext-equipment-open", has_text="۵")
    ).first.click()
    expect(page.locator(".frappe-list .list-row-container:visible").nth(3)).to_be_visible(timeout=OPENING)

    form = Form.open(page, "Equipment", pump.name)
    page.evaluate("() => crm_ext.equipment.ask_move(cur_frm)")
    dialog = page.locator(".modal.show")
    pick(page, dialog.locator(".frappe-control[data-fieldname=customer]"), pump.buyer)
    dialog.locator(".modal-footer .btn-primary").click()
    page.wait_for_function("customer => cur_frm.doc.customer === customer", arg=pump.buyer)
    assert form.value("latitude") == 0
    site.db.rollback()
    moves = site.get_all("Equipment Placement", {"parent": pump.name}, pluck="customer", order_by="idx")
    assert len(moves) == 2 and moves[-1] == pump.buyer
    assert not site.db.count("Planned Visit", {"equipment": pump.name, "status": "Planned"})
