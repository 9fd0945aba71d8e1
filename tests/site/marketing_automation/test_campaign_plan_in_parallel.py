"""Approval once and only once: two people at the same moment, and a process that dies half-way."""

import subprocess
import sys
import textwrap

import frappe
import pytest
from frappe.utils import add_days, getdate
from makers import company, expense_account

from crm_ext.marketing_automation.flow import campaign_plans as flow

APPROVE = """
    import sys, time
    import frappe
    frappe.init({site!r}, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    from crm_ext.marketing_automation.flow import campaign_plan_effects, campaign_plans
    {before}
    sys.stdin.readline()
    campaign_plans.approve({plan!r})
    frappe.db.commit()
"""
DIE_BEFORE_BUDGETS = "import os; campaign_plan_effects.make_budgets = lambda *_: os._exit(9)"


@pytest.fixture
def plan(site):
    """A plan that other processes can see, taken away afterwards with all that was made for it."""
    title = f"Parallel {frappe.generate_hash(length=8)}"
    if not frappe.db.exists("Marketing Channel", "Email"):
        frappe.get_doc({"doctype": "Marketing Channel", "channel_name": "Email"}).insert()
    expense = expense_account(title).name
    year_end = frappe.get_all(
        "Fiscal Year", {"year_end_date": (">=", getdate())}, pluck="year_end_date", order_by="year_end_date"
    )[0]
    document = frappe.get_doc(
        {
            "doctype": "Campaign Plan",
            "title": title,
            "company": company(),
            "plan_owner": "Administrator",
            "from_date": add_days(year_end, -3),
            "to_date": year_end,
            "expense_account": expense,
            "channels": [{"channel": "Email", "budget": 10}],
            "tasks": [{"subject": title, "duration": 1}],
        }
    ).insert()
    frappe.db.commit()
    yield document
    frappe.db.rollback()
    document.reload()
    if document.docstatus == 1:
        document.cancel()
    frappe.delete_doc("Campaign Plan", document.name, force=True, delete_permanently=True)
    for doctype, filters in made_for(title, expense).items():
        for name in frappe.get_all(doctype, filters, pluck="name", distinct=True, order_by="name"):
            frappe.delete_doc(doctype, name, force=True, delete_permanently=True)
    frappe.delete_doc("Campaign", title, force=True, delete_permanently=True)
    frappe.delete_doc("Account", expense, force=True, delete_permanently=True)
    frappe.db.commit()


def made_for(title, expense):
    return {
        "Task": {"subject": title},
        "Project": {"project_name": ("like", f"{title}%")},
        "Budget": [["Budget Account", "account", "=", expense]],
    }


def count_made(plan):
    frappe.db.rollback()  # a fresh look at what other processes committed
    return {
        doctype: len(frappe.get_all(doctype, filters, pluck="name", distinct=True, order_by="name"))
        for doctype, filters in made_for(plan.title, plan.expense_account).items()
    }


def process_that_approves(plan, before=""):
    script = textwrap.dedent(APPROVE).format(site=frappe.local.site, plan=plan.name, before=before)
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_two_approvals_at_the_same_moment_make_everything_once(plan):
    processes = [process_that_approves(plan) for _ in range(2)]
    for process in processes:
        process.stdin.write(b"\n")
        process.stdin.flush()
    outcomes = [(process.communicate()[1], process.returncode) for process in processes]
    assert any(code == 0 for _error, code in outcomes), outcomes
    assert count_made(plan) == {"Task": 1, "Project": 1, "Budget": 1}
    assert frappe.db.get_value("Campaign Plan", plan.name, "docstatus") == 1


def test_an_approval_that_dies_half_way_leaves_nothing_and_can_be_done_again(plan):
    process = process_that_approves(plan, DIE_BEFORE_BUDGETS)
    process.communicate(b"\n")
    assert process.returncode == 9
    assert count_made(plan) == {"Task": 0, "Project": 0, "Budget": 0}
    assert frappe.db.get_value("Campaign Plan", plan.name, ["docstatus", "status"]) == (0, "Draft")
    flow.approve(plan.name)
    frappe.db.commit()
    assert count_made(plan) == {"Task": 1, "Project": 1, "Budget": 1}
