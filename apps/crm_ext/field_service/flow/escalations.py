"""Escalation steps that fire: whoever must know is told before, or after, a response or a solution is due.

The due ones of all issues come from one statement. Each step fires once for an issue and round, by a unique key; a step
that cannot be carried out is kept with what went wrong and does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_url_to_form, now_datetime

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.queries import complaints as complaint_queries
from crm_ext.field_service.queries import escalations as queries
from crm_ext.field_service.rules.escalations import listeners
from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.self_service.flow import letters
from crm_ext.self_service.flow.once import insert_once
from crm_ext.self_service.flow.outbox import words_of


def check(step: Any) -> None:
    """While a step is saved: it tells somebody, somehow, or raises the priority."""
    if not (step.tell_responsible or step.role or step.user):
        frappe.throw(_("Say whom the step tells: those assigned, a role, or a user."))
    if not (step.send_email or step.make_task or step.raise_priority_to):
        frappe.throw(_("Say what the step does: send an e-mail, make a task, or raise the priority."))


def fire_due(checkpoint: Callable[[], None] | None = None) -> int:
    """Fire what is due, one transaction each; returns how many."""
    checkpoint = checkpoint or _commit
    with exclusively("service escalations") as held:
        due = queries.due(now_datetime()) if held else []
        if not due:
            return 0
        steps = queries.steps({row.step for row in due})
        with_role = queries.users_with_roles({step.role for step in steps.values() if step.role})
        responsible = complaint_queries.responsible({row.issue for row in due})
        addresses = complaint_queries.enabled_desk_users()
        for row in due:
            step = steps[row.step]
            who = responsible[row.issue] if step.tell_responsible else {"assigned": [], "responsible": None}
            told = listeners(
                who["assigned"], who["responsible"], with_role.get(step.role, ()), step.user, set(addresses)
            )
            _fire(row, step, {user: addresses.get(user) for user in told})
            checkpoint()
    return len(due)


def _fire(row: Any, step: Any, told: dict[str, str | None]) -> None:
    fired = frappe.get_doc(
        {
            "doctype": "Fired Escalation",
            "issue": row.issue,
            "escalation_step": row.step,
            "measure": row.measure,
            "due_by": row.due_by,
            "round": row.round,
            "fired_on": now_datetime(),
            "told": ", ".join(told),
            "escalation_key": f"{row.step}|{row.issue}|{row.round}",
        }
    )
    if not insert_once(fired):
        return
    # What cannot be done is written down, holds up nothing else, and is not tried every five minutes again.
    failures = [
        _attempted(lambda: _make_tasks(row, step, told)),
        _attempted(lambda: _mail(row, step, told)),
        _attempted(lambda: _raise_priority(row.issue, step.raise_priority_to)),
    ]
    if any(failures):
        fired.db_set("failure", "\n".join(filter(None, failures)))


def _attempted(act: Callable[[], None]) -> str | None:
    """Do it, or leave nothing of it and say what went wrong."""
    frappe.db.savepoint("escalation")
    try:
        act()
    except Exception as error:
        frappe.db.rollback(save_point="escalation")
        frappe.clear_last_message()
        return words_of(error)
    return None


def _make_tasks(row: Any, step: Any, told: Collection[str]) -> None:
    if step.make_task:
        for user in told:
            letters.make_task(user, "Issue", row.issue, _sentence(row))


def _mail(row: Any, step: Any, told: dict[str, str | None]) -> None:
    if not step.send_email or frappe.are_emails_muted():
        return
    if not letters.can_send():
        frappe.throw(_("This site has no e-mail account to send from. Please set one up."))
    text, address = _sentence(row), escape_html(get_url_to_form("Issue", row.issue))
    body = (
        f'<p>{escape_html(text)}</p><p>{escape_html(row.subject)}</p><p><a href="{address}">{address}</a></p>'
    )
    letters.mail([email for email in told.values() if email], text[:140], body, "Issue", row.issue)


def _sentence(row: Any) -> str:
    values = (row.issue, spelling.moment(row.due_by))
    is_late = row.due_by < now_datetime()
    if row.measure == "Response":
        if is_late:
            return _("Nobody has answered {0}: an answer was due on {1}.").format(*values)
        return _("Please answer {0}: an answer is due on {1}.").format(*values)
    if is_late:
        return _("{0} is not solved: a solution was due on {1}.").format(*values)
    return _("Please solve {0}: a solution is due on {1}.").format(*values)


def _raise_priority(issue: str, priority: str | None) -> None:
    """By an ordinary save, so that ERPNext reckons the due times of the new priority."""
    if not priority:
        return
    document = frappe.get_doc("Issue", issue, for_update=True)
    if document.priority != priority:
        document.priority = priority
        # A job of the site; nobody's right is asked.
        document.save(ignore_permissions=True)


def _commit() -> None:
    # A job that fires step by step: what was told stays told, whatever stops it.
    frappe.db.commit()
