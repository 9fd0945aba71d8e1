"""Which escalation steps are due, in one statement for all issues."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import frappe


def due(now: datetime) -> list[dict]:
    """Steps whose moment has come and that have not fired for the issue in its present round.

    Rows {step, issue, measure, due_by, round, subject, customer, priority}. Issues that wait for the customer, or are
    solved, are left out: the step rests. round: how often the customer was asked whether it is solved, or told that the
    complaint is open again.
    """
    return frappe.db.sql(
        """
        select due.* from (
            select step.name as step, issue.name as issue, step.measure, issue.subject, issue.customer, issue.priority,
                if(step.measure = 'Response', issue.response_by, issue.sla_resolution_by) as due_by,
                (select count(*) from `tabSolution Confirmation` asked where asked.issue = issue.name)
                + (select count(*) from `tabComplaint Letter` told where told.issue = issue.name and told.step = 'Reopened')
                as round
            from `tabService Escalation Step` step
            join `tabIssue` issue on issue.status = 'Open'
                and (ifnull(step.company, '') = '' or issue.company = step.company)
                and (ifnull(step.priority, '') = '' or issue.priority = step.priority)
                and (step.applies_to = 'Every Issue' or ifnull(issue.service_contract, '') != '')
                and if(
                    step.measure = 'Response',
                    issue.first_responded_on is null and issue.response_by
                        <= %(now)s + interval if(step.timing = 'Before It Is Due', step.minutes, -step.minutes) minute,
                    issue.sla_resolution_date is null and issue.sla_resolution_by
                        <= %(now)s + interval if(step.timing = 'Before It Is Due', step.minutes, -step.minutes) minute
                )
            where step.enabled = 1
        ) due
        where not exists (
            select 1 from `tabFired Escalation` fired
            where fired.escalation_step = due.step and fired.issue = due.issue and fired.round = due.round
        )
        order by due.due_by, due.step
        """,
        {"now": now},
        as_dict=True,
    )


def steps(names: Collection[str]) -> dict[str, dict]:
    rows = frappe.get_all(
        "Service Escalation Step",
        filters={"name": ("in", list(names))},
        fields=["name", "tell_responsible", "role", "user", "send_email", "make_task", "raise_priority_to"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def users_with_roles(roles: Collection[str]) -> dict[str, list[str]]:
    """{role: users}."""
    if not roles:
        return {}
    found: dict[str, list[str]] = {}
    for row in frappe.get_all(
        "Has Role",
        filters={"role": ("in", list(roles)), "parenttype": "User"},
        fields=["role", "parent"],
        order_by="parent",
    ):
        found.setdefault(row.role, []).append(row.parent)
    return found
