"""The screens that the guides show: each opens in English and in Persian, fits, and reports no error.

With CRM_EXT_SCREENSHOTS=1 the pictures of docs/images are taken here. They are worth taking on a site that holds the
demo company (CRM_EXT_TEST_SITE); on a bare test site the documents are made first and leave afterwards.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from guides import errors_of, go, newest, open_form, open_workspace, settle

sys.path.append(str(Path(__file__).resolve().parents[1] / "site" / "crm_ext_core"))

import trail_chain as chain

ROLES = ("Sales User", "Sales Manager", "Accounts User", "Accounts Manager", "Marketing Head", "Stock User")
LEADS = """Organisation,First name,E-mail,Mobile,City
Zagros Heating,Mina,mina@zagros.test,0912 345 6789,Isfahan
Zagros Heating,Mina,mina@zagros.test,0912 345 6789,Isfahan
,,not-an-address,,Shiraz
کارخانه کاوه,علي,ali@kaveh.test,۰۹۱۳۴۵۶۷۸۹۰,تبریز
"""


@pytest.fixture
def documents(site, records) -> dict[str, str]:
    """The newest document of each kind that the site holds; a bare site gets a chain of its own."""
    if not newest(site, "Sales Invoice", docstatus=1, is_return=0):
        make_chain(records)
        site.db.commit()
    plan = newest(site, "Campaign Plan") or records.insert(plan_values(site)).name
    offer = configured_draft(site) or newest(site, "Quotation", docstatus=1)
    return {
        "Company": site.db.get_value("Quotation", offer, "company"),
        "Campaign Plan": plan,
        "Lead Import": checked_import(site, records),
        "Opportunity": newest(site, "Opportunity", status=("not in", ("Closed", "Lost", "Converted")))
        or newest(site, "Opportunity"),
        "Sales Order": newest(site, "Sales Order", docstatus=1, per_billed=100) or newest(site, "Sales Order", docstatus=1),
        "Sales Invoice": newest(site, "Sales Invoice", docstatus=1, is_return=0),
        "Quotation": offer,
        "Offer Model": newest(site, "Offer Model", status="Published") or published_model(site, records),
    }


def configured_draft(site) -> str | None:
    """A draft with a configuration, as the representative is still talking about it."""
    drafts = site.get_all("Offer Configuration", pluck="quotation", order_by="creation desc")
    return newest(site, "Quotation", docstatus=0, name=("in", drafts or [""]))


def published_model(site, records) -> str:
    from crm_ext.offer_desk.flow import offer_models

    options = [
        {"option_group": "Pump", "option_code": code, "label": code.title(), "kind": "Item", "item_code": item, "quantity": "1"}
        for code, item in (("SMALL", "GUIDE-SMALL"), ("LARGE", "GUIDE-LARGE"))
    ]
    for option in options:
        records.insert(
            {"doctype": "Item", "item_code": option["item_code"], "item_group": "Products", "stock_uom": "Nos"}
        )
    groups = [{"group_name": "Pump", "at_least": 1, "at_most": 1}]
    model = records.insert({"doctype": "Offer Model", "title": "Guide Pump", "groups": groups, "options": options})
    records.remember("Offer Model Version", offer_models.publish(model.name))
    site.db.commit()
    return model.name


def make_chain(records) -> None:
    campaign, item = chain.campaign(), chain.item()
    records.remember("Campaign", campaign)
    records.remember("Item", item)
    lead = chain.lead(campaign)
    records.remember("Lead", lead)
    opportunity = chain.opportunity_of(lead, item)
    records.remember("Opportunity", opportunity.name)
    quotation = chain.quotation_of(opportunity.name)
    records.remember("Quotation", quotation.name)
    order = chain.order_of(quotation.name)
    records.remember("Customer", order.customer)
    delivery = chain.delivery_of(order.name, 4)
    for document in (order, delivery, chain.invoice_from(delivery.name)):
        records.remember(document.doctype, document.name)


def plan_values(site) -> dict:
    return {
        "doctype": "Campaign Plan",
        "title": f"Guides {site.generate_hash(length=6)}",
        "company": site.get_all("Company", pluck="name", order_by="creation", limit=1)[0],
        "plan_owner": "Administrator",
        "from_date": site.utils.today(),
        "to_date": site.utils.today(),
        "channels": [{"channel": "Email", "budget": 500, "expected_touches": 100}],
    }


def checked_import(site, records) -> str:
    from crm_ext.marketing_automation.flow import lead_import

    file = records.insert(
        {"doctype": "File", "file_name": "leads-of-the-fair.csv", "content": LEADS, "is_private": 1}
    )
    document = records.insert(
        {
            "doctype": "Lead Import",
            "title": "Leads of the trade fair",
            "file": file.file_url,
            "channel": "Event",
            "country": "Iran",
        }
    )
    lead_import.check(document.name)
    site.db.commit()
    assert site.db.get_value("Lead Import", document.name, "status") == "Checked"
    return document.name


def open_return(page) -> None:
    company = page.evaluate("frappe.defaults.get_user_default('Company')")
    page.evaluate("company => frappe.set_route('query-report', 'Campaign Return', {company: [company]})", company)
    page.wait_for_function("() => frappe.query_report?.report_name === 'Campaign Return' && frappe.query_report.data?.length")
    settle(page)


def open_trail_of_invoice(page, invoice: str) -> None:
    open_form(page, "Sales Invoice", invoice)
    page.evaluate("() => cur_frm.layout.tabs.at(-1).set_active()")
    page.wait_for_selector(".crm-ext-trail:visible .trail-chip")
    page.locator(".crm-ext-trail:visible").scroll_into_view_if_needed()
    settle(page)


def open_board(page) -> None:
    go(page, "pipeline-board")
    page.wait_for_selector(".crm-board:visible .crm-column")
    settle(page)


def open_picture(page, order: str) -> None:
    go(page, "document-trail", "Sales Order", order)
    page.wait_for_selector(".trail-start:visible")
    settle(page)


def open_opportunity(page, name: str) -> None:
    open_form(page, "Opportunity", name)
    page.wait_for_selector(".crm-stepper:visible [aria-current=step]")


def open_import(page, name: str) -> None:
    open_form(page, "Lead Import", name)
    page.wait_for_selector("[data-fieldname='result_html']:visible *")
    page.locator("[data-fieldname='result_html']").scroll_into_view_if_needed()


def open_quotation(page, name: str) -> None:
    open_form(page, "Quotation", name)
    # A quotation that is ordered already has nothing left to promise; its card stays empty.
    page.wait_for_selector(".crm-offer-card", state="attached")
    page.evaluate("cur_frm.scroll_to_field('items', false)")
    settle(page)


def open_configurator(page, quotation: str) -> None:
    """On a new quotation for the same customer."""
    open_form(page, "Quotation", quotation)
    page.evaluate(
        """() => frappe.model.with_doctype("Quotation", () => {
            const { company, party_name, quotation_to, selling_price_list } = cur_frm.doc;
            const made = frappe.model.get_new_doc("Quotation");
            Object.assign(made, { company, party_name, quotation_to, selling_price_list });
            frappe.set_route("Form", "Quotation", made.name);
        })"""
    )
    page.wait_for_function("() => cur_frm?.is_new() && cur_frm.doctype === 'Quotation'")
    settle(page)
    page.evaluate("() => cur_frm.page.inner_toolbar.find(`[data-label='${encodeURIComponent(__('Configure'))}']`).click()")
    page.wait_for_selector(".crm-conf.show [data-option], .modal.show [data-key^='m:']")
    if page.locator(".modal.show [data-key^='m:']").count():
        page.locator(".modal.show [data-key^='m:']").first.click()
        page.wait_for_selector(".crm-conf.show [data-option]")
    for code in ("FB80", "TANK"):
        option = page.locator(f".crm-conf.show [data-option='{code}'] input")
        if option.count():
            option.check()
            settle(page)
    page.wait_for_timeout(1_500)  # prices come after the answer


def close_dialog(page) -> None:
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.modal.show')")


def open_promises(page, company: str) -> None:
    page.evaluate(
        """company => localStorage.setItem(
            `crm_ext.promise_board.${frappe.session.user}`, JSON.stringify({ company })
        )""",
        company,
    )
    go(page, "promise-board")
    page.wait_for_selector(".crm-promise-board:visible [role=tab]")
    settle(page)


SCREENS = {
    "campaigns-workspace": lambda page, documents: open_workspace(page, "campaigns"),
    "sales-desk": lambda page, documents: open_workspace(page, "sales-desk"),
    "campaign-plan": lambda page, documents: open_form(page, "Campaign Plan", documents["Campaign Plan"]),
    "lead-import": lambda page, documents: open_import(page, documents["Lead Import"]),
    "campaign-return": lambda page, documents: open_return(page),
    "pipeline-board": lambda page, documents: open_board(page),
    "opportunity-stepper": lambda page, documents: open_opportunity(page, documents["Opportunity"]),
    "document-trail": lambda page, documents: open_picture(page, documents["Sales Order"]),
    "offer-desk": lambda page, documents: open_workspace(page, "offer-desk"),
    "promise-board": lambda page, documents: open_promises(page, documents["Company"]),
    "offer-quotation": lambda page, documents: open_quotation(page, documents["Quotation"]),
    "configurator": lambda page, documents: open_configurator(page, documents["Quotation"]),
    "invoice-trail": lambda page, documents: open_trail_of_invoice(page, documents["Sales Invoice"]),
}


@pytest.mark.parametrize(("language", "suffix"), [("en", ""), ("fa", "-fa")])
def test_every_screen_of_the_guides_opens(desk, documents, screenshot, language, suffix):
    page = desk(*ROLES, language=language)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
    for name, open_screen in SCREENS.items():
        open_screen(page, documents)
        screenshot(f"{name}{suffix}", page)
        if name == "configurator":
            close_dialog(page)
        assert errors_of(page) == [], name
        assert not page.locator(".modal.show .msgprint:visible").count(), f"{name} opens with a message"


@pytest.mark.parametrize(("language", "suffix"), [("en", ""), ("fa", "-fa")])
def test_the_enquiry_page_of_the_guides_opens(browser, server, screenshot, language, suffix):
    context = browser.new_context(base_url=server, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"/enquiry?_lang={language}")
    page.wait_for_selector("#person_name")
    screenshot(f"enquiry{suffix}", page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


@pytest.fixture
def buyers(site, records, documents) -> dict[str, str]:
    """A login for each language at the customer of the newest open invoice or, on a bare site, of any."""
    from conftest import PASSWORD
    from frappe.utils.password import update_password

    invoice = newest(site, "Sales Invoice", docstatus=1, outstanding_amount=(">", 0)) or documents["Sales Invoice"]
    customer = site.get_doc("Customer", site.db.get_value("Sales Invoice", invoice, "customer"))
    logins = {language: f"guide-{language}@browser.test" for language in ("en", "fa")}
    for language, email in logins.items():
        values = {"email": email, "first_name": "Guide", "language": language, "send_welcome_email": 0}
        records.insert({"doctype": "User", "user_type": "Website User", **values})
        update_password(email, PASSWORD)
        customer.append("portal_users", {"user": email})
    customer.save()
    site.db.commit()
    yield logins
    site.db.rollback()
    site.db.delete("Portal User", {"user": ("in", list(logins.values()))})
    site.db.commit()


@pytest.mark.parametrize(("language", "suffix"), [("en", ""), ("fa", "-fa")])
def test_every_portal_page_of_the_guides_opens(browser, server, buyers, screenshot, language, suffix):
    from conftest import log_in

    context = browser.new_context(base_url=server, locale=language, viewport={"width": 1100, "height": 900})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    log_in(page, buyers[language])
    for name, route in (("portal-catalogue", "catalogue"), ("portal-statement", "statement"), ("portal-orders", "orders")):
        answer = page.goto(f"/portal/{route}")
        assert answer.status == 200, name
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
        screenshot(f"{name}{suffix}", page)
    assert errors == []
    context.close()
