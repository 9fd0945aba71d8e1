"""A complaint from the call to the customer's word: equipment fills the form, closing asks, the link closes it."""

import re

import pytest
from frappe.utils import add_days, getdate
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page may take.


@pytest.fixture
def pump(site, records):
    """A pump under a contract that promises an answer within four hours."""
    mark = site.generate_hash(length=6)
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = records.insert(
        {"doctype": "Item", "item_code": f"Full Service {mark}", "item_group": group, "stock_uom": "Nos", "is_stock_item": 0}
    )  # fmt: skip
    customer = records.insert({"doctype": "Customer", "customer_name": f"Nordwind Hotels {mark}"})
    equipment = records.insert(
        {
            "doctype": "Equipment",
            "equipment_name": f"Pump in the cellar {mark}",
            "customer": customer.name,
            "company": company,
        }
    )
    line = {"item_code": item.name, "rate": 100, "equipment": equipment.name, "response_hours": 4, "visits_included": 3}
    contract = records.insert(
        {
            "doctype": "Service Contract",
            "title": f"Full Service {mark}",
            "customer": customer.name,
            "company": company,
            "currency": site.get_cached_value("Company", company, "default_currency"),
            "start_date": add_days(getdate(), -10),
            "end_date": add_days(getdate(), 355),
            "lines": [line],
        },
        submit=True,
    )
    return site._dict(equipment=equipment, contract=contract, customer=customer)


def forget(site, issue):
    from crm_ext.field_service.flow import complaints

    complaints.forget(issue)
    site.db.delete("Comment", {"reference_doctype": "Issue", "reference_name": issue})
    site.db.delete("ToDo", {"reference_type": "Issue", "reference_name": issue})
    site.db.commit()


# ERPNext's own form of an Issue reads the Support Settings, which only this last role may.
@pytest.mark.roles("Support Team", "Maintenance User", "Sales User", "System Manager")
def test_a_complaint_is_closed_by_its_customer(page, pump, site, records, accessible, screenshot, server):
    page.goto("/app/issue/new")
    page.locator("[data-fieldname='subject'] input").fill("It leaks", timeout=OPENING)
    box = page.get_by_role("combobox").and_(page.locator("[data-fieldname='equipment'] input"))
    box.fill(pump.equipment.equipment_name)
    page.get_by_role("option", name=re.compile(pump.equipment.name)).first.click()
    panel = page.locator(".crm-ext-complaint")
    expect(panel).to_contain_text("answer within 4 hours", timeout=OPENING)
    expect(panel).to_contain_text("3 visits")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/issue/ISS"), timeout=OPENING)
    issue = page.url.rsplit("/", 1)[1]
    records.remember("Issue", issue)
    try:
        saved = site.get_doc("Issue", issue)
        assert (saved.customer, saved.service_contract) == (pump.customer.name, pump.contract.name)
        # ERPNext's own button: the customer is asked instead.
        page.get_by_role("button", name="Close", exact=True).click()
        expect(panel).to_contain_text("no answer yet", timeout=OPENING)
        accessible(page, within=".crm-ext-complaint")
        screenshot("complaint")
        assert site.db.get_value("Issue", issue, "status") == "Resolved"
        answer_by_link(page, site, issue, screenshot)
        assert site.db.get_value("Issue", issue, "status") == "Closed"
        assert site.db.get_value("Solution Confirmation", {"issue": issue}, "stars") == 5
        page.goto(f"/app/issue/{issue}")
        expect(panel).to_contain_text("5 of 5 stars", timeout=OPENING)
    finally:
        forget(site, issue)


def answer_by_link(page, site, issue, screenshot):
    """On a phone without scripts, as the letter of the question is opened."""
    from crm_ext.self_service.flow import service_links

    question = site.db.get_value("Solution Confirmation", {"issue": issue})
    address = service_links.make(
        service_links.CONFIRM, "Solution Confirmation", question, "house@nordwind.test", 30, True
    )
    site.db.commit()
    phone = page.context.browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, base_url=page.url.split("/app/")[0]
    )
    try:
        customer = phone.new_page()
        customer.goto("/solved/" + address.rsplit("/", 1)[1])
        customer.get_by_label("very content").check()
        screenshot("complaint-solved", customer)
        customer.get_by_role("button", name="It is solved").click()
        expect(customer.get_by_role("status")).to_contain_text("the complaint is closed")
    finally:
        phone.close()
