"""What the page behind the link "is it solved?" shows, and what its form says."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.field_service.flow import complaints
from crm_ext.field_service.queries import complaints as queries
from crm_ext.field_service.rules import complaints as rules
from crm_ext.self_service.flow import service_links
from crm_ext.self_service.flow.service_links import Opened


def fill(context: Any, opened: Opened) -> None:
    """The complaint, what was done, and what may still be said."""
    shown = queries.shown_question(opened.name)
    is_fresh = not opened.used_at
    context.complaint = {
        "name": shown.issue,
        "subject": shown.subject,
        "equipment": shown.equipment_name,
        "opened_on": shown.opening_date,
    }
    context.solution = shown.solution
    context.said = _said(shown.status)
    context.may_confirm = is_fresh and shown.status in rules.ANSWERABLE
    context.may_refuse = is_fresh and rules.answer(shown.status, is_solved=False) == "new"


def take_answer(token: str, form: Any) -> None:
    """Use up the link for the answer of the form; both happen, or neither does."""
    action = form.get("do")
    if action not in ("confirm", "refuse"):
        frappe.throw(_("Please say whether it is solved."))
    issue = _locked_issue(token)
    opened = service_links.use(token, service_links.CONFIRM)
    by = opened.email or _("the customer")
    answer = {"through": complaints.BY_LINK, "question": opened.name}
    if action == "confirm":
        complaints.confirm(issue, by, stars=form.get("stars") or 0, remark=form.get("remark"), **answer)
    else:
        complaints.reopen(issue, form.get("reason") or "", by, **answer)


def _locked_issue(token: str) -> str | None:
    """The issue that the link asks about, locked before the link, as whoever ends the links of an issue does."""
    opened = service_links.open_link(token, service_links.CONFIRM)
    issue = queries.shown_question(opened.name).issue if opened else None
    if issue:
        frappe.db.get_value("Issue", issue, "name", for_update=True)
    return issue


def _said(status: str) -> dict[str, Any] | None:
    words = {
        rules.CONFIRMED: _("Thank you. You have told us that it is solved, and the complaint is closed."),
        rules.REFUSED: _("Thank you. You have told us that it is not solved yet; we go on with it."),
        rules.BY_THE_DESK: _(
            "We have closed this complaint since we heard nothing. Tell us if it is not solved."
        ),
    }
    return {"text": words[status], "is_open": status != rules.CONFIRMED} if status in words else None
