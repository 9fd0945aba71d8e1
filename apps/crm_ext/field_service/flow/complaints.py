"""A complaint: an Issue of ERPNext about equipment or under a contract, open until its customer says that it is solved.

ERPNext's statuses stay what they are. "Resolved" is the status in which a complaint waits for the customer's answer;
whoever sets "Resolved" or "Closed", a person or ERPNext's nightly closing, asks the customer. Only the customer's answer,
or a person at the desk who says why, closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate, now_datetime

from crm_ext.field_service.flow import complaint_letters, complaint_service_level
from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.flow.complaint_sentences import throw
from crm_ext.field_service.queries import complaints as queries
from crm_ext.field_service.rules import complaints as rules
from crm_ext.field_service.rules.escalations import listeners
from crm_ext.self_service.flow import letters, service_links
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.service import as_service
from crm_ext.service_contracts.flow.entitlements import entitlement_for
from crm_ext.shared.results import Refusal

BY_LINK, BY_PORTAL, BY_DESK = "Link", "Portal", "Desk"
_RESOLVED, _CLOSED = "Resolved", "Closed"
_DECIDES_ENTITLEMENT = ("equipment", "customer", "complaint_cause", "service_contract", "company")
_LONGEST_TEXT = 5000
_LONGEST_SUBJECT = 140
# The same words again within this time are the same click, not a second complaint.
_ONE_CLICK = timedelta(minutes=10)


@dataclass(frozen=True)
class Photo:
    """A picture that came with a complaint; content is read only once its size is known to be fit."""

    name: str
    content: BinaryIO


# What happens to an Issue


def prepare(issue: Document) -> None:
    """While a complaint is validated: customer, contract and line come from its equipment; closing asks the customer."""
    if any(issue.has_value_changed(field) for field in _DECIDES_ENTITLEMENT):
        _find_entitlement(issue)
    complaint_service_level.before_erpnext(issue)
    _hold_back_closing(issue)


def before_save(issue: Document) -> None:
    complaint_service_level.after_erpnext(issue)


def received(issue: Document) -> None:
    """Complaints that are loaded from elsewhere are no news to their customers."""
    if not frappe.flags.in_import:
        complaint_letters.keep(issue.name, complaint_letters.RECEIVED)


def saved(issue: Document) -> None:
    """Tell the customer what became of it; a complaint that waits for its customer has been asked about."""
    before = issue.get_doc_before_save()
    if before is None:
        return
    if not policy.is_complaint(before):
        received(issue)
    if issue.status == _CLOSED != before.status:
        complaint_letters.keep(issue.name, complaint_letters.CLOSED, _turn(issue.name))
    elif issue.status == "Open" and before.status == _CLOSED:
        complaint_letters.keep(issue.name, complaint_letters.REOPENED, _turn(issue.name))
    elif issue.status == _RESOLVED and policy.must_be_confirmed():
        if before.status != _RESOLVED or not queries.has_question(issue.name):
            _ask(issue)


def forget(issue: str) -> None:
    """An issue that is deleted takes what was asked and written about it along."""
    complaint_letters.forget(issue)
    for question in queries.questions(issue):
        service_links.forget("Solution Confirmation", question.name)
    frappe.db.delete("Solution Confirmation", {"issue": issue})
    frappe.db.delete("Fired Escalation", {"issue": issue})


def _find_entitlement(issue: Document) -> None:
    equipment = queries.equipment_facts(issue.equipment) if issue.equipment else None
    if equipment:
        _take_from_equipment(issue, equipment)
    if issue.has_value_changed("service_contract") and issue.service_contract:
        _require_contract_of_customer(issue)
    chosen = issue.service_contract if _is_chosen(issue) else None
    found = None
    if issue.customer and issue.company:
        found = entitlement_for(
            customer=issue.customer,
            company=issue.company,
            on=getdate(issue.opening_date),
            equipment=issue.equipment or None,
            item_code=equipment.item_code if equipment else None,
            cause=issue.complaint_cause or None,
        )
    if chosen and (found is None or found.contract != chosen):
        issue.contract_line = None
        return
    issue.service_contract = found.contract if found else None
    issue.contract_line = found.contract_line if found else None


def _take_from_equipment(issue: Document, equipment: Any) -> None:
    if not issue.customer:
        issue.customer = equipment.customer
    if equipment.customer and issue.customer != equipment.customer:
        frappe.throw(
            _(
                "{0} stands at customer {1}. Choose equipment of customer {2}, or correct the customer."
            ).format(equipment.equipment_name, equipment.customer, issue.customer)
        )
    if issue.has_value_changed("equipment"):
        issue.company = equipment.company


def _is_chosen(issue: Document) -> bool:
    """Whether somebody names the contract: an issue without equipment has it from nowhere else."""
    return not issue.equipment or issue.has_value_changed("service_contract")


def _require_contract_of_customer(issue: Document) -> None:
    contract = queries.contract_facts(issue.service_contract)
    if contract and not issue.customer:
        issue.customer = contract.customer
    if contract and contract.customer != issue.customer:
        frappe.throw(
            _("Contract {0} is with customer {1}. Choose a contract of customer {2}.").format(
                issue.service_contract, contract.customer, issue.customer
            )
        )


def _hold_back_closing(issue: Document) -> None:
    """Closing without the customer's word becomes the question whether it is solved."""
    before = issue.get_doc_before_save()
    if not before or before.status == _CLOSED or issue.status != _CLOSED or issue.flags.may_be_closed:
        return
    if policy.must_be_confirmed():
        issue.status = _RESOLVED
        frappe.msgprint(
            _("The customer is asked whether it is solved. The complaint closes when they say yes."),
            alert=True,
        )


