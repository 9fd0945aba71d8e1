"""A service contract on its form: what it says by itself, an amendment from a day, an end before its time, in Persian too."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page may take.


@pytest.fixture
def contract(site, records):
    """A monthly contract of this year, nothing billed yet."""
    mark = site.generate_hash(length=6)
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = records.insert(
        {
            "doctype": "Item",
            "item_code": f"Care {mark}",
            "item_group": group,
            "stock_uom": "Nos",
            "is_stock_item": 0,
        }
    )
    customer = records.insert({"doctype": "Customer", "customer_name": f"Water Works {mark}"})
    today = date.today()
    line = {"item_code": item.name, "rate": 450, "interval_unit": "Month", "visits_included": 2}
    return records.insert(
        {
            "doctype": "Service Contract",
            "title": f"Care of the north hall {mark}",
            "customer": customer.name,
            "company": company,
            "currency": site.get_cached_value("Company", company, "default_currency"),
            "start_date": today - timedelta(days=60),
            "end_date": today + timedelta(days=300),
            "lines": [line],
        },
        submit=True,
    )


def open_form(page, contract) -> None:
    page.goto(f"{page.url.split('/app')[0]}/app/service-contract/{contract.name}")
    expect(page.locator(".form-page")).to_be_visible(timeout=OPENING)


@pytest.mark.roles("Maintenance Manager", "Sales Manager", "Accounts Manager")
def test_a_contract_is_amended_and_ended_from_its_form(page, site, contract):
    open_form(page, contract)
    expect(page.locator(".form-message")).to_contain_text(
        re.compile("Ends on .* Next billing"), timeout=OPENING
    )
    expect(page.locator(".form-dashboard")).to_contain_text("2 visits left")

    page.get_by_role("button", name="Amend from a Day").click()
    dialog = page.locator(".modal.show")
    row = dialog.locator(".grid-row[data-idx='1']")
    row.locator("[data-fieldname='rate']").click()
    row.locator("input[data-fieldname='rate']").fill("520")
    dialog.locator("textarea[data-fieldname='reason']").fill("A second pump came along")
    dialog.get_by_role("button", name="Amend", exact=True).click()
    expect(dialog).to_be_hidden(timeout=OPENING)
    page.get_by_text("Versions", exact=True).first.click()
    timeline = page.locator("[data-fieldname='versions_html']")
    expect(timeline).to_contain_text("Rate per Period from 450 to 520", timeout=OPENING)
    expect(timeline).to_contain_text("A second pump came along")

    page.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="End before Its Time").click()
    dialog = page.locator(".modal.show")
    dialog.locator("textarea[data-fieldname='reason']").fill("Plant sold")
    dialog.get_by_role("button", name="End before Its Time").click()
    expect(dialog).to_be_hidden(timeout=OPENING)
    expect(timeline).to_contain_text("Plant sold", timeout=OPENING)
    site.db.rollback()
    ended = site.get_doc("Service Contract", contract.name)
    assert (ended.terminated_on, [line.rate for line in ended.lines]) == (date.today(), [450, 520])


@pytest.mark.roles("Maintenance Manager", "Sales Manager", "Accounts Manager")
def test_persian_readers_see_the_days_of_a_contract_in_their_calendar(persian_page, contract):
    open_form(persian_page, contract)
    day = persian_page.locator(".frappe-control[data-fieldname='start_date']").first
    expect(day).to_contain_text(re.compile("۱[۳-۵][۰-۹]{2}/[۰-۹]{2}/[۰-۹]{2}"), timeout=OPENING)
