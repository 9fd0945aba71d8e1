"""Service as people click it: contract, invoice with deferred revenue, complaint, dispatch, the technician's phone, what it
posts, the customer's word, and what the contract really earned."""

import re
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import PASSWORD, PATIENCE, PHONE, log_in, user_with
from desk_forms import Form
from playwright.sync_api import expect

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "site" / part) for part in ("", "field_service")]
import service_world

DESK = (
    "Sales User",
    "Sales Manager",
    "Maintenance Manager",
    "Accounts Manager",
    "Support Team",
    "Dispatcher",
    "System Manager",
)
PATIENT = 60_000  # milliseconds that a cold page may take
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture
def house(site):
    """A customer with a pump and two logins, a technician with a van, and a yearly fee whose revenue is deferred."""
    before = site.get_single("Field Service Settings").as_dict()
    site.flags.pop("warehouse_account_map", None)
    made = service_world.world()
    made.login = user_with(site, ("Technician",), "en")
    site.db.set_value("Technician", {"user": made.login}, "user", None)
    technician = site.get_doc("Technician", made.technician)
    hours = {"from_time": "08:00:00", "to_time": "17:00:00"}
    # A skill that nobody else on the site has.
    made.skill = site.get_doc({"doctype": "Service Skill", "skill_name": f"Seals {made.tag}"}).insert().name
    site.get_doc("Equipment Type", made.type).update({"skill": made.skill}).save()
    technician.update(
        {
            "user": made.login,
            "skills": [{"skill": made.skill}],
            "latitude": 52.52,
            "longitude": 13.40,
            "working_times": [{"weekday": day, **hours} for day in WEEKDAYS],
        }
    )
    technician.save()
    site.get_doc("Equipment", made.equipment).update({"latitude": 52.55, "longitude": 13.43}).save()
    made.deferred = site.get_all(
        "Account",
        {"company": made.company, "root_type": "Liability", "is_group": 0, "account_type": ""},
        pluck="name",
        order_by="lft",
    )[0]
    fee = site.get_doc("Item", made.labour)
    fee.enable_deferred_revenue = 1
    fee.no_of_months = 12
    fee.set("item_defaults", [{"company": made.company, "deferred_revenue_account": made.deferred}])
    fee.save()
    made.buyer = portal_login(site, made)
    site.db.commit()
    yield made
    clear(site, made, before)


def portal_login(site, made) -> str:
    from frappe.utils.password import update_password

    email = f"service-{made.tag}@example.com"
    site.get_doc({"doctype": "User", "email": email, "first_name": "Lale", "send_welcome_email": 0}).insert().add_roles(
        "Customer"
    )
    update_password(email, PASSWORD)
    customer = site.get_doc("Customer", made.customer)
    customer.append("portal_users", {"user": email})
    customer.save()
    return email


def clear(site, made, before) -> None:
    """What people clicked together goes, before what it rests on."""
    from crm_ext.field_service.flow import complaints

    site.db.rollback()
    site.set_user("Administrator")
    for issue in site.get_all("Issue", {"customer": made.customer}, pluck="name", order_by="name"):
        complaints.forget(issue)
        site.db.delete("Comment", {"reference_name": issue})
        site.db.delete("ToDo", {"reference_name": issue})
        site.db.set_value("Service Order", {"issue": issue}, "issue", None)
        site.delete_doc("Issue", issue, force=True)
    contracts = site.get_all("Service Contract", {"customer": made.customer}, pluck="name", order_by="name")
    invoices = site.get_all("Sales Invoice", {"customer": made.customer}, pluck="name", order_by="creation desc")
    site.db.delete("Billed Period", {"service_contract": ("in", contracts or [""])})
    for name in invoices:
        site.db.set_value("Sales Invoice", name, "docstatus", 2)
        site.delete_doc("Sales Invoice", name, force=True)
        for ledger in ("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry"):
            site.db.delete(ledger, {"voucher_no": name})
    for plan in site.get_all("Dispatch Plan", {"first_day": tomorrow()}, pluck="name", order_by="name"):
        site.delete_doc("Dispatch Plan", plan, force=True)
    orders = site.get_all("Service Order", {"customer": made.customer}, pluck="name", order_by="name")
    site.db.delete("Visit Notice", {"service_order": ("in", orders or [""])})
    service_world.remove_orders(made)
    site.db.set_value("Technician", made.technician, "user", None)
    site.db.delete("Portal User", {"user": made.buyer})
    service_world.remove(made, before)
    site.delete_doc("User", made.buyer, force=True)
    site.delete_doc("Service Skill", made.skill, force=True)
    site.db.commit()


