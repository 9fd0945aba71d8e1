"""From a stranger's enquiry, written without scripts, to the journey on the lead that came of it."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

expect.set_options(timeout=60_000)

NAME = "Nader Browser"
# A person takes at least as long as this for the form.
FILLING_SECONDS = 3.5


@pytest.fixture
def website(browser, server):
    """Opens pages of the site as a stranger on a phone whose browser runs no scripts."""
    contexts = []

    def open_page(path: str, scripts: bool = False):
        context = browser.new_context(
            base_url=server, java_script_enabled=scripts, viewport={"width": 390, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def campaign(site, records):
    return records.insert({"doctype": "Campaign", "campaign_name": "Browser Spring"}).name


@pytest.fixture
def enquiry(site, records, campaign, website):
    """An enquiry that a stranger has just sent; what comes of it leaves with the test."""
    page = website("/enquiry?utm_campaign=browser-spring&utm_medium=email")
    page.fill("#person_name", NAME)
    page.fill("#phone", "۶۴۶ ۵۵۵ ۰۱۸۸")
    page.fill("#message", "Which pump lifts water to the tenth floor?")
    time.sleep(FILLING_SECONDS)
    page.click("button")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    kept = worked_off(site)
    yield kept
    site.db.delete("Touchpoint", {"reference_name": kept.name})
    records.remember("Enquiry", kept.name)
    for contact in site.get_all("Contact", {"first_name": "Nader"}, pluck="name", order_by="name"):
        records.remember("Contact", contact)
    if kept.lead:
        records.remember("Lead", kept.lead)


def worked_off(site):
    """The enquiry, once the worker has made a lead of it."""
    for _attempt in range(300):
        site.db.rollback()
        found = site.get_all(
            "Enquiry",
            {"person_name": NAME},
            ["name", "status", "lead", "failure"],
            order_by="received_at desc",
            limit=1,
        )
        if found and found[0].status != "Received":
            return found[0]
        time.sleep(0.2)
    pytest.fail(f"The worker did not take up the enquiry: {found}")


def test_an_enquiry_written_without_scripts_becomes_a_lead_that_tells_its_journey(
    site, campaign, enquiry, page, screenshot, accessible
):
    assert enquiry.status == "Lead Created", enquiry.failure
    page.evaluate("name => frappe.set_route('Form', 'Lead', name)", enquiry.lead)
    page.get_by_role("tab", name="Connections").click()
    journey = page.locator(".crm-ext-journey:visible")
    expect(journey).to_contain_text("Enquiry")
    expect(journey).to_contain_text(campaign)
    expect(journey.get_by_role("link", name=campaign)).to_be_visible()
    accessible(page, within=".crm-ext-journey-list")
    screenshot("journey_on_a_lead", page)
    assert not [error for error in page.console_errors if "journey" in error.lower()]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_form_keeps_what_was_typed_and_says_what_to_correct(website, language, screenshot, accessible):
    page = website(f"/enquiry?_lang={language}", scripts=True)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
    accessible(page)
    page.fill("#person_name", "علی کاظمی")
    page.fill("#phone", "۱۲")
    page.click("button")
    wrong = page.locator("#phone")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_value("۱۲")
    expect(page.locator("#person_name")).to_have_value("علی کاظمی")
    expect(page.locator("#phone-error")).to_be_visible()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page is wider than a phone"
    )
    screenshot(f"enquiry_form_{language}", page)