# The question and its answers


def ask_for_confirmation(issue: str) -> str:
    """Ask the customer whether it is solved, anew if they were asked before; the name of the question."""
    document = _locked(issue)
    if document.status == _CLOSED:
        frappe.throw(_("Complaint {0} is closed. Open it again first.").format(issue))
    if document.status == _RESOLVED:
        return _ask(document)
    document.status = _RESOLVED
    # Who may ask was decided by the door.
    document.save(ignore_permissions=True)
    asked = queries.open_question(issue)
    return asked.name if asked and asked.status in rules.ANSWERABLE else _ask(document)


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
    is_new = asked is None or (asked.status not in rules.ANSWERABLE and document.status != _CLOSED)
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
    elif document.status == "Open":
        return
    _open_again(document, words, by)


def rate(issue: str, stars: object, remark: str | None = None) -> None:
    """How satisfied the customer is with a closed complaint; rating again replaces the rating."""
    given = _stars(stars)
    if not given:
        throw(rules.stars("-"))
    document = _locked(issue)
    asked = queries.open_question(document.name)
    if document.status != _CLOSED or not asked:
        frappe.throw(_("Only a closed complaint can be rated. Please tell us first whether it is solved."))
    values = {"stars": given, "remark": (remark or "").strip()[:_LONGEST_TEXT]}
    frappe.db.set_value("Solution Confirmation", asked.name, values)


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
        "Solution Confirmation",
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
        if step == "remind":
            _remind(row)
        elif step == "decide":
            _ask_desk(row)
        else:
            continue
        done[step] += 1
        checkpoint()
    return done


def _remind(row: Any) -> None:
    number = row.reminders + 1
    frappe.db.set_value(
        "Solution Confirmation", row.name, {"reminders": number, "reminded_on": now_datetime()}
    )
    complaint_letters.keep(row.issue, complaint_letters.REMINDED, f"{row.round}|{number}", row.name)


def _ask_desk(row: Any) -> None:
    frappe.db.set_value("Solution Confirmation", row.name, "status", rules.NO_ANSWER)
    _tell_responsible(
        row.issue,
        _("The customer has not said whether complaint {0} is solved. Please call them, or decide.").format(
            row.issue
        ),
    )


def _ask(issue: Document) -> str:
    """A new round; a question that is still open is withdrawn."""
    earlier = queries.open_question(issue.name)
    if earlier and earlier.status in rules.ANSWERABLE:
        frappe.db.set_value("Solution Confirmation", earlier.name, "status", rules.WITHDRAWN)
        service_links.revoke_all("Solution Confirmation", earlier.name)
    question = _new_question(issue, (earlier.round if earlier else 0) + 1)
    complaint_letters.keep(issue.name, complaint_letters.ASKED, str(question.round), question.name)
    return question.name


