"""The promise dates on a quotation, as a seller sees them while typing, in English and in Persian."""

import re
from datetime import timedelta

import pytest
from desk_forms import Form
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold form may take.


@pytest.fixture
def quotation(site, records):
    """A draft for four pumps, all in stock; ten more come in twelve days."""
    tag = site.generate_hash(length=6)
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    warehouse = site.get_all(
        "Warehouse",
        {"company": company, "is_group": 0, "warehouse_type": ("is", "not set")},
        pluck="name",
        order_by="lft",
    )[0]
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = records.insert(
        {
            "doctype": "Item",
            "item_code": f"Pump {tag}",
            "item_group": group,
            "stock_uom": "Nos",
            "is_stock_item": 1,
        }
    )
    receipt = {"item_code": item.name, "qty": 4, "basic_rate": 50, "t_warehouse": warehouse}
    records.insert(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": company,
            "items": [receipt],
        },
        submit=True,
    )
    supplier = records.insert({"doctype": "Supplier", "supplier_name": f"Foundry {tag}"})
    arrival = site.utils.getdate() + timedelta(days=12)
    ordered = {
        "item_code": item.name,
        "qty": 10,
        "rate": 50,
        "warehouse": warehouse,
        "schedule_date": arrival,
    }
    records.insert(
        {
            "doctype": "Purchase Order",
            "supplier": supplier.name,
            "company": company,
            "schedule_date": arrival,
            "items": [ordered],
        },
        submit=True,
    )
    customer = records.insert({"doctype": "Customer", "customer_name": f"Water Works {tag}"})
    return records.insert(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": customer.name,
            "company": company,
            "items": [{"item_code": item.name, "qty": 4, "rate": 90, "warehouse": warehouse}],
        }
    )


@pytest.mark.roles("Sales User", "Sales Manager", "Purchase User")
def test_the_date_follows_the_quantity_that_is_typed(page, desk, quotation, accessible, screenshot):
    form = Form.open(page, "Quotation", quotation.name)
    line = page.locator(".crm-promises li:visible")
    expect(line).to_contain_text("In stock", timeout=OPENING)
    cell = form.root.locator(".grid-row[data-idx='1'] .grid-static-col[data-fieldname='qty']")
    cell.click()
    cell.locator("input:visible").fill("9")
    cell.locator("input:visible").press("Tab")
    expect(line).to_contain_text(re.compile(r"Purchase Order \S+, due on"), timeout=OPENING)
    expect(line).to_contain_text(re.compile(r"In parts: 4 on .*5 on"))
    assert form.value("items")[0]["promise_date"] == str(quotation.items[0].promise_date), "nothing was saved"
    accessible(page, within=".crm-offer-section[data-key='promises']")
    screenshot("promise_dates", page.locator(".crm-offer-section[data-key='promises']:visible"))

    persian = desk("Sales User", language="fa", phone=True)
    Form.open(persian, "Quotation", quotation.name)
    day = persian.locator(".crm-promises li:visible .crm-promise-day")
    expect(day).to_be_visible(timeout=OPENING)
    number = persian.locator(".crm-promises li:visible .crm-promise-number")
    expect(number).to_have_text("۱")
    assert persian.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    screenshot("promise_dates_persian", persian.locator(".crm-offer-section[data-key='promises']:visible"))
