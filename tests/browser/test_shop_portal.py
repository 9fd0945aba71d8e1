"""A customer orders alone from the catalogue, on a phone: with scripts, and again without any."""

from __future__ import annotations

import pytest
from conftest import PASSWORD, PATIENCE, PHONE, log_in
from frappe.utils import getdate
from playwright.sync_api import expect

expect.set_options(timeout=60_000)

CUSTOMER, LOGIN, ITEM = "Phone Customer", "phone.customer@example.com", "PHONE-PUMP"


@pytest.fixture
def shop(site, records):
    """An item with five in stock, and a customer with a login."""
    from frappe.utils.password import update_password

    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    warehouse = site.get_all(
        "Warehouse",
        {"company": company, "is_group": 0, "warehouse_type": ("is", "not set")},
        pluck="name",
        order_by="lft",
        limit=1,
    )[0]
    settings = site.get_doc("Self Service Settings")
    before = {name: settings.get(name) for name in ("company", "warehouse", "send_notices")}
    settings.update({"company": company, "warehouse": warehouse, "send_notices": 0})
    settings.save()
    records.insert(
        {"doctype": "User", "email": LOGIN, "first_name": "Phone", "user_type": "Website User", "send_welcome_email": 0}
    )
    update_password(LOGIN, PASSWORD)
    records.insert({"doctype": "Customer", "customer_name": CUSTOMER, "portal_users": [{"user": LOGIN}]})
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    records.insert(
        {"doctype": "Item", "item_code": ITEM, "item_name": "Pump for phones", "item_group": group, "stock_uom": "Nos",
         "is_stock_item": 1, "show_in_catalogue": 1, "description": "Lifts water to the tenth floor"}
    )  # fmt: skip
    records.insert(
        {"doctype": "Item Price", "item_code": ITEM, "price_list": "Standard Selling", "price_list_rate": 250}
    )
    records.insert(
        {"doctype": "Stock Entry", "stock_entry_type": "Material Receipt", "company": company,
         "items": [{"item_code": ITEM, "qty": 5, "basic_rate": 100, "t_warehouse": warehouse}]},
        submit=True,
    )  # fmt: skip
    yield
    site.db.rollback()
    for order in site.get_all("Sales Order", {"customer": CUSTOMER}, pluck="name", order_by="creation"):
        records.remember("Sales Order", order)
    for cart in site.get_all("Portal Cart", {"customer": CUSTOMER}, pluck="name", order_by="creation"):
        records.remember("Portal Cart", cart)
    settings.reload()
    settings.update(before)
    settings.save()
    site.db.commit()


@pytest.fixture
def phone(browser, server, shop):
    """Opens pages of the portal as the customer: `phone(scripts=False)`."""
    contexts = []

    def open_page(scripts: bool = True, state=None):
        context = browser.new_context(
            base_url=server, locale="en", java_script_enabled=scripts, storage_state=state, **PHONE
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if state is None:
            log_in(page, LOGIN)
        return page

    yield open_page
    for context in contexts:
        context.close()


def the_order(site):
    site.db.rollback()
    names = site.get_all("Sales Order", {"customer": CUSTOMER}, pluck="name", order_by="creation desc")
    return site.get_doc("Sales Order", names[0])


def test_a_customer_orders_alone_from_the_catalogue(site, phone, accessible, screenshot):
    page = phone()
    page.goto("/portal/catalogue")
    page.fill("#q", "tenth phone-pump")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Pump for phones")).to_be_visible()
    expect(page.get_by_text("$ 250.00")).to_be_visible()
    accessible(page)
    screenshot("portal_catalogue", page)
    page.get_by_role("button", name="Add to cart: Pump for phones").click()
    expect(page.get_by_role("status").filter(has_text="It is in your cart.")).to_be_visible()

    page.goto("/portal/cart")
    quantity = page.get_by_label("Quantity: Pump for phones")
    quantity.fill("2")
    quantity.blur()
    expect(page.locator(".totals .grand bdi")).to_have_text("$ 500.00")
    quantity.fill("-2")
    quantity.blur()
    expect(page.get_by_role("alert")).to_contain_text("cannot be less than zero")
    accessible(page)
    page.get_by_label("Quantity: Pump for phones").fill("2")
    page.get_by_label("Your Purchase Order").fill("PHONE-1")
    screenshot("portal_cart", page)
    page.get_by_role("button", name="Place the order").click()

    expect(page.get_by_role("status")).to_contain_text("is placed")
    order = the_order(site)
    assert (order.docstatus, order.po_no, order.items[0].qty, order.grand_total) == (1, "PHONE-1", 2, 500)
    assert order.items[0].promise_date == getdate()
    expect(page.get_by_role("heading", level=1)).to_contain_text(order.name)
    accessible(page)
    screenshot("portal_order", page)

    # The same again on a phone that runs no scripts; sent twice, it is one order.
    plain = phone(scripts=False, state=page.context.storage_state())
    plain.goto(f"/portal/orders/{order.name}")
    plain.get_by_role("button", name="Order again").click()
    expect(plain.get_by_role("status")).to_contain_text("are in your cart")
    plain.get_by_label("Quantity: Pump for phones").fill("abc")
    plain.get_by_role("button", name="Place the order").click()
    expect(plain.get_by_role("alert")).to_contain_text("Nothing is lost")
    plain.get_by_label("Quantity: Pump for phones").fill("3")
    plain.get_by_role("button", name="Place the order").click()
    expect(plain.get_by_role("alert")).to_contain_text("The total is $ 750.00 now")
    plain.get_by_role("button", name="Place the order").click()
    expect(plain.get_by_role("status")).to_contain_text("is placed")
    again = the_order(site)
    assert (again.docstatus, again.items[0].qty) == (1, 3) and again.name != order.name
    assert len(site.get_all("Sales Order", {"customer": CUSTOMER}, pluck="name", order_by="name")) == 2
