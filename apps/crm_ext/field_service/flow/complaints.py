"""A complaint: an Issue of ERPNext about equipment or under a contract, open until its customer says that it is solved.

ERPNext's statuses stay what they are. "Resolved" is the status in which a complaint waits for the customer's answer;
whoever sets "Resolved" or "Closed", a person or ERPNext's nightly closing, asks the customer. Only the customer's answer,
or a person at the desk who says why, closes it. What saves of the Issue bring about stands in complaint_events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from crm_ext.field_service.flow import complaint_letters
from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.flow.complaint_sentences import throw
from crm_ext.field_service.queries import complaints as queries
from crm_ext.field_service.rules import complaints as rules
from crm_ext.field_service.rules.escalations import listeners
from crm_ext.self_service.flow import letters, service_links
from crm_ext.shared.results import Refusal

BY_LINK, BY_PORTAL, BY_DESK = "Link", "Portal", "Desk"
OPEN, RESOLVED, CLOSED = "Open", "Resolved", "Closed"
_LONGEST_TEXT = 5000
_QUESTION = "Solution Confirmation"


def ask_for_confirmation(issue: str) -> str:
    """Ask the customer whether it is solved, anew if they were asked before; the name of the question."""
    document = _locked(issue)
    if document.status == CLOSED:
        frappe.throw(_("Complaint {0} is closed. Open it again first.").format(issue))
    if document.status == RESOLVED:
        return ask(document)
    document.status = RESOLVED
    # Who may ask was decided by the door.
    document.save(ignore_permissions=True)
    asked = queries.open_question(issue)
    return asked.name if asked and asked.status in rules.ANSWERABLE else ask(document)


def ask(issue: Document) -> str:
    """A new round for an issue that is Resolved; earlier questions are over, and so are their links."""
    earlier = queries.open_question(issue.name)
    withdraw(issue.name)
    question = _new_question(issue, (earlier.round if earlier else 0) + 1)
    complaint_letters.keep(issue.name, complaint_letters.ASKED, str(question.round), question.name)
    return question.name


def withdraw(issue: str, keep_receipts: bool = False) -> None:
    """Nothing is asked any more, and links to what was asked stop working.

    keep_receipts: those by which an answer was given still say which.
    """
    asked = queries.questions(issue)
    if asked and asked[0].status in rules.ANSWERABLE:
        frappe.db.set_value(_QUESTION, asked[0].name, "status", rules.WITHDRAWN)
    service_links.revoke_all(_QUESTION, [question.name for question in asked], only_unused=keep_receipts)


def confirm(
    issue: str,
    by: str,
    *,
    through: str = BY_PORTAL,
    stars: object = 0,
    remark: str | None = None,
    question: str | None = None,
) -> None:
    """The customer says that it is solved: the complaint closes. Twice is once.

    by: name or address of whoever says so; question: the one that was answered, where it came by a link.
    """
    given = _stars(stars)
    document = _locked(issue)
    asked = _latest(document, question)
    is_new = asked is None or (asked.status not in rules.ANSWERABLE and document.status != CLOSED)
    if is_new and not question:
        # Nobody had asked; what the customer says counts all the same.
        asked = _new_question(document, (asked.round if asked else 0) + 1)
    if _answered(asked, is_solved=True) == "same":
        return
    _write_answer(
        asked.name,
        status=rules.CONFIRMED,
        through=through,
        by=by,
        stars=given,
        remark=(remark or "").strip()[:_LONGEST_TEXT],
    )
    _close(document)


def reopen(
    issue: str, reason: str, by: str, *, through: str = BY_PORTAL, question: str | None = None
) -> None:
    """The customer says what is still wrong: the complaint is open again, and those responsible are told."""
    words = (reason or "").strip()[:_LONGEST_TEXT]
    if not words:
        frappe.throw(_("Please say what is still wrong."))
    document = _locked(issue)
    asked = _latest(document, question)
    if question or (asked and asked.status in rules.ANSWERABLE):
        if _answered(asked, is_solved=False) == "same":
            return
        _write_answer(asked.name, status=rules.REFUSED, through=through, by=by, reason=words)
    elif document.status == OPEN and queries.was_noted(issue, _refusal(by, words)):
        return
    _open_again(document, words, by)


def rate(issue: str, stars: object, remark: str | None = None) -> None:
    """How satisfied the customer is with a closed complaint; rating again replaces the rating."""
    given = _stars(stars)
    if not given:
        throw(rules.stars("-"))
    document = _locked(issue)
    asked = queries.open_question(document.name)
    if document.status != CLOSED or not asked:
        frappe.throw(_("Only a closed complaint can be rated. Please tell us first whether it is solved."))
    values = {"stars": given, "remark": (remark or "").strip()[:_LONGEST_TEXT]}
    frappe.db.set_value(_QUESTION, asked.name, values)


def decide(issue: str, reason: str) -> None:
    """A person at the desk closes a complaint that its customer does not answer, and says why."""
    words = (reason or "").strip()
    if not words:
        frappe.throw(_("Please say why the complaint is closed without an answer."))
    document = _locked(issue)
    asked = queries.open_question(issue)
    refusal = rules.may_close_without_answer(
        asked and asked.status,
        asked and asked.asked_on,
        bool(asked) and queries.was_told(asked.name),
        now_datetime(),
        policy.waiting(),
    )
    if refusal is not None:
        throw(refusal)
    frappe.db.set_value(
        _QUESTION,
        asked.name,
        {
            "status": rules.BY_THE_DESK,
            "decided_by": frappe.session.user,
            "decision_reason": words,
            "answered_on": now_datetime(),
        },
    )
    _close(document)


def follow_up(checkpoint: Callable[[], None] | None = None) -> dict[str, int]:
    """Remind customers who have not answered; after the site's patience a person at the desk is asked to decide."""
    checkpoint = checkpoint or _commit
    done = {"remind": 0, "decide": 0}
    now, patience = now_datetime(), policy.waiting()
    for row in queries.unanswered():
        step = rules.next_step(row.asked_on, row.reminded_on, row.reminders, now, patience)
        if step and _still_waits(row):
            _remind(row) if step == "remind" else _ask_desk(row)
            done[step] += 1
        checkpoint()
    return done


