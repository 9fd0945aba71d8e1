"""A campaign plan from draft to cancelled, on real documents."""

import inspect
import re

import frappe
import pytest
from frappe.desk.notifications import get_open_count
from frappe.utils import add_days, getdate
from makers import (
    account,
    campaign,
    company,
    customer,
    expense_account,
    item,
    sales_invoice,
    supplier,
    user,
)

from crm_ext.api import campaign_plans as api
from crm_ext.marketing_automation.flow import campaign_plan_sentences
from crm_ext.marketing_automation.flow import campaign_plans as flow
from crm_ext.marketing_automation.rules import campaign_plan as rules


@pytest.fixture(autouse=True)
def channels(site):
    for name in ("Email", "Event"):
        if not frappe.db.exists("Marketing Channel", name):
            frappe.get_doc({"doctype": "Marketing Channel", "channel_name": name}).insert()


def this_year():
    today = getdate()
    return frappe.get_all(
        "Fiscal Year",
        filters={"year_start_date": ("<=", today), "year_end_date": (">=", today)},
        fields=["name", "year_start_date", "year_end_date"],
        order_by="name",
    )[0]


def next_year():
    year = this_year()
    start = add_days(year.year_end_date, 1)
    existing = frappe.db.exists("Fiscal Year", {"year_start_date": start})
    if existing:
        return frappe.get_doc("Fiscal Year", existing)
    return frappe.get_doc(
        {
            "doctype": "Fiscal Year",
            "year": f"After {year.name}",
            "year_start_date": start,
            "year_end_date": add_days(start, 364),
        }
    ).insert()


def new_plan(**values):
    year = this_year()
    return frappe.get_doc(
        {
            "doctype": "Campaign Plan",
            "title": "Spring Pumps",
            "company": company(),
            "plan_owner": "Administrator",
            "from_date": add_days(year.year_end_date, -20),
            "to_date": year.year_end_date,
            "expense_account": values.pop("expense_account", None) or expense_account().name,
            "budget_action": "Stop",
            "channels": [
                {"channel": "Email", "budget": 300, "expected_touches": 1000, "expected_response_rate": 2},
                {"channel": "Event", "budget": 700, "expected_revenue": 9000},
            ],
            "tasks": [
                {"subject": "Print leaflets", "start_offset": -5, "duration": 3, "weight": 2},
                {"subject": "Hire a hall", "start_offset": 0, "duration": 1, "weight": 1},
            ],
            **values,
        }
    )


def test_saving_completes_what_follows_from_what_was_typed():
    plan = new_plan().insert()
    assert plan.status == "Draft"
    assert plan.currency == frappe.get_cached_value("Company", plan.company, "default_currency")
    assert plan.total_budget == 1000
    assert plan.channels[0].expected_responses == 20
    assert plan.total_expected_touches == 1000
    assert plan.season in ("Spring", "Summer", "Autumn", "Winter")


def test_approval_makes_campaign_project_tasks_and_budget_linked_to_the_plan():
    plan = new_plan().insert()
    assert flow.request_approval(plan.name) == "Awaiting Approval"
    flow.approve(plan.name)
    plan.reload()
    assert plan.docstatus == 1
    assert plan.approved_by == "Administrator"
    assert frappe.db.get_value("Campaign", plan.campaign, "campaign_name") == "Spring Pumps"
    project = frappe.get_doc("Project", plan.project)
    assert (project.project_name, project.company, project.estimated_costing) == (
        plan.title,
        plan.company,
        1000,
    )
    tasks = frappe.get_all(
        "Task", {"project": plan.project}, ["name", "exp_start_date", "exp_end_date"], order_by="name"
    )
    assert {task.name for task in tasks} == {row.task for row in plan.tasks}
    assert min(task.exp_start_date for task in tasks) >= project.expected_start_date
    assert max(task.exp_end_date for task in tasks) <= project.expected_end_date
    budget = frappe.get_doc("Budget", plan.budgets[0].budget)
    assert (budget.docstatus, budget.campaign, budget.budget_against) == (1, plan.campaign, "Campaign")
    assert [(row.account, row.budget_amount) for row in budget.accounts] == [(plan.expense_account, 1000)]


def test_the_budget_of_the_plan_stops_overspending():
    plan = new_plan().insert()
    flow.approve(plan.name)
    plan.reload()
    entry = {
        "doctype": "Journal Entry",
        "company": plan.company,
        "posting_date": getdate(),
        "accounts": [
            {
                "account": plan.expense_account,
                "debit_in_account_currency": 1001,
                "campaign": plan.campaign,
            },
            {"account": account("Asset", "Cash"), "credit_in_account_currency": 1001},
        ],
    }
    with pytest.raises(frappe.ValidationError, match="Budget"):
        frappe.get_doc(entry).submit()