def tomorrow() -> date:
    return date.today() + timedelta(days=1)


@pytest.fixture
def phone(browser, server):
    contexts = []

    def open_phone(login: str):
        context = browser.new_context(base_url=server, locale="en", **PHONE)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        log_in(page, login)
        return page

    yield open_phone
    for context in contexts:
        context.close()


def test_a_contract_earns_through_a_complaint_that_is_solved(site, desk, phone, house, screenshot):
    page = desk(*DESK)
    contract = sign_contract(page, site, house)
    bill(page, site, contract, house)
    customer = phone(house.buyer)
    issue = complain(customer, house)
    order = make_order(page, site, issue)
    dispatch(page, site, order, house)
    work(phone(house.login), site, order, house)
    posted(site, order, contract, house)
    ask(page, issue)
    agree(customer, site, issue)
    report(page, contract, screenshot)


def sign_contract(page, site, house) -> str:
    form = Form.new(page, "Service Contract")
    form.fill("title", f"Care {house.tag}")
    form.choose("customer", house.customer)
    page.evaluate("day => cur_frm.set_value('start_date', day)", str(date.today() - timedelta(days=10)))
    form.settle()
    form.add_row("lines", item_code=house.labour)
    # The row's own form, where a line is described in full.
    page.evaluate(
        """() => {
            const row = cur_frm.doc.lines.at(-1);
            return frappe.model.set_value(row.doctype, row.name, {
                rate: 1200, interval_unit: "Year", interval_count: 1, parts_percent: 50, visits_included: 4, hours_included: 20,
            });
        }"""
    )
    form.save()
    form.submit()
    site.db.rollback()
    assert site.db.get_value("Service Contract", form.name, "status") == "Active"
    return form.name


def bill(page, site, contract, house) -> None:
    form = Form.open(page, "Service Contract", contract)
    form.menu("Actions", "Bill Now")
    page.get_by_text("Billed by", exact=False).first.wait_for(timeout=PATIENT)
    site.db.rollback()
    invoice = site.db.get_value("Billed Period", {"service_contract": contract}, "sales_invoice")
    assert site.db.get_value("Sales Invoice", invoice, "docstatus") == 1
    rows = service_world.ledger(invoice)
    assert rows[house.deferred] == -1200
    marks = site.get_all("GL Entry", {"voucher_no": invoice, "account": house.deferred}, pluck="service_contract")
    assert marks == [contract]


def complain(page, house) -> str:
    page.goto("/portal/equipment")
    page.get_by_role("link", name=re.compile(f"Pump {house.tag}")).click()
    page.get_by_role("link", name="Ask for service").click()
    page.get_by_label("What is wrong, in a few words?").fill("It leaks at the shaft")
    page.get_by_label("Anything that helps us").fill("Since this morning")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Thank you. We have your request").wait_for()
    return page.url.rsplit("/", 1)[1].split("?")[0]


def make_order(page, site, issue) -> str:
    form = Form.open(page, "Issue", issue).create("Service Order", "Service Order")
    if form.name.startswith("new-"):
        form.save()
    site.db.rollback()
    assert site.db.get_value("Service Order", form.name, "issue") == issue
    return form.name


def dispatch(page, site, order, house) -> None:
    page.evaluate(
        """([company, skill, day]) => {
            localStorage.setItem(`crm_ext.dispatch_board.${frappe.session.user}`, JSON.stringify({company, skill}));
            return frappe.set_route("dispatch-board", "day", day);
        }""",
        [house.company, house.skill, str(tomorrow())],
    )
    board = page.locator(".crm-dispatch")
    expect(board.locator(f'.crm-dispatch-job[data-name="{order}"]')).to_be_visible(timeout=PATIENT)
    board.get_by_role("button", name="Plan Jobs").click()
    proposal = board.locator(".crm-dispatch-proposal")
    expect(proposal).to_contain_text("Jobs planned", timeout=PATIENT)
    proposal.get_by_role("button", name="Apply").click()
    expect(board.locator("[role=status]").first).to_contain_text("The plan is applied", timeout=PATIENT)
    site.db.rollback()
    planned = site.db.get_value("Service Order", order, ["technician", "planned_start"], as_dict=True)
    assert (planned.technician, planned.planned_start.date()) == (house.technician, tomorrow())


