"""The ERPNext documents of an approved campaign plan, made and taken back.

Permissions: the person was checked for submit or cancel on the plan, and that is what these documents follow from. A
marketing head need not be an accountant to have a budget watched.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import frappe
from frappe.desk.form import assign_to
from frappe.model.document import Document

from crm_ext.compat import CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD
from crm_ext.marketing_automation.queries import campaign_plans as queries
from crm_ext.marketing_automation.rules import campaign_plan as rules


def make_campaign(document: Document) -> str:
    campaign = frappe.new_doc(CAMPAIGN_DOCTYPE, campaign_name=document.title, description=document.goal)
    # submit on the plan was checked
    return campaign.insert(ignore_permissions=True).name


def make_project_with_tasks(document: Document, plan: rules.Plan) -> None:
    holidays = queries.holidays(plan.company)
    periods = [rules.task_period(task, plan.period.start, holidays) for task in plan.tasks]
    project = frappe.new_doc(
        "Project",
        project_name=_free_project_name(document),
        company=document.company,
        cost_center=document.cost_center,
        expected_start_date=min([plan.period.start, *(period.start for period in periods)]),
        expected_end_date=max([plan.period.end, *(period.end for period in periods)]),
        percent_complete_method="Task Weight"
        if any(row.weight for row in document.tasks)
        else "Task Completion",
        estimated_costing=document.total_budget,
        notes=document.goal,
    )
    # submit on the plan was checked
    project.insert(ignore_permissions=True)
    document.project = project.name
    for row, period in zip(document.tasks, periods, strict=True):
        row.task = _make_task(document, row, period).name
    project.reload()
    project.update_project()
    _assign_tasks(document)


def make_budgets(document: Document, shares: Iterable[rules.BudgetShare]) -> None:
    """One Budget for each fiscal year, with a row for each account; purchase orders count as spending too."""
    document.set("budgets", [])
    action = document.budget_action
    for fiscal_year, parts in groupby(shares, key=lambda part: part.fiscal_year):
        parts = list(parts)
        budget = frappe.new_doc(
            "Budget",
            budget_against=CAMPAIGN_DOCTYPE,
            company=document.company,
            fiscal_year=fiscal_year,
            applicable_on_booking_actual_expenses=1,
            action_if_annual_budget_exceeded=action,
            # A campaign does not spend a twelfth of its budget every month.
            action_if_accumulated_monthly_budget_exceeded="Ignore",
            applicable_on_purchase_order=1,
            action_if_annual_budget_exceeded_on_po=action,
            action_if_accumulated_monthly_budget_exceeded_on_po="Ignore",
            **{CAMPAIGN_FIELD: document.campaign},
        )
        for part in parts:
            budget.append("accounts", {"account": part.account, "budget_amount": float(part.amount)})
        budget.flags.ignore_permissions = True  # submit on the plan was checked
        budget.submit()
        for part in parts:
            document.append(
                "budgets",
                {
                    "budget": budget.name,
                    "fiscal_year": fiscal_year,
                    "account": part.account,
                    "amount": float(part.amount),
                    "currency": document.currency,
                },
            )


def cancel_budgets(document: Document) -> None:
    for name in dict.fromkeys(row.budget for row in document.budgets):
        budget = frappe.get_doc("Budget", name, for_update=True)
        if budget.docstatus == 1:
            budget.flags.ignore_permissions = True  # cancel on the plan was checked
            budget.cancel()


def cancel_project(document: Document) -> None:
    """The project and its open tasks; what was done stays done."""
    if not document.project:
        return
    for name in queries.open_tasks(document.project):
        assign_to.clear("Task", name, ignore_permissions=True)  # cancel on the plan was checked
        task = frappe.get_doc("Task", name)
        task.status = "Cancelled"
        task.flags.from_project = True
        task.save(ignore_permissions=True)  # cancel on the plan was checked
    project = frappe.get_doc("Project", document.project, for_update=True)
    project.status = "Cancelled"
    project.save(ignore_permissions=True)  # cancel on the plan was checked


def _free_project_name(document: Document) -> str:
    """Names of projects are unique; the plan's own name tells two campaigns of one title apart."""
    taken = frappe.db.exists("Project", {"project_name": document.title})
    return f"{document.title[:100]} ({document.name})" if taken else document.title


def _make_task(document: Document, row: Document, period) -> Document:
    task = frappe.new_doc(
        "Task",
        subject=row.subject,
        description=row.description,
        project=document.project,
        company=document.company,
        exp_start_date=period.start,
        exp_end_date=period.end,
        task_weight=row.weight,
    )
    # The project counts its tasks once, when all are there.
    task.flags.from_project = True
    # submit on the plan was checked
    return task.insert(ignore_permissions=True)


def _assign_tasks(document: Document) -> None:
    members = queries.members_of({row.assigned_role for row in document.tasks if _needs_member(row)})
    for row in document.tasks:
        user = row.assigned_user
        if _needs_member(row):
            user = rules.least_loaded(members[row.assigned_role])
            for load in members.values():
                if user in load:
                    load[user] += 1
        if user:
            assign_to.add(
                {"assign_to": [user], "doctype": "Task", "name": row.task, "description": row.subject},
                ignore_permissions=True,  # submit on the plan was checked
            )


def _needs_member(row: Document) -> bool:
    return bool(row.assigned_role and not row.assigned_user)
