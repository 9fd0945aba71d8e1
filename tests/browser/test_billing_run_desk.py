"""A billing run watched on its form: what is in the way, put right and billed again, without a reload."""

from datetime import date

import pytest
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page, or a background job, may take.


@pytest.fixture
def contract(site, records):
    """A contract due today whose price list has no price of its line."""
    mark = site.generate_hash(length=6)
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = {"doctype": "Item", "item_code": f"Care {mark}", "item_group": group, "stock_uom": "Nos"}
    records.insert({**item, "is_stock_item": 0})
    customer = records.insert({"doctype": "Customer", "customer_name": f"Water Works {mark}"})
    price_list = records.insert(
        {
            "doctype": "Price List",
            "price_list_name": f"Care {mark}",
            "currency": site.get_cached_value("Company", company, "default_currency"),
            "selling": 1,
        }
    )
    return records.insert(
        {
            "doctype": "Service Contract",
            "title": f"Care of the north hall {mark}",
            "customer": customer.name,
            "company": company,
            "currency": price_list.currency,
            "selling_price_list": price_list.name,
            "start_date": date.today(),
            "lines": [
                {"item_code": item["item_code"], "price_source": "Price List", "interval_unit": "Month"}
            ],
        },
        submit=True,
    )


def start(page, records) -> None:
    """Saves the new run that is open, and starts it."""
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("cur_frm.doc.status !== 'Draft'", timeout=OPENING)
    records.remember("Billing Run", page.evaluate("cur_frm.doc.name"))


@pytest.mark.roles("Accounts User", "Accounts Manager")
def test_a_run_tells_on_its_form_what_was_in_the_way_and_then_which_invoice_it_made(
    page, site, records, contract
):
    page.goto(f"{page.url.split('/app')[0]}/app/billing-run/new?service_contract={contract.name}")
    page.wait_for_function("window.cur_frm && cur_frm.doc.service_contract", timeout=OPENING)
    page.evaluate("window.was_not_reloaded = true")
    page.evaluate("frappe.realtime.on('billing_run', () => (window.was_told = true))")
    start(page, records)
    panel = page.locator(".billing-progress:visible")
    expect(panel).to_contain_text("Line 1 has no price", timeout=OPENING)
    expect(panel.get_by_role("link", name=contract.name)).to_be_visible()

    price = {"doctype": "Item Price", "item_code": contract.lines[0].item_code, "price_list_rate": 450}
    records.insert({**price, "price_list": contract.selling_price_list})
    page.get_by_role("button", name="Bill Again").click()
    page.wait_for_function("cur_frm.is_new() && cur_frm.doc.service_contract", timeout=OPENING)
    start(page, records)
    expect(panel).to_contain_text("Everything due was billed.", timeout=OPENING)
    site.db.rollback()
    invoice = site.db.get_value("Billed Period", {"service_contract": contract.name}, "sales_invoice")
    records.remember("Sales Invoice", invoice)
    expect(panel.get_by_role("link", name=invoice)).to_be_visible(timeout=OPENING)
    assert page.evaluate("window.was_not_reloaded && window.was_told")
    panel.get_by_role("link", name="1 invoices made").click()
    expect(page.locator(".list-row").filter(has_text=invoice)).to_be_visible(timeout=OPENING)
    assert page.console_errors == []
