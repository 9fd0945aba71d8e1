"""The screens of the guides about service: each opens in English and in Persian, fits, and reports no error.

As in test_guides.py: pictures are taken with CRM_EXT_SCREENSHOTS=1, best on a site that holds the demo company.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from conftest import PASSWORD, PHONE, log_in
from guides import errors_of, go, newest, open_form, open_workspace, settle

ROLES = ("Sales User", "Accounts Manager", "Maintenance Manager", "Support Team", "Dispatcher", "System Manager")
OPENING = 60_000  # Milliseconds that a cold page may take.


@pytest.fixture
def documents(site, records) -> dict[str, str]:
    """The documents that the guides show; a bare site gets some of its own."""
    if not newest(site, "Service Contract", docstatus=1) or not newest(site, "Technician"):
        make_service(site, records)
        site.db.commit()
    planned = newest(site, "Service Order", docstatus=0, technician=("is", "set"))
    served = newest(site, "Service Order", docstatus=1, service_contract=("is", "set"), issue=("is", "set"))
    return {
        "Company": site.db.get_value("Technician", newest(site, "Technician"), "company"),
        "Service Contract": newest(site, "Service Contract", docstatus=1),
        "Equipment": site.db.get_value("Service Order", served, "equipment")
        if served
        else newest(site, "Equipment"),
        "Issue": newest(site, "Issue", equipment=("is", "set")),
        "Service Order": served or newest(site, "Service Order"),
        "Billing Run": newest(site, "Billing Run", invoices=(">", 0)) or newest(site, "Billing Run"),
        "day": str((site.db.get_value("Service Order", planned, "planned_start") or date.today()).strftime("%Y-%m-%d")),
        "Technician": site.db.get_value("Service Order", planned, "technician"),
    }


def make_service(site, records) -> None:
    mark = site.generate_hash(length=6)
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = records.insert(
        {"doctype": "Item", "item_code": f"Care {mark}", "item_group": group, "stock_uom": "Nos", "is_stock_item": 0}
    )
    customer = records.insert({"doctype": "Customer", "customer_name": f"Water Works {mark}"})
    parties = {"customer": customer.name, "company": company}
    records.insert(
        {
            "doctype": "Service Contract",
            "title": f"Care of the north hall {mark}",
            "currency": site.get_cached_value("Company", company, "default_currency"),
            "start_date": date.today() - timedelta(days=30),
            "lines": [{"item_code": item.name, "rate": 450, "visits_included": 2}],
            **parties,
        },
        submit=True,
    )
    equipment = records.insert({"doctype": "Equipment", "equipment_name": f"Pump {mark}", **parties})
    records.insert({"doctype": "Issue", "subject": "It leaks", "equipment": equipment.name, **parties})
    technician = records.insert(
        {
            "doctype": "Technician",
            "technician_name": f"Tess {mark}",
            "company": company,
            "latitude": 52.5,
            "longitude": 13.4,
        }
    )
    order = records.insert(
        {
            "doctype": "Service Order",
            "title": "It leaks",
            "equipment": equipment.name,
            "technician": technician.name,
            "planned_start": f"{date.today()} 10:00:00",
            "planned_end": f"{date.today()} 11:00:00",
            **parties,
        }
    )
    order.db_set("status", "Planned")
    records.insert({"doctype": "Billing Run", "up_to": date.today(), "posting_date": date.today()})


def open_contract(page, documents) -> None:
    open_form(page, "Service Contract", documents["Service Contract"])
    page.evaluate("cur_frm.scroll_to_field('lines', false)")
    settle(page)


def open_order(page, documents) -> None:
    open_form(page, "Service Order", documents["Service Order"])
    page.evaluate("cur_frm.scroll_to_field('parts', false)")
    settle(page)


def open_profit(page, documents) -> None:
    page.evaluate("company => frappe.set_route('query-report', 'Contract Profit', {company})", documents["Company"])
    # A bare site has no rows and then no columns either.
    page.wait_for_function("() => frappe.query_report?.report_name === 'Contract Profit'")
    settle(page)
    page.wait_for_timeout(1_500)  # the chart grows


def open_board(page, documents, view: str) -> None:
    page.evaluate(
        """company => localStorage.setItem(
            `crm_ext.dispatch_board.${frappe.session.user}`, JSON.stringify({ company })
        )""",
        documents["Company"],
    )
    go(page, "dispatch-board", view, documents["day"])
    page.wait_for_selector(".crm-dispatch:visible")
    settle(page)
    page.wait_for_timeout(1_500)  # the map draws itself


SCREENS = {
    "service-desk": lambda page, documents: open_workspace(page, "service"),
    "service-contract": open_contract,
    "equipment": lambda page, documents: open_form(page, "Equipment", documents["Equipment"]),
    "complaint": lambda page, documents: open_form(page, "Issue", documents["Issue"]),
    "service-order": open_order,
    "billing-run": lambda page, documents: open_form(page, "Billing Run", documents["Billing Run"]),
    "contract-profit": open_profit,
    "dispatch-board": lambda page, documents: open_board(page, documents, "day"),
    "dispatch-map": lambda page, documents: open_board(page, documents, "map"),
}


@pytest.mark.parametrize(("language", "suffix"), [("en", ""), ("fa", "-fa")])
def test_every_screen_of_service_opens(desk, documents, screenshot, language, suffix):
    page = desk(*ROLES, language=language)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
    for name, open_screen in SCREENS.items():
        open_screen(page, documents)
        screenshot(f"{name}{suffix}", page)
        # The map's background comes from another house, which a machine without a network does not reach.
        assert [error for error in errors_of(page) if "net::ERR" not in error] == [], name
        assert not page.locator(".modal.show .msgprint:visible").count(), f"{name} opens with a message"


@pytest.fixture
def logins(site, records, documents):
    """A customer's and a technician's login in each language; ties that were there before come back."""
    from frappe.utils.password import update_password

    customer = site.get_doc("Customer", site.db.get_value("Equipment", documents["Equipment"], "customer"))
    technician = documents["Technician"] or newest(site, "Technician")
    before = site.db.get_value("Technician", technician, "user")
    made = {}
    for language in ("en", "fa"):
        for who, role in (("customer", "Customer"), ("technician", "Technician")):
            email = f"service-guide-{who}-{language}@browser.test"
            values = {"email": email, "first_name": "Guide", "language": language, "send_welcome_email": 0}
            records.insert({"doctype": "User", **values}).add_roles(role)
            update_password(email, PASSWORD)
            made[who, language] = email
        customer.append("portal_users", {"user": made["customer", language]})
    customer.save()
    site.db.commit()
    yield made, technician
    site.db.rollback()
    site.db.set_value("Technician", technician, "user", before)
    site.db.delete("Portal User", {"user": ("in", [email for (who, _l), email in made.items() if who == "customer"])})
    site.db.commit()


@pytest.mark.parametrize(("language", "suffix"), [("en", ""), ("fa", "-fa")])
def test_the_pages_of_customer_and_technician_open(
    browser, server, site, logins, documents, screenshot, language, suffix
):
    made, technician = logins
    site.db.set_value("Technician", technician, "user", made["technician", language])
    site.db.commit()
    context = browser.new_context(base_url=server, locale=language, viewport={"width": 1100, "height": 900})
    page = context.new_page()
    log_in(page, made["customer", language])
    pages = ("equipment", "contracts", "service", "service/new", f"equipment/{documents['Equipment']}")
    for route in pages:
        answer = page.goto(f"/portal/{route}")
        assert answer.status == 200, route
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
    screenshot(f"portal-equipment{suffix}", page)
    context.close()
    context = browser.new_context(base_url=server, locale=language, **PHONE)
    page = context.new_page()
    log_in(page, made["technician", language])
    page.goto("/technician")
    page.wait_for_timeout(2_000)  # the day arrives
    job = page.locator("a[href^='#job/']").first
    if not job.count():
        page.locator("a[href='#coming']").click()
    job.wait_for(timeout=OPENING)
    screenshot(f"technician-day{suffix}", page)
    job.click()
    page.get_by_role("button").first.wait_for()
    page.wait_for_timeout(800)
    screenshot(f"technician-job{suffix}", page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
