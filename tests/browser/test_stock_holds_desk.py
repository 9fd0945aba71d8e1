"""Holds as a representative makes them on a quotation, and the page on which the warehouse sees promises and holds."""

import re

import pytest
from frappe.utils import add_days, getdate
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page may take.


@pytest.fixture
def deal(site, records):
    """A quotation that wants three of five pumps, and an order for eight of them that lacks the rest."""
    mark = site.generate_hash(length=6)
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    warehouse = site.get_all(
        "Warehouse",
        {"company": company, "is_group": 0, "warehouse_type": ("is", "not set")},
        pluck="name",
        order_by="lft",
        limit=1,
    )[0]
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = records.insert(
        {
            "doctype": "Item",
            "item_code": f"Held Pump {mark}",
            "item_group": group,
            "stock_uom": "Nos",
            "is_stock_item": 1,
        }
    )
    customer = records.insert({"doctype": "Customer", "customer_name": f"Water Works {mark}"})
    records.insert(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": company,
            "items": [{"item_code": item.name, "qty": 5, "basic_rate": 60, "t_warehouse": warehouse}],
        },
        submit=True,
    )
    line = {"item_code": item.name, "qty": 3, "rate": 100, "warehouse": warehouse}
    quotation = records.insert(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": customer.name,
            "company": company,
            "valid_till": add_days(getdate(), 30),
            "items": [line],
        },
        submit=True,
    )
    day = add_days(getdate(), 5)
    order = records.insert(
        {
            "doctype": "Sales Order",
            "customer": customer.name,
            "company": company,
            "delivery_date": day,
            "items": [{**line, "qty": 8, "delivery_date": day}],
        },
        submit=True,
    )
    return site._dict(
        item=item.name, customer=customer.name, company=company, quotation=quotation.name, order=order.name
    )


def hold_of(site, deal):
    site.db.rollback()
    return site.db.get_value(
        "Stock Hold",
        {"quotation": deal.quotation},
        ["name", "status", "extensions"],
        as_dict=True,
        order_by="creation desc",
    )


def open_board(page, deal):
    page.evaluate(
        """filters => {
            localStorage.setItem(`crm_ext.promise_board.${frappe.session.user}`, JSON.stringify(filters));
            return frappe.set_route("promise-board");
        }""",
        {"company": deal.company, "customer": deal.customer},
    )
    board = page.locator(".crm-promise-board")
    expect(board.get_by_role("tab").first).to_be_visible(timeout=OPENING)
    return board


def say_why(page, label, reason, days=None):
    dialog = page.get_by_role("dialog").filter(has=page.get_by_role("button", name=label))
    if days:
        dialog.locator('[data-fieldname="days"] input').fill(str(days))
    dialog.locator("textarea").fill(reason)
    dialog.get_by_role("button", name=label).click()
    expect(dialog).to_be_hidden()


def test_an_offer_holds_extends_and_releases_stock_and_the_warehouse_sees_it(
    desk, deal, site, screenshot, accessible
):
    # An order for more than there is came first: nothing is left to hold until it is gone.
    order = site.get_doc("Sales Order", deal.order)
    order.cancel()
    site.db.commit()  # the browser must see it
    seller = desk("Sales User")
    seller.evaluate("name => frappe.set_route('Form', 'Quotation', name)", deal.quotation)
    section = seller.locator('.crm-offer-section[data-key="holds"]')
    expect(section).to_contain_text("Nothing is held for this offer", timeout=OPENING)
    section.get_by_role("button", name="Hold Stock").click()
    expect(section).to_contain_text(re.compile("3 Nos"))
    section.get_by_role("button", name="Extend Hold").click()
    say_why(seller, "Extend Hold", "The customer signs on Monday", days=2)
    expect(section.get_by_role("button", name="Release Stock")).to_be_visible()
    assert hold_of(site, deal).extensions == 1
    accessible(seller, within='.crm-offer-section[data-key="holds"]')
    section.scroll_into_view_if_needed()
    screenshot("stock_holds_quotation", seller)

    store = desk("Stock User")
    board = open_board(store, deal)
    board.get_by_role("tab", name=re.compile("^Held")).click()
    expect(board.get_by_role("listitem")).to_contain_text(deal.quotation)
    expect(board.get_by_role("button", name="Release Stock")).to_have_count(0)

    section.get_by_role("button", name="Release Stock").click()
    say_why(seller, "Release Stock", "The customer waits until spring")
    expect(section).to_contain_text("Nothing is held for this offer")
    assert hold_of(site, deal).status == "Released"
    assert seller.console_errors == []


def test_the_warehouse_finds_what_is_in_danger_by_keyboard_and_acts_on_it(desk, deal, screenshot, accessible):
    store = desk("Stock User")
    board = open_board(store, deal)
    row = board.get_by_role("listitem")
    expect(row).to_contain_text("3 Nos lacking, and nothing that would cover it is coming")
    accessible(store, within=".crm-promise-board")
    screenshot("promise_board", store)
    board.get_by_role("tab", name=re.compile("^In Danger")).focus()
    store.keyboard.press("ArrowRight")
    expect(board.get_by_role("tab", name=re.compile("^Promised"))).to_be_focused()
    expect(row).to_contain_text(deal.order)
    row.get_by_role("button", name="Request Material").click()
    store.wait_for_function("() => window.cur_frm && cur_frm.doctype === 'Material Request'")
    store.wait_for_function(
        "item => cur_frm.doc.items[0].item_code === item && cur_frm.doc.items[0].qty === 3", arg=deal.item
    )
    assert store.console_errors == []


def test_the_page_reads_from_right_to_left_on_a_phone(desk, deal, screenshot, accessible):
    phone = desk("Stock User", language="fa", phone=True)
    board = open_board(phone, deal)
    expect(board.get_by_role("listitem")).to_contain_text("۳")
    assert phone.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    accessible(phone, within=".crm-promise-board")
    screenshot("promise_board_phone", phone)