def _still_waits(row: Any) -> bool:
    """Whether nobody has answered or reminded since the question was read; whoever comes now waits for our end."""
    frappe.db.get_value("Issue", row.issue, "name", for_update=True)
    asked = queries.open_question(row.issue)
    return (asked.name, asked.status, asked.reminders) == (row.name, rules.WAITING, row.reminders)


def _remind(row: Any) -> None:
    number = row.reminders + 1
    frappe.db.set_value(_QUESTION, row.name, {"reminders": number, "reminded_on": now_datetime()})
    complaint_letters.keep(row.issue, complaint_letters.REMINDED, f"{row.round}|{number}", row.name)


def _ask_desk(row: Any) -> None:
    frappe.db.set_value(_QUESTION, row.name, "status", rules.NO_ANSWER)
    _tell_responsible(
        row.issue,
        _("The customer has not said whether complaint {0} is solved. Please call them, or decide.").format(
            row.issue
        ),
    )


def _new_question(issue: Document, number: int) -> Document:
    return frappe.get_doc(
        {
            "doctype": _QUESTION,
            "issue": issue.name,
            "customer": issue.customer,
            "company": issue.company,
            "round": number,
            "status": rules.WAITING,
            "asked_on": now_datetime(),
            "asked_by": frappe.session.user,
            "solution": _solution(issue),
            "confirmation_key": f"{issue.name}|{number}",
        }
        # Whoever works on the issue was asked for their rights; the record is nobody's to write by hand.
    ).insert(ignore_permissions=True)


def _solution(issue: Document) -> str:
    words = frappe.utils.strip_html(issue.resolution_details or "").strip()
    return words or (queries.solution_of(issue.name) or "").strip()


def _latest(issue: Document, question: str | None) -> Any:
    """The latest question, locked; None where nobody has asked. An answer to an earlier one comes too late."""
    latest = queries.open_question(issue.name)
    if question and (latest is None or latest.name != question):
        throw(Refusal("answered_otherwise"))
    return latest


def _answered(asked: Any, is_solved: bool) -> str:
    outcome = rules.answer(asked.status, is_solved)
    if isinstance(outcome, Refusal):
        throw(outcome)
    return outcome


def _write_answer(question: str, *, status: str, through: str, by: str, **values: Any) -> None:
    values |= {
        "status": status,
        "answered_through": through,
        "answered_by": by,
        "answered_on": now_datetime(),
    }
    frappe.db.set_value(_QUESTION, question, values)
    service_links.revoke_all(_QUESTION, [question], only_unused=True)


def _close(issue: Document) -> None:
    issue.status = CLOSED
    issue.flags.may_be_closed = True
    # The customer's word or the desk's decision was checked above.
    issue.save(ignore_permissions=True)


def _open_again(issue: Document, reason: str, by: str) -> None:
    if issue.status != OPEN:
        issue.status = OPEN
        issue.flags.is_refused = True
        # The customer's word was checked above.
        issue.save(ignore_permissions=True)
    issue.add_comment("Comment", _refusal(by, reason))
    _tell_responsible(issue.name, _("Complaint {0} is not solved: {1}").format(issue.name, reason))


def _refusal(by: str, reason: str) -> str:
    return escape_html(_("Not solved, says {0}: {1}").format(by, reason))


def _stars(given: object) -> int:
    outcome = rules.stars(given)
    if isinstance(outcome, Refusal):
        throw(outcome)
    return outcome


def _tell_responsible(issue: str, text: str) -> None:
    who = queries.responsible([issue]).get(issue) or {"assigned": [], "responsible": None}
    enabled = set(queries.enabled_desk_users())
    for user in listeners(who["assigned"], who["responsible"], (), None, enabled):
        letters.tell_desk(user, "Issue", issue, text)


def _locked(issue: str) -> Document:
    return frappe.get_doc("Issue", issue, for_update=True)


def forget(issue: str) -> None:
    """An issue that is deleted takes what was asked and written about it along."""
    complaint_letters.forget(issue)
    service_links.forget(_QUESTION, [question.name for question in queries.questions(issue)])
    frappe.db.delete(_QUESTION, {"issue": issue})
    frappe.db.delete("Fired Escalation", {"issue": issue})


def _commit() -> None:
    # A job that works off questions one by one: what is done stays done, whatever stops it.
    frappe.db.commit()