def work(page, site, order, house) -> None:
    page.goto("/technician")
    page.get_by_role("link", name=re.compile("Coming days")).click()
    page.get_by_role("link", name=re.compile("It leaks at the shaft")).first.click()
    page.get_by_role("group", name="Look at the seal").get_by_role("checkbox").check()
    page.get_by_label("Take a part from the van").fill(f"Seal {house.tag}")
    page.get_by_label("Take a part from the van").press("Enter")
    page.get_by_role("group", name=f"Seal {house.tag}").get_by_label("Used").fill("2")
    page.get_by_role("button", name="Add work").click()
    times = page.get_by_role("group", name="Work", exact=True)
    times.get_by_label("Day").select_option(index=1)
    times.get_by_label("From").fill("09:00")
    times.get_by_label("Until").fill("10:30")
    page.get_by_role("radio", name="Solved", exact=True).check()
    page.get_by_label("What was done").fill("New seals")
    page.get_by_label("Name of who signs").fill("Ms Lee")
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Finish the job and send").click()
    page.get_by_role("button", name="Yes").click()
    for _second in range(60):
        site.db.rollback()
        if site.db.get_value("Service Order", order, "docstatus") == 1:
            return
        page.wait_for_timeout(1_000)
    raise AssertionError(f"the report did not arrive: {page.locator('main').inner_text()[:2000]}")


def posted(site, order, contract, house) -> None:
    done = site.get_doc("Service Order", order)
    assert done.signature and done.status == "Completed"
    assert service_world.in_warehouse(house.seal, house.van) == 8
    assert site.db.get_value("Timesheet", done.timesheet, ["docstatus", "total_hours"]) == (1, 1.5)
    # Half of the seals is the contract's, half the customer's.
    assert site.db.get_value("Sales Invoice", done.sales_invoice, ["docstatus", "net_total"]) == (1, 100)
    assert set(site.get_all("GL Entry", {"voucher_no": done.stock_entry}, pluck="service_contract")) == {contract}


def ask(page, issue) -> None:
    Form.open(page, "Issue", issue).menu("Customer", "Ask the Customer")
    if page.locator(".modal.show .btn-modal-primary:visible").count():
        page.locator(".modal.show .btn-modal-primary:visible").click()
    page.wait_for_function("() => cur_frm.doc.status === 'Resolved'", timeout=PATIENT)


def agree(page, site, issue) -> None:
    page.goto(f"/portal/service/{issue}")
    page.get_by_role("radio", name=re.compile("very content")).check()
    page.get_by_role("button", name="Yes, it is solved").click()
    page.get_by_text("Thank you. The request is closed.").wait_for()
    site.db.rollback()
    assert site.db.get_value("Issue", issue, "status") == "Closed"


def report(page, contract, screenshot) -> None:
    page.evaluate(
        """contract => frappe.set_route("query-report", "Contract Profit", {
            company: cur_frm?.doc.company || frappe.defaults.get_user_default("Company"), service_contract: contract,
            from_date: frappe.datetime.add_days(frappe.datetime.get_today(), -30), to_date: frappe.datetime.get_today(),
        })""",
        contract,
    )
    page.wait_for_function(
        "() => frappe.query_report?.report_name === 'Contract Profit' && frappe.query_report.data?.length"
    )
    row = page.evaluate("contract => frappe.query_report.data.find((line) => line.key === contract)", contract)
    # Revenue: the customer's share of the seals; the fee is earned over the year. Costs: two seals, ninety minutes.
    assert (row["revenue"], row["deferred"], row["parts"]) == (100, 1200, 120)
    assert (row["labour_outside"] + row["travel_outside"], row["complaints"]) == (45, 1)
    assert row["profit"] == 100 - 120 - 45
    screenshot("contract_profit", page)
