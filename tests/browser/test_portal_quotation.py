"""A customer accepts an offer on a phone: signed in the portal with a login, and by a link without one."""

from __future__ import annotations

import base64

import pytest
from conftest import PASSWORD, PATIENCE, PHONE, log_in
from frappe.utils import add_days, nowdate
from playwright.sync_api import expect

expect.set_options(timeout=60_000)

CUSTOMER, LOGIN, ITEM = "Signing Customer", "signing.customer@example.com", "SIGNED-PUMP"


@pytest.fixture
def offer(site, records):
    """An offer of two pumps for 500 with a hose for 40 as an option, and a customer with a login."""
    from frappe.utils.password import update_password

    records.insert({"doctype": "User", "email": LOGIN, "first_name": "Sima", "send_welcome_email": 0})
    update_password(LOGIN, PASSWORD)
    records.insert({"doctype": "Customer", "customer_name": CUSTOMER, "portal_users": [{"user": LOGIN}]})
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    for code, name in ((ITEM, "Pump to sign for"), (f"{ITEM}-HOSE", "Hose of ten metres")):
        records.insert(
            {"doctype": "Item", "item_code": code, "item_name": name, "item_group": group, "stock_uom": "Nos",
             "is_stock_item": 0, "description": name}
        )  # fmt: skip
    made = records.insert(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": CUSTOMER,
            "company": site.get_all("Company", pluck="name", order_by="creation", limit=1)[0],
            "transaction_date": nowdate(),
            "valid_till": add_days(nowdate(), 10),
            "items": [{"item_code": ITEM, "qty": 2, "rate": 500}],
            "quotation_options": [
                {"item_code": f"{ITEM}-HOSE", "qty": 1, "uom": "Nos", "rate": 40, "is_rate_typed": 1}
            ],
        },
        submit=True,
    )
    yield made
    site.db.rollback()
    orders = site.get_all(
        "Sales Order Item", {"prevdoc_docname": made.name}, pluck="parent", distinct=True, order_by="parent"
    )
    for order in orders:
        records.remember("Sales Order", order)
    for doctype in ("Portal Link", "Quotation Response"):
        for name in site.get_all(doctype, {"quotation": made.name}, pluck="name", order_by="creation"):
            records.remember(doctype, name)
    site.db.delete("ToDo", {"reference_name": ("in", [made.name, *orders])})
    site.db.commit()


@pytest.fixture
def phone(browser, server):
    """Opens a page on a phone: `phone(language="fa")`; its list `errors` holds what the browser complained of."""
    contexts = []

    def open_page(language: str = "en"):
        context = browser.new_context(base_url=server, locale=language, **PHONE)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()


def acceptance(site, offer):
    site.db.rollback()
    return site.get_doc("Quotation Response", {"acceptance_of": offer.name})


def sign(page) -> None:
    """Draws a line across the pad."""
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 90)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + step * 20, box["y"] + 90 - (step % 3) * 25)
    page.mouse.up()


def test_a_customer_ticks_an_option_signs_and_gets_the_order(site, offer, phone, accessible, screenshot):
    page = phone()
    log_in(page, LOGIN)
    page.goto("/portal")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    accessible(page)
    page.get_by_role("navigation").get_by_role("link", name="Quotations").click()
    accessible(page)
    page.get_by_role("link", name=offer.name).click()
    expect(page.locator("[data-figure=payable]")).to_have_text("$ 1,000.00")
    accessible(page)
    page.get_by_label("Hose of ten metres").check()
    expect(page.locator("[data-figure=payable]")).to_have_text("$ 1,040.00")
    page.get_by_label("Your name").fill("Sima Signer")
    sign(page)
    screenshot("portal-quotation", page)
    page.get_by_label("I accept the offer").check()
    page.get_by_role("button", name="Accept and order").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you. Your order is")
    accessible(page)

    kept = acceptance(site, offer)
    assert site.db.get_value("Sales Order", kept.sales_order, ["grand_total", "docstatus"]) == (1040, 1)
    assert kept.person_name == "Sima Signer" and kept.user == LOGIN
    assert base64.b64decode(kept.signature.partition(",")[2]).startswith(b"\x89PNG")
    assert not page.errors


def test_a_link_accepts_in_persian_without_a_login(site, offer, phone, accessible, screenshot):
    from crm_ext.self_service.flow import portal_links

    address = portal_links.make(offer.name, "guest@link.test", is_mailed=False)["address"]
    site.db.commit()
    page = phone("fa")
    page.goto("/offer/" + address.rsplit("/", 1)[1])
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("[data-figure=payable]")).to_contain_text("۱٬۰۰۰٫۰۰")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    screenshot("portal-quotation-fa", page)
    page.locator("#person_name").fill("سیما امضایی")
    page.locator("input[name=agreed]").check()
    page.locator("button[value=accept]").click()
    expect(page.get_by_role("status")).to_be_visible()
    kept = acceptance(site, offer)
    assert kept.person_name == "سیما امضایی" and kept.portal_link and not kept.signature and kept.sales_order
    page.goto("/portal")
    page.wait_for_url("**/login**")
    assert not page.errors