def test_figures_come_from_the_ledger_of_the_campaign_and_company():
    plan = new_plan().insert()
    flow.approve(plan.name)
    plan.reload()
    other = expense_account("Other Spending").name
    frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": plan.company,
            "posting_date": getdate(),
            "accounts": [
                {
                    "account": plan.expense_account,
                    "debit_in_account_currency": 400,
                    "campaign": plan.campaign,
                },
                {"account": other, "debit_in_account_currency": 60, "campaign": plan.campaign},
                {"account": account("Asset", "Cash"), "credit_in_account_currency": 460},
            ],
        }
    ).submit()
    sales_invoice(customer("Spring Buyer").name, item("Pump Service").name, 2, 250, campaign=plan.campaign)
    figures = api.figures(plan.name)
    assert figures["revenue"] == 500
    assert (figures["budget"], figures["spend"], figures["remaining"], figures["other_spend"]) == (
        1000,
        400,
        600,
        60,
    )


def test_a_period_over_two_fiscal_years_gets_a_budget_in_each():
    year, following = this_year(), next_year()
    plan = new_plan(
        from_date=add_days(year.year_end_date, -9), to_date=add_days(following.year_start_date, 29)
    ).insert()
    flow.approve(plan.name)
    plan.reload()
    assert [(row.fiscal_year, row.amount) for row in plan.budgets] == [
        (year.name, 250),
        (following.name, 750),
    ]


def test_a_day_without_a_fiscal_year_is_named_before_anybody_approves():
    plan = new_plan(to_date="2199-12-31").insert()
    with pytest.raises(frappe.ValidationError, match="fiscal year"):
        flow.request_approval(plan.name)


def test_a_rejected_plan_goes_back_with_its_reason_and_may_be_asked_for_again():
    plan = new_plan().insert()
    flow.request_approval(plan.name)
    assert flow.reject(plan.name, "Too dear") == "Rejected"
    plan.reload()
    assert (plan.docstatus, plan.rejection_reason) == (0, "Too dear")
    assert flow.request_approval(plan.name) == "Awaiting Approval"
    assert flow.withdraw(plan.name) == "Draft"


def test_rejecting_needs_a_reason():
    plan = new_plan().insert()
    flow.request_approval(plan.name)
    with pytest.raises(frappe.ValidationError, match="Say why"):
        flow.reject(plan.name, "  ")


def test_approving_twice_makes_everything_once():
    plan = new_plan().insert()
    flow.approve(plan.name)
    before = frappe.db.count("Project"), frappe.db.count("Budget"), frappe.db.count("Task")
    flow.approve(plan.name)
    assert (frappe.db.count("Project"), frappe.db.count("Budget"), frappe.db.count("Task")) == before


def test_cancelling_takes_back_budget_project_and_open_tasks_but_keeps_what_was_done():
    plan = new_plan().insert()
    flow.approve(plan.name)
    plan.reload()
    done = frappe.get_doc("Task", plan.tasks[0].task)
    done.status = "Completed"
    done.save()
    plan.cancel()
    assert frappe.db.get_value("Campaign Plan", plan.name, "status") == "Cancelled"
    assert frappe.db.get_value("Budget", plan.budgets[0].budget, "docstatus") == 2
    assert frappe.db.get_value("Project", plan.project, "status") == "Cancelled"
    assert frappe.db.get_value("Task", plan.tasks[0].task, "status") == "Completed"
    assert frappe.db.get_value("Task", plan.tasks[1].task, "status") == "Cancelled"
    assert frappe.db.exists("Campaign", plan.campaign)


def test_an_amended_plan_gets_its_own_project_and_budget_for_the_same_campaign():
    first = new_plan().insert()
    flow.approve(first.name)
    first.reload().cancel()
    second = frappe.copy_doc(first, ignore_no_copy=False)
    second.update({"amended_from": first.name, "docstatus": 0})
    second.insert()
    assert (second.status, second.project, second.budgets) == ("Draft", None, [])
    flow.approve(second.name)
    second.reload()
    assert second.campaign == first.campaign
    assert second.project and second.project != first.project
    assert frappe.db.get_value("Budget", second.budgets[0].budget, "docstatus") == 1


def test_two_campaigns_of_one_title_are_not_mixed_up():
    campaign("Spring Pumps")
    plan = new_plan().insert()
    with pytest.raises(frappe.ValidationError, match="Choose it in the field Campaign"):
        flow.request_approval(plan.name)


