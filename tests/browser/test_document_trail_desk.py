"""The trail as people meet it: the panel on a form, the picture, its table, and the way to the ledger."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

sys.path.append(str(Path(__file__).resolve().parents[1] / "site" / "crm_ext_core"))

import trail_chain as chain

# The server, the worker and the browser share the machine.
expect.set_options(timeout=60_000)

READERS = ("Sales User", "Sales Manager", "Accounts User", "Accounts Manager", "Stock User")
pytestmark = pytest.mark.roles(*READERS)


@pytest.fixture
def case(site, records):
    """From campaign to a half-paid invoice and a credit note; committed."""

    def keep(document):
        records.remember(document.doctype, document.name)
        return document

    campaign, item = chain.campaign(), chain.item()
    records.remember("Campaign", campaign)
    records.remember("Item", item)
    lead = chain.lead(campaign)
    records.remember("Lead", lead)
    opportunity = keep(chain.opportunity_of(lead, item))
    quotation = keep(chain.quotation_of(opportunity.name))
    order = chain.order_of(quotation.name)
    records.remember("Customer", order.customer)
    keep(order)
    delivery = keep(chain.delivery_of(order.name, 4))
    invoice = keep(chain.invoice_from(delivery.name))
    payment = keep(chain.payment_of(invoice.name, 100))
    credit = keep(chain.credit_note_of(invoice.name, 1))
    site.db.commit()
    return {
        "Campaign": campaign, "Lead": lead, "Opportunity": opportunity.name, "Quotation": quotation.name,
        "Sales Order": order.name, "Delivery Note": delivery.name, "Sales Invoice": invoice.name,
        "Payment Entry": payment.name, "credit note": credit.name,
    }  # fmt: skip


def open_picture(page, doctype, name):
    page.evaluate("([doctype, name]) => frappe.set_route('document-trail', doctype, name)", [doctype, name])
    expect(page.locator(".trail-start")).to_be_visible()
    return page.locator(".trail-page")


def card(page, name):
    # An invoice's name may begin another's.
    exactly = re.compile(f"^{re.escape(name)}$")
    return page.locator(".trail-card").filter(has=page.locator(".trail-card-name").get_by_text(exactly))


def test_the_panel_of_an_invoice_leads_back_to_its_campaign(page, case, accessible, screenshot):
    page.evaluate("name => frappe.set_route('Form', 'Sales Invoice', name)", case["Sales Invoice"])
    # The form goes back to its first tab until it has been drawn; the panel comes after that.
    page.locator(".crm-ext-trail").first.wait_for(state="attached")
    page.get_by_role("tab", name="Connections").click()
    panel = page.locator(".crm-ext-trail:visible")
    expect(panel.locator(".trail-chip")).to_have_count(9)
    expect(panel.locator(".trail-chip", has_text="Invoice")).to_contain_text("Outstanding")
    accessible(page, within=".crm-ext-trail .trail-body")
    screenshot("document_trail_panel", panel)
    panel.locator(".trail-chip", has_text="Campaign").click()
    page.wait_for_function(
        "name => cur_frm?.doctype === 'Campaign' && cur_frm.docname === name", arg=case["Campaign"]
    )
    page.go_back()
    panel.get_by_role("button", name="Open picture").click()
    expect(card(page, case["Sales Invoice"])).to_have_class(re.compile("trail-start"))
    # Whether notices come in by socket.io is no matter of the trail.
    assert not [
        error for error in page.console_errors if not re.search("socket.io|ERR_CONNECTION_REFUSED", error)
    ]


def test_the_picture_shows_every_document_and_is_walked_by_keyboard(page, case, accessible, screenshot):
    picture = open_picture(page, "Sales Order", case["Sales Order"])
    names = picture.locator(".trail-card-name").all_inner_texts()
    assert sorted(names) == sorted(case.values())
    accessible(page, within=".trail-page")
    screenshot("document_trail")
    picture.locator(".trail-card-open").first.focus()
    reached = []
    for _ in range(len(names) * 2):
        inside = page.evaluate("document.activeElement.querySelector('.trail-card-name')?.textContent")
        reached.extend([inside] if inside else [])
        page.keyboard.press("Tab")
    assert reached == names, "the keyboard reaches the cards in the order of the picture"
    card(page, case["Quotation"]).locator(".trail-card-open").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("name => cur_frm?.docname === name", arg=case["Quotation"])


def test_the_table_says_the_same_as_the_picture(page, case):
    picture = open_picture(page, "Sales Order", case["Sales Order"])
    picture.locator("summary").click()
    table = picture.locator(".trail-table")
    for name in case.values():
        expect(table.get_by_role("rowheader").filter(has_text=name).first).to_be_visible()
    expect(table.get_by_role("row").filter(has_text=case["credit note"])).to_contain_text("return")


def test_a_voucher_opens_its_ledger_rows(page, case):
    open_picture(page, "Sales Order", case["Sales Order"])
    card(page, case["Sales Invoice"]).get_by_role("button").click()
    page.get_by_role("menuitem", name="Ledger rows").click()
    page.wait_for_function(
        "() => frappe.query_report?.report_name === 'General Ledger' && frappe.query_report.data?.length"
    )
    vouchers = page.evaluate("frappe.query_report.data.map(row => row.voucher_no).filter(Boolean)")
    assert set(vouchers) == {case["Sales Invoice"]}


def test_the_trail_goes_on_from_another_document(page, case):
    open_picture(page, "Sales Order", case["Sales Order"])
    card(page, case["Payment Entry"]).get_by_role("button").click()
    page.get_by_role("menuitem", name="Trail from here").click()
    expect(card(page, case["Payment Entry"])).to_have_class(re.compile("trail-start"))
    expect(page.get_by_label("Document", exact=True)).to_have_value(case["Payment Entry"])
    assert (
        page.evaluate("frappe.get_route().join('/')")
        == f"document-trail/Payment Entry/{case['Payment Entry']}"
    )


def test_what_is_outstanding_opens_the_invoices_it_counts(page, case):
    picture = open_picture(page, "Sales Order", case["Sales Order"])
    picture.locator(".trail-link").click()
    page.wait_for_function(
        "() => cur_list?.doctype === 'Sales Invoice' || cur_frm?.doctype === 'Sales Invoice'"
    )


def test_in_persian_the_picture_runs_from_right_to_left_in_persian_digits_and_dates(
    persian_page, case, screenshot
):
    open_picture(persian_page, "Sales Order", case["Sales Order"])
    order = card(persian_page, case["Sales Order"]).bounding_box()
    invoice = card(persian_page, case["Sales Invoice"]).bounding_box()
    assert order["x"] > invoice["x"]
    facts = card(persian_page, case["Sales Order"]).locator(".trail-card-facts").inner_text()
    assert re.search("۱۴[۰-۹]{2}/", facts) and not re.search("[0-9]", facts)
    arrow = persian_page.evaluate("getComputedStyle(document.querySelector('.trail-lines')).transform")
    assert arrow.startswith("matrix(-1")
    screenshot("document_trail_fa", persian_page)


def test_on_a_phone_the_page_stays_within_the_screen(phone_page, case):
    open_picture(phone_page, "Sales Order", case["Sales Order"])
    assert phone_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


@pytest.mark.roles("Stock User")
def test_one_who_may_not_see_a_document_reads_a_sentence_and_nothing_of_it(page, case):
    page.evaluate("name => frappe.set_route('document-trail', 'Payment Entry', name)", case["Payment Entry"])
    expect(page.locator(".trail-empty[role=alert]")).to_contain_text(
        "There is no such document, or you may not see it"
    )


def test_without_a_document_the_page_asks_for_one(page, case):
    page.evaluate("frappe.set_route('document-trail')")
    expect(page.locator(".trail-empty")).to_contain_text("Choose a document")
    page.get_by_label("Document Type").select_option("Sales Order")
    field = page.get_by_label("Document", exact=True)
    field.fill(case["Sales Order"])
    field.press("Tab")
    expect(card(page, case["Sales Order"])).to_be_visible()
