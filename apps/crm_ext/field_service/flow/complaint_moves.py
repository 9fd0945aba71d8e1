"""Who is waiting for whom about a complaint, and what is to be done next, in words."""

from __future__ import annotations

from typing import Any

from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.queries import complaints as queries
from crm_ext.field_service.rules import complaints as rules

_COMING = ("Planned", "On the Way", "In Progress")


def of_issue(issue: Document, asked: Any, orders: list[dict]) -> dict[str, str]:
    """{whose, text}; asked: the latest question, orders: the complaint's service orders."""
    visits = [order.planned_start for order in orders if order.status in _COMING and order.planned_start]
    move = rules.next_move(
        issue.status,
        _asked(asked) if asked else None,
        min(visits, default=None),
        None if issue.first_responded_on else _moment(issue.response_by),
        _moment(issue.sla_resolution_by),
        now_datetime(),
        policy.waiting(),
    )
    values = {name: spelling.moment(moment) for name, moment in move.values.items()}
    return {"whose": _whose(move.whose), "text": _TEXTS[move.code](values)}


def _asked(question: Any) -> rules.Asked:
    return rules.Asked(
        question.status,
        question.asked_on,
        question.reminded_on,
        question.reminders,
        queries.was_told(question.name),
    )


def _moment(value: Any) -> Any:
    return get_datetime(value) if value else None


def _whose(whose: str) -> str:
    return {"ours": _("Our turn"), "theirs": _("The customer’s turn"), "nobody's": _("Done")}[whose]


def _question_is_out(values: dict[str, str]) -> str:
    if "remind_on" in values:
        return _(
            "The customer is to say whether it is solved. They are reminded on {0}; from {1} on it can be closed without their answer."
        ).format(values["remind_on"], values["decide_on"])
    return _(
        "The customer is to say whether it is solved. From {0} on it can be closed without their answer."
    ).format(values["decide_on"])


# A callable for each, so that the words are looked up when somebody reads them.
_TEXTS = {
    "closed": lambda values: _(
        "Nothing is left to do. When the customer writes again, the complaint opens again."
    ),
    "on_hold": lambda values: _("It is on hold. Open it again when the work can go on."),
    "replied": lambda values: _(
        "The customer is to answer our message; the complaint then opens again by itself."
    ),
    "not_asked": lambda values: _(
        "The customer has not been asked whether it is solved. Ask them, or close it."
    ),
    "not_told": lambda values: _(
        "The question whether it is solved did not reach the customer. Call them and record the answer, or close it without one."
    ),
    "no_answer": lambda values: _(
        "The customer has not said whether it is solved. Call them and record the answer, or close it without one."
    ),
    "asked": _question_is_out,
    "late_answer": lambda values: _("The customer waits for a first answer, which was due on {0}.").format(
        values["due"]
    ),
    "answer": lambda values: _("The customer is to have a first answer by {0}.").format(values["due"]),
    "visit": lambda values: _("A visit is planned for {0}. When it is solved, ask the customer.").format(
        values["visit_on"]
    ),
    "late_solution": lambda values: _(
        "It was to be solved by {0}. When it is solved, ask the customer."
    ).format(values["due"]),
    "solution": lambda values: _("It is to be solved by {0}. Then ask the customer.").format(values["due"]),
    "solve": lambda values: _("Plan a visit or solve it. When it is solved, ask the customer."),
}