def test_a_second_plan_on_the_same_budget_is_refused_with_the_name_of_the_first():
    first = new_plan().insert()
    flow.approve(first.name)
    first.reload()
    second = new_plan(campaign=first.campaign, expense_account=first.expense_account).insert()
    with pytest.raises(frappe.ValidationError, match=first.budgets[0].budget):
        flow.request_approval(second.name)


def test_a_role_gives_its_tasks_to_its_least_loaded_members():
    role = frappe.get_doc({"doctype": "Role", "role_name": "Campaign Crew"}).insert().name
    for email in ("anna@example.com", "bella@example.com"):
        user(email, role)
    plan = new_plan(
        tasks=[{"subject": f"Call {n}", "duration": 1, "assigned_role": role} for n in range(4)]
    ).insert()
    flow.approve(plan.name)
    assigned = frappe.get_all(
        "ToDo",
        {"reference_type": "Task", "reference_name": ("in", [row.task for row in plan.reload().tasks])},
        pluck="allocated_to",
        order_by="name",
    )
    assert sorted(assigned) == ["anna@example.com"] * 2 + ["bella@example.com"] * 2


def test_tasks_begin_on_working_days():
    plan = new_plan(tasks=[{"subject": "Start", "start_offset": 0, "duration": 2, "weight": 1}])
    year = this_year()
    holiday_list = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": "Days off",
            "from_date": year.year_start_date,
            "to_date": year.year_end_date,
            "holidays": [
                {"holiday_date": plan.from_date, "description": "Feast"},
                {"holiday_date": add_days(plan.from_date, 2), "description": "Feast"},
            ],
        }
    ).insert()
    frappe.db.set_value("Company", plan.company, "default_holiday_list", holiday_list.name)
    frappe.clear_document_cache("Company", plan.company)
    plan.insert()
    flow.approve(plan.name)
    plan.reload()
    task = frappe.get_doc("Task", plan.tasks[0].task)
    assert task.exp_start_date == getdate(add_days(plan.from_date, 1))
    assert task.exp_end_date == getdate(add_days(plan.from_date, 3))


def test_statuses_follow_the_calendar_in_one_statement():
    plan = new_plan().insert()
    flow.approve(plan.name)
    for start, end, status in ((-9, -1, "Completed"), (-1, 1, "Running"), (2, 4, "Approved")):
        frappe.db.set_value(
            "Campaign Plan",
            plan.name,
            {"from_date": add_days(getdate(), start), "to_date": add_days(getdate(), end)},
        )
        flow.refresh_statuses()
        assert frappe.db.get_value("Campaign Plan", plan.name, "status") == status


def test_the_status_cannot_be_typed():
    plan = new_plan(status="Running").insert()
    assert plan.status == "Draft"
    plan.status = "Approved"
    plan.save()
    assert plan.status == "Draft"


def test_the_calendar_shows_plans_that_touch_the_period_with_their_status_in_words():
    plan = new_plan(from_date="2026-03-25", to_date="2026-04-05").insert()
    shown = {row["name"]: row for row in api.calendar("2026-04-01", "2026-04-30")}
    assert shown[plan.name]["title"] == "Spring Pumps (Draft)"
    assert plan.name not in {row["name"] for row in api.calendar("2026-05-01", "2026-05-31")}


# Permissions


def test_an_analyst_plans_and_asks_but_cannot_decide(site):
    user("analyst@example.com", "Marketing Analyst", "Sales User")
    expense = expense_account().name
    site.set_user("analyst@example.com")
    plan = new_plan(expense_account=expense, plan_owner="analyst@example.com").insert()
    api.request_approval(plan.name)
    for decide in (lambda: api.approve(plan.name), lambda: api.reject(plan.name, "No")):
        with pytest.raises(frappe.PermissionError):
            decide()
    with pytest.raises(frappe.PermissionError):
        plan.reload().submit()
    assert frappe.db.get_value("Campaign Plan", plan.name, ["docstatus", "status"]) == (
        0,
        "Awaiting Approval",
    )


def test_a_plan_that_awaits_approval_is_not_changed_by_its_owner(site):
    user("analyst@example.com", "Marketing Analyst", "Sales User")
    expense = expense_account().name
    site.set_user("analyst@example.com")
    plan = new_plan(expense_account=expense).insert()
    api.request_approval(plan.name)
    plan.reload()
    plan.goal = "More"
    with pytest.raises(frappe.ValidationError, match="Withdraw the request"):
        plan.save()


def test_a_marketing_head_approves_without_being_an_accountant(site):
    user("head@example.com", "Marketing Head", "Sales User")
    plan = new_plan().insert()
    site.set_user("head@example.com")
    api.approve(plan.name)
    plan.reload()
    assert plan.approved_by == "head@example.com"
    assert frappe.db.get_value("Budget", plan.budgets[0].budget, "docstatus") == 1
    plan.cancel()
    assert frappe.db.get_value("Budget", plan.budgets[0].budget, "docstatus") == 2


