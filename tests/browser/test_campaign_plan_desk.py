"""A campaign plan on the desk: asked for, decided, called off and amended; and the workspaces."""

import re

import pytest
from desk_forms import Form
from playwright.sync_api import expect

ANALYST = ("Marketing Analyst", "Sales User")
HEAD = ("Marketing Head", "Sales User")
PATIENCE = 60_000


@pytest.fixture
def plan(site, records):
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    expense = site.get_all(
        "Account",
        filters={"company": company, "root_type": "Expense", "is_group": 0},
        fields=["parent_account"],
        order_by="lft",
        limit=1,
    )[0]
    account = records.insert(
        {
            "doctype": "Account",
            "account_name": f"Browser Campaigns {site.generate_hash(length=6)}",
            "parent_account": expense.parent_account,
            "company": company,
        }
    )
    year_end = site.get_all(
        "Fiscal Year",
        filters={"year_end_date": (">=", site.utils.today())},
        pluck="year_end_date",
        order_by="year_end_date",
    )[0]
    return records.insert(
        {
            "doctype": "Campaign Plan",
            "title": f"Browser {site.generate_hash(length=6)}",
            "company": company,
            "plan_owner": "Administrator",
            "from_date": site.utils.add_days(year_end, -10),
            "to_date": year_end,
            "expense_account": account.name,
            "channels": [{"channel": "Email", "budget": 500, "expected_touches": 100}],
            "tasks": [{"subject": "Write the letter", "duration": 1}],
        }
    )


@pytest.fixture
def made(site, records, plan):
    """Removes what approvals in the browser made."""
    yield
    site.db.rollback()
    for name in site.get_all("Campaign Plan", {"title": plan.title}, pluck="name", order_by="creation"):
        document = site.get_doc("Campaign Plan", name)
        if document.docstatus == 1:
            document.cancel()
        site.delete_doc("Campaign Plan", name, force=True)
    for doctype, filters in {
        "Task": {
            "project": (
                "in",
                site.get_all(
                    "Project", {"project_name": ("like", f"{plan.title}%")}, pluck="name", order_by="name"
                )
                or [""],
            )
        },
        "Project": {"project_name": ("like", f"{plan.title}%")},
        "Budget": {"campaign": plan.title},
        "Campaign": {"name": plan.title},
    }.items():
        for name in site.get_all(doctype, filters, pluck="name", order_by="name"):
            site.delete_doc(doctype, name, force=True)
    site.db.commit()


def press(form, label):
    form.root.locator(".page-actions").get_by_role("button", name=label, exact=True).click()


def answer(page, label):
    page.locator(".modal.show .btn-modal-primary", has_text=label).click()


def expect_status(page, status):
    expect(page.locator(".page-container:visible .indicator-pill").first).to_have_text(
        re.compile(status), timeout=PATIENCE
    )


def test_a_plan_is_asked_for_rejected_approved_called_off_and_amended(desk, plan, made):
    analyst = desk(*ANALYST)
    form = Form.open(analyst, "Campaign Plan", plan.name)
    press(form, "Request Approval")
    expect_status(analyst, "Awaiting Approval")
    expect(form.root.get_by_role("button", name="Approve", exact=True)).to_have_count(0)

    head = desk(*HEAD)
    form = Form.open(head, "Campaign Plan", plan.name)
    press(form, "Reject")
    head.locator(".modal.show textarea").fill("Too dear")
    answer(head, "Reject")
    expect_status(head, "Rejected")
    expect(form.root.get_by_text("Too dear").first).to_be_visible()

    press(form, "Request Approval")
    expect_status(head, "Awaiting Approval")
    press(form, "Approve")
    answer(head, "Yes")
    expect_status(head, "Approved|Running")
    expect(form.root.get_by_text(re.compile(r"Remaining: .*500"))).to_be_visible(timeout=PATIENCE)

    press(form, "Cancel")
    answer(head, "Yes")
    expect_status(head, "Cancelled")
    press(form, "Amend")
    head.wait_for_function("cur_frm.is_new() && cur_frm.doc.amended_from")
    form.save()
    expect_status(head, "Draft")
    assert head.evaluate("[cur_frm.doc.project || null, cur_frm.doc.budgets.length]") == [None, 0]


def test_totals_follow_while_a_channel_is_typed(desk, plan, made):
    page = desk(*ANALYST)
    form = Form.open(page, "Campaign Plan", plan.name)
    page.evaluate(
        "frappe.model.set_value('Campaign Plan Channel', cur_frm.doc.channels[0].name, 'unit_cost', 8)"
    )
    form.settle()
    assert form.value("total_budget") == 800


@pytest.mark.parametrize(("workspace", "roles"), [("campaigns", HEAD), ("sales-desk", ("Sales Manager", "Accounts User"))])
def test_a_workspace_loads_its_cards_without_an_error(desk, workspace, roles):
    page = desk(*roles)
    page.goto(f"/app/{workspace}")
    cards = page.locator(".number-widget-box:visible")
    expect(cards).to_have_count(6, timeout=PATIENCE)
    expect(cards.locator(".number")).to_have_count(6, timeout=PATIENCE)
    assert page.console_errors == []