def _new_question(issue: Document, number: int) -> Document:
    return frappe.get_doc(
        {
            "doctype": "Solution Confirmation",
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
    frappe.db.set_value("Solution Confirmation", question, values)


def _close(issue: Document) -> None:
    issue.status = _CLOSED
    issue.flags.may_be_closed = True
    # The customer's word or the desk's decision was checked above.
    issue.save(ignore_permissions=True)


def _open_again(issue: Document, reason: str, by: str) -> None:
    if issue.status != _CLOSED:
        complaint_letters.keep(issue.name, complaint_letters.REOPENED, _turn(issue.name))
    if issue.status != "Open":
        issue.status = "Open"
        # The customer's word was checked above.
        issue.save(ignore_permissions=True)
    issue.add_comment("Comment", escape_html(_("Not solved, says {0}: {1}").format(by, reason)))
    _tell_responsible(issue.name, _("Complaint {0} is not solved: {1}").format(issue.name, reason))


def _turn(issue: str) -> str:
    """Tells one closing or opening from the next: by the question's round and by what the customer was told before."""
    asked = queries.open_question(issue)
    return f"{asked.round if asked else 0}|{queries.count_turns(issue)}"


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


# A complaint from the portal


def open_complaint(
    *, acting: Acting, equipment: str, subject: str, description: str, files: Sequence[Photo] = ()
) -> str:
    """A complaint about equipment of the customer, with photos kept private; the same words again are the same complaint."""
    facts = queries.equipment_facts(equipment) if isinstance(equipment, str) else None
    if not facts or not facts.customer or not acting.owns(facts.customer):
        frappe.throw(_("This equipment is not here, or it is not one of yours."), frappe.DoesNotExistError)
    about = (subject or "").strip()[:_LONGEST_SUBJECT]
    if not about:
        frappe.throw(_("Please say in a few words what is wrong."))
    checked = [_checked(photo) for photo in _few(files)]
    text = "".join(
        f"<p>{escape_html(line)}</p>"
        for line in (description or "").strip()[:_LONGEST_TEXT].splitlines()
        if line.strip()
    )
    # Two clicks at once wait for each other here.
    frappe.db.get_value("Equipment", equipment, "name", for_update=True)
    earlier = queries.same_complaint(equipment, about, text, acting.user, now_datetime() - _ONE_CLICK)
    if earlier:
        return earlier
    issue = frappe.new_doc("Issue")
    issue.update(
        {
            "subject": about,
            "description": text,
            "equipment": equipment,
            "customer": facts.customer,
            "company": facts.company,
            "raised_by": frappe.get_cached_value("User", acting.user, "email") or acting.user,
            "via_customer_portal": 1,
        }
    )
    # The customer has no rights on doctypes; whose the equipment is was checked above.
    issue.insert(ignore_permissions=True)
    for name, content in checked:
        _attach(issue.name, name, content)
    return issue.name


def _few(files: Sequence[Photo]) -> Sequence[Photo]:
    if len(files) > rules.MOST_PHOTOS:
        frappe.throw(_("At most {0} photos can be sent with a complaint.").format(rules.MOST_PHOTOS))
    return files


def _checked(photo: Photo) -> tuple[str, bytes]:
    """(name with the ending of what it really is, content); a photo of 50 MB is refused before it is read."""
    photo.content.seek(0, 2)
    size = photo.content.tell()
    photo.content.seek(0)
    ending = rules.photo(photo.name, size, photo.content.read(16))
    if isinstance(ending, Refusal):
        throw(ending)
    photo.content.seek(0)
    stem = photo.name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0][:80]
    return f"{stem or 'photo'}.{ending}", photo.content.read()


def _attach(issue: str, name: str, content: bytes) -> None:
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": name,
            "content": content,
            "attached_to_doctype": "Issue",
            "attached_to_name": issue,
            "is_private": 1,
        }
    )
    with as_service():
        # A login of the website may not attach files; the complaint they belong to is theirs.
        file.insert(ignore_permissions=True)


def _commit() -> None:
    # A job that works off questions one by one: what is done stays done, whatever stops it.
    frappe.db.commit()