def test_a_head_of_another_company_cannot_tell_whether_the_plan_exists(site):
    other = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": "Other Heaters",
            "abbr": "OH",
            "default_currency": "EUR",
            "country": "Germany",
        }
    ).insert()
    head = user("head@example.com", "Marketing Head", "Sales User")
    frappe.get_doc(
        {"doctype": "User Permission", "user": head.name, "allow": "Company", "for_value": other.name}
    ).insert()
    plan = new_plan().insert()
    site.set_user(head.name)
    answers = []
    for name in (plan.name, "MKT-PLAN-NEVER"):
        with pytest.raises(frappe.PermissionError) as refused:
            api.figures(name)
        answers.append(str(refused.value).replace(name, ""))
    assert answers[0] == answers[1]


def test_a_plan_of_a_second_company_is_budgeted_in_its_own_currency(site):
    other = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": "Other Heaters",
            "abbr": "OH",
            "default_currency": "EUR",
            "country": "Germany",
        }
    ).insert()
    expense = expense_account(of_company=other.name).name
    plan = new_plan(company=other.name, expense_account=expense).insert()
    assert plan.currency == "EUR"
    flow.approve(plan.name)
    budget = frappe.get_doc("Budget", plan.reload().budgets[0].budget)
    assert (budget.company, budget.accounts[0].budget_amount) == (other.name, 1000)


def test_every_refusal_has_its_sentence():
    codes = set()
    for module in (rules, flow):
        codes |= set(re.findall(r'refuse\(\s*"(\w+)"', inspect.getsource(module)))
    assert len(codes) > 15
    assert codes == set(campaign_plan_sentences._sentences())


# Bad input: each refusal says what to do


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"from_date": "2026-05-02", "to_date": "2026-05-01"}, "Exchange the two dates"),
        ({"channels": [{"channel": "Email"}, {"channel": "Email"}]}, "Put both into one row"),
        (
            {"channels": [{"channel": "Email", "expected_touches": 1, "expected_responses": 2}]},
            "Raise the touches",
        ),
        ({"tasks": [{"subject": "Nothing", "duration": 0}]}, "at least one working day"),
        ({"expense_account": "income"}, "Choose an account under Expenses"),
        ({"expense_account": "group"}, "group of accounts"),
    ],
)
def test_a_plan_that_cannot_be_kept_says_what_to_do(values, sentence):
    if values.get("expense_account") == "income":
        values = {"expense_account": account("Income")}
    if values.get("expense_account") == "group":
        parent = frappe.db.get_value("Account", account("Expense"), "parent_account")
        values = {"expense_account": parent}
    with pytest.raises(frappe.ValidationError, match=sentence):
        new_plan(**values).insert()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"channels": []}, "Add at least one channel"),
        ({"channels": [{"channel": "Email"}]}, "budget, or a cost per touch"),
    ],
)
def test_an_unfinished_plan_is_kept_but_not_handed_on(values, sentence):
    plan = new_plan(**values).insert()
    with pytest.raises(frappe.ValidationError, match=sentence):
        flow.request_approval(plan.name)
    with pytest.raises(frappe.ValidationError, match=sentence):
        plan.reload().submit()


def test_a_purchase_order_over_the_budget_is_stopped_before_anything_is_bought():
    plan = new_plan().insert()
    flow.approve(plan.name)
    plan.reload()
    order = {
        "doctype": "Purchase Order",
        "supplier": supplier("Printer").name,
        "company": plan.company,
        "transaction_date": getdate(),
        "schedule_date": getdate(),
        "items": [
            {
                "item_code": item("Leaflet").name,
                "qty": 1,
                "rate": 1001,
                "expense_account": plan.expense_account,
                "campaign": plan.campaign,
            }
        ],
    }
    with pytest.raises(frappe.ValidationError, match="Budget"):
        frappe.get_doc(order).submit()


def test_a_campaign_with_a_plan_is_not_deleted():
    plan = new_plan(campaign=campaign("Kept Pumps").name).insert()
    with pytest.raises(frappe.LinkExistsError, match=plan.name):
        frappe.delete_doc("Campaign", "Kept Pumps")


def test_the_forms_of_campaign_and_project_count_their_plans():
    plan = new_plan().insert()
    flow.approve(plan.name)
    plan.reload()
    for doctype, name in (("Campaign", plan.campaign), ("Project", plan.project)):
        links = get_open_count(doctype, name, ["Campaign Plan"])["count"]["external_links_found"]
        assert [(link["doctype"], link["count"]) for link in links] == [("Campaign Plan", 1)]
