"""Letters to the customer at each step of a complaint, each sent once, in the customer's language.

A letter is kept with the transaction that causes it and sent by a job; one that a killed worker left waiting is sent later.
"""

from __future__ import annotations

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime, validate_email_address

from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.queries import complaints as queries
from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.self_service.flow import letters, service_links

RECEIVED, ASKED, REMINDED, CLOSED, REOPENED = "Received", "Asked", "Reminded", "Closed", "Reopened"
WAITING, SENT, MUTED, NOBODY, FAILED = "Waiting", "Sent", "Muted", "Nobody to Tell", "Failed"
_BATCH = 50
_WAIT_SECONDS = 20


def keep(issue: str, step: str, which: str = "", question: str | None = None) -> None:
    """A letter about this step, once for each `which` of it; sent after the commit."""
    letter = frappe.get_doc(
        {
            "doctype": "Complaint Letter",
            "issue": issue,
            "step": step,
            "solution_confirmation": question,
            "status": WAITING,
            "letter_key": f"{issue}|{step}|{which}",
        }
    )
    frappe.db.savepoint("complaint_letter")
    try:
        # Whoever brought about the step was asked for their rights; letters are nobody's to write by hand.
        letter.insert(ignore_permissions=True)
    except frappe.UniqueValidationError:
        frappe.db.rollback(save_point="complaint_letter")
        frappe.clear_last_message()
        return
    frappe.enqueue(
        "crm_ext.field_service.flow.complaint_letters.send_waiting", queue="short", enqueue_after_commit=True
    )


def send_waiting(checkpoint: Callable[[], None] | None = None) -> int:
    """Send the letters that wait, one transaction each; returns how many were worked off."""
    checkpoint = checkpoint or _commit
    done: list[str] = []
    with exclusively("complaint letters", _WAIT_SECONDS) as held:
        while held and (batch := queries.waiting_letters(_BATCH, done)):
            for name in batch:
                _send(name)
                checkpoint()
                done.append(name)
    return len(done)


def forget(issue: str) -> None:
    frappe.db.delete("Complaint Letter", {"issue": issue})


def _send(name: str) -> None:
    letter = frappe.get_doc("Complaint Letter", name)
    frappe.db.savepoint("complaint_letter")
    try:
        outcome = _mail(letter)
    except Exception as error:
        frappe.db.rollback(save_point="complaint_letter")
        frappe.clear_last_message()
        failure = frappe.utils.strip_html(str(error)) or type(error).__name__
        outcome = {"status": FAILED, "failure": failure[:500]}
    letter.db_set(outcome)


def _mail(letter: Document) -> dict:
    to = queries.addressee(letter.issue)
    email = _address(to) if to else None
    if not to or not email:
        return {"status": NOBODY}
    if not policy.letters_are_sent() or to.is_muted:
        return {"status": MUTED, "recipient": email}
    if queries.has_unsubscribed(email, letter.issue, to.customer):
        return {"status": MUTED, "recipient": email}
    if not letters.can_send():
        return {
            "status": FAILED,
            "recipient": email,
            "failure": _("This site has no e-mail account to send from."),
        }
    language = queries.language_of(email) or to.customer_language or frappe.db.get_default("lang") or "en"
    with letters.in_language(language):
        subject, message = _words(letter, to.subject, email)
        stop = _("Stop letters about this complaint")
    frappe.sendmail(
        recipients=[email],
        subject=subject,
        message=message,
        reference_doctype="Issue",
        reference_name=letter.issue,
        unsubscribe_message=stop,
    )
    return {"status": SENT, "recipient": email, "language": language, "sent_on": now_datetime()}


def _address(to: dict) -> str | None:
    """Who raised the complaint, unless it was typed at the desk; then its contact; then the customer's own address."""
    raised_by = None if to.is_desk_user else to.raised_by
    for candidate in (raised_by, to.contact_email, to.customer_email):
        if candidate and validate_email_address(candidate):
            return candidate
    return None


def _words(letter: Document, about: str, email: str) -> tuple[str, str]:
    heading, sentences = _SENTENCES[letter.step](letter.issue, about)
    paragraphs = [escape_html(sentence) for sentence in sentences]
    if letter.step in (ASKED, REMINDED):
        solution = frappe.db.get_value("Solution Confirmation", letter.solution_confirmation, "solution")
        if solution:
            paragraphs.append(escape_html(_("What was done: {0}").format(solution)))
        paragraphs.append(_button(letter.solution_confirmation, email))
    direction = "rtl" if frappe.local.lang in ("ar", "fa", "he", "ps") else "ltr"
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return heading, f'<div dir="{direction}">{body}</div>'


def _button(question: str, email: str) -> str:
    address = service_links.make(
        service_links.CONFIRM,
        "Solution Confirmation",
        question,
        email,
        policy.days_of_a_link(),
        single_use=True,
    )
    return f'<a href="{escape_html(address)}">{escape_html(_("Tell us whether it is solved"))}</a>'


def _received(issue: str, about: str) -> tuple[str, list[str]]:
    return _("We have your complaint {0}").format(issue), [
        _("Thank you for telling us: {0}").format(about),
        _("Your complaint has the number {0}. We will write to you at every step.").format(issue),
    ]


def _asked(issue: str, about: str) -> tuple[str, list[str]]:
    return _("Is your complaint {0} solved?").format(issue), [
        _("We believe that this is solved: {0}").format(about),
        _("Please tell us whether it is. We close the complaint only when you say so."),
    ]


def _reminded(issue: str, about: str) -> tuple[str, list[str]]:
    return _("Reminder: is your complaint {0} solved?").format(issue), [
        _("We have not heard from you yet about: {0}").format(about),
        _("Please tell us whether it is solved; it takes one click."),
    ]


def _closed(issue: str, about: str) -> tuple[str, list[str]]:
    return _("Your complaint {0} is closed").format(issue), [
        _("We have closed: {0}").format(about),
        _("Should it come back, answer this letter and we go on with it."),
    ]


def _reopened(issue: str, about: str) -> tuple[str, list[str]]:
    return _("Your complaint {0} is open again").format(issue), [
        _("We are sorry that it is not solved yet: {0}").format(about),
        _("We go on with it and will write to you at every step."),
    ]


_SENTENCES = {
    RECEIVED: _received,
    ASKED: _asked,
    REMINDED: _reminded,
    CLOSED: _closed,
    REOPENED: _reopened,
}


def _commit() -> None:
    # A job that sends letters one by one: what is sent stays sent, whatever stops it.
    frappe.db.commit()
