"""What complaints, their questions to the customer and their letters say."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import frappe


def equipment_facts(equipment: str) -> dict | None:
    """{name, customer, company, item_code, equipment_name, warranty_expires_on}."""
    return frappe.db.get_value(
        "Equipment",
        equipment,
        ["name", "customer", "company", "item_code", "equipment_name", "warranty_expires_on"],
        as_dict=True,
    )


def contract_facts(contract: str) -> dict | None:
    """{customer, company}."""
    return frappe.db.get_value("Service Contract", contract, ["customer", "company"], as_dict=True)


def promised_times(contract_line: str) -> dict | None:
    """{response_hours, resolution_hours, service_level_agreement}; the agreement only where it is in force."""
    rows = frappe.db.sql(
        """
        select line.response_hours, line.resolution_hours, agreement.name as service_level_agreement,
            agreement.apply_sla_for_resolution, agreement.default_priority
        from `tabService Contract Line` line
        left join `tabService Level Agreement` agreement on agreement.name = line.service_level_agreement
            and agreement.enabled = 1 and agreement.document_type = 'Issue'
        where line.name = %s
        """,
        [contract_line],
        as_dict=True,
    )
    return rows[0] if rows else None


def open_question(issue: str) -> dict | None:
    """The latest question about an issue, locked: {name, status, round, asked_on, reminders}; it tells what stands now."""
    return frappe.db.get_value(
        "Solution Confirmation",
        {"issue": issue},
        ["name", "status", "round", "asked_on", "reminders"],
        order_by="round desc",
        as_dict=True,
        for_update=True,
    )


def has_question(issue: str) -> bool:
    """Whether a question about the issue waits for its answer."""
    return bool(
        frappe.db.exists(
            "Solution Confirmation", {"issue": issue, "status": ("in", ("Waiting", "No Answer"))}
        )
    )


def is_answerable(question: str) -> bool:
    """Whether this question still waits for its answer."""
    return bool(
        frappe.db.exists(
            "Solution Confirmation", {"name": question, "status": ("in", ("Waiting", "No Answer"))}
        )
    )


def questions(issue: str) -> list[dict]:
    """What the customer was asked about an issue, the latest first."""
    return frappe.get_all(
        "Solution Confirmation",
        filters={"issue": issue},
        fields=[
            "name",
            "round",
            "status",
            "asked_on",
            "reminded_on",
            "reminders",
            "answered_on",
            "answered_through",
            "answered_by",
            "reason",
            "stars",
            "remark",
            "decided_by",
            "decision_reason",
        ],
        order_by="round desc",
    )


def shown_question(question: str) -> dict:
    """{issue, status, solution, subject, opening_date, equipment_name} as the customer sees it."""
    return frappe.db.sql(
        """
        select question.issue, question.status, question.solution, issue.subject, issue.opening_date,
            equipment.equipment_name
        from `tabSolution Confirmation` question
        join `tabIssue` issue on issue.name = question.issue
        left join `tabEquipment` equipment on equipment.name = issue.equipment
        where question.name = %s
        """,
        [question],
        as_dict=True,
    )[0]


def unanswered() -> list[dict]:
    """Questions that wait while their issue does."""
    return frappe.db.sql(
        """
        select question.name, question.issue, question.asked_on, question.reminded_on, question.reminders, question.round
        from `tabSolution Confirmation` question
        join `tabIssue` issue on issue.name = question.issue and issue.status = 'Resolved'
        where question.status = 'Waiting'
        order by question.asked_on
        """,
        as_dict=True,
    )


def was_noted(issue: str, comment: str) -> bool:
    """Whether the issue has this comment."""
    return bool(
        frappe.db.exists(
            "Comment",
            {
                "reference_doctype": "Issue",
                "reference_name": issue,
                "comment_type": "Comment",
                "content": comment,
            },
        )
    )


def solution_of(issue: str) -> str | None:
    """What the latest finished service order says was done."""
    done = frappe.get_all(
        "Service Order",
        filters={"issue": issue, "docstatus": ("<", 2), "work_done": ("is", "set")},
        pluck="work_done",
        order_by="creation desc",
        limit=1,
    )
    return done[0] if done else None


def orders_of(issue: str) -> list[dict]:
    return frappe.get_all(
        "Service Order",
        filters={"issue": issue, "docstatus": ("<", 2)},
        fields=["name", "status", "planned_start"],
        order_by="creation",
    )


def letters(issue: str) -> list[dict]:
    return frappe.get_all(
        "Complaint Letter",
        filters={"issue": issue},
        fields=["step", "status", "recipient", "sent_on", "failure"],
        order_by="creation",
    )


def was_told(question: str) -> bool:
    """Whether the customer was sent the question, or will be in a moment."""
    asked = {"solution_confirmation": question, "step": "Asked", "status": ("in", ("Sent", "Waiting"))}
    return bool(frappe.db.exists("Complaint Letter", asked))


def addressee(issue: str) -> dict | None:
    """Who is written to about an issue.

    {subject, customer, is_muted, raised_by, is_desk_user, contact_email, customer_email, customer_language}.
    """
    rows = frappe.db.sql(
        """
        select issue.subject, issue.customer, customer.mute_service_letters as is_muted, issue.raised_by,
            ifnull(raiser.user_type = 'System User', 0) as is_desk_user, contact.email_id as contact_email,
            customer.email_id as customer_email, customer.language as customer_language
        from `tabIssue` issue
        left join `tabCustomer` customer on customer.name = issue.customer
        left join `tabContact` contact on contact.name = issue.contact
        left join `tabUser` raiser on raiser.name = issue.raised_by
        where issue.name = %s
        """,
        [issue],
        as_dict=True,
    )
    return rows[0] if rows else None


def language_of(email: str) -> str | None:
    return frappe.db.get_value("User", {"email": email}, "language")


def has_unsubscribed(email: str, issue: str, customer: str | None) -> bool:
    """Whether the address wants no letters: none at all, none about this issue, or none for this customer."""
    return bool(
        frappe.db.sql(
            """
            select 1 from `tabEmail Unsubscribe` where email = %(email)s
                and (global_unsubscribe = 1 or (reference_doctype = 'Issue' and reference_name = %(issue)s))
            union all
            select 1 from `tabNotice Preference` preference join `tabUser` login on login.name = preference.user
            where login.email = %(email)s and preference.customer = %(customer)s and preference.is_subscribed = 0
            limit 1
            """,
            {"email": email, "issue": issue, "customer": customer},
        )
    )


def same_complaint(equipment: str, subject: str, description: str, user: str, since: datetime) -> str | None:
    """A complaint in the same words by the same login, sent a moment ago."""
    filters = {"equipment": equipment, "subject": subject, "owner": user, "creation": (">=", since)}
    for row in frappe.get_all(
        "Issue", filters=filters, fields=["name", "description"], order_by="creation desc", limit=5
    ):
        if row.description == description:
            return row.name
    return None


def responsible(issues: Collection[str]) -> dict[str, dict]:
    """{issue: {assigned, responsible}}: users with an open task, and whoever is responsible for its contract."""
    if not issues:
        return {}
    rows = frappe.db.sql(
        """
        select issue.name, todo.allocated_to, contract.responsible
        from `tabIssue` issue
        left join `tabToDo` todo on todo.reference_type = 'Issue' and todo.reference_name = issue.name
            and todo.status = 'Open'
        left join `tabService Contract` contract on contract.name = issue.service_contract
        where issue.name in %s
        order by todo.creation
        """,
        [tuple(issues)],
        as_dict=True,
    )
    found: dict[str, dict] = {}
    for row in rows:
        one = found.setdefault(row.name, {"assigned": [], "responsible": row.responsible})
        if row.allocated_to:
            one["assigned"].append(row.allocated_to)
    return found


def enabled_desk_users() -> dict[str, str | None]:
    """{user: e-mail address} of everyone who can work at the desk."""
    rows = frappe.get_all(
        "User",
        filters={"enabled": 1, "user_type": "System User"},
        fields=["name", "email"],
        order_by="name",
    )
    return {row.name: row.email for row in rows}
