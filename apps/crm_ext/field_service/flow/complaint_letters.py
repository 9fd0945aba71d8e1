"""What customers are told at each step of a complaint, each once; the question whether it is solved carries its link."""

from __future__ import annotations

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import validate_email_address

from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.queries import complaints as queries
from crm_ext.self_service.flow import service_links
from crm_ext.self_service.flow.outbox import Outbox, Reader, Words

RECEIVED, ASKED, REMINDED, CLOSED, REOPENED = "Received", "Asked", "Reminded", "Closed", "Reopened"


def keep(issue: str, step: str, which: str = "", question: str | None = None) -> None:
    """A letter about this step, once for each `which` of it; sent after the commit."""
    values = {"issue": issue, "step": step, "solution_confirmation": question}
    if _OUTBOX.keep(f"{issue}|{step}|{which}", values):
        _OUTBOX.send_soon()


def keep_turn(issue: Document, step: str) -> None:
    """The complaint is closed, or open again, by this save: each time a letter of its own."""
    keep(issue.name, step, str(issue.modified))


def send_waiting(checkpoint: Callable[[], None] | None = None) -> int:
    """Send the letters that wait; returns how many were worked off."""
    return _OUTBOX.send_waiting(checkpoint)


def send_again(issue: str) -> None:
    """Try the latest letter once more that reached nobody, now that something was mended."""
    if not _OUTBOX.send_again(issue):
        frappe.throw(
            _(
                "The latest letter about {0} needs no sending. Ask the customer if you want to write anew."
            ).format(issue)
        )


def forget(issue: str) -> None:
    _OUTBOX.forget(issue)


def _readers(letter: Document) -> list[Reader]:
    """Who raised the complaint, unless it was typed at the desk; then its contact; then the customer's own address."""
    to = queries.addressee(letter.issue)
    raised_by = None if to.is_desk_user else to.raised_by
    email = next(
        filter(validate_email_address, filter(None, (raised_by, to.contact_email, to.customer_email))), None
    )
    if not email:
        return []
    is_muted = (
        not policy.letters_are_sent()
        or bool(to.is_muted)
        or queries.has_unsubscribed(email, letter.issue, to.customer)
    )
    return [Reader(email, queries.language_of(email) or to.customer_language, is_muted)]


def _holds(letter: Document) -> bool:
    """A question that was answered or withdrawn before its letter went out is not asked any more."""
    return letter.step not in (ASKED, REMINDED) or queries.is_answerable(letter.solution_confirmation)


def _words(letter: Document, reader: Reader) -> Words:
    about = frappe.db.get_value("Issue", letter.issue, "subject")
    subject, sentences = _SENTENCES[letter.step](letter.issue, about)
    links: list[tuple[str, str]] = []
    if letter.step in (ASKED, REMINDED):
        solution = frappe.db.get_value("Solution Confirmation", letter.solution_confirmation, "solution")
        if solution:
            sentences.append(_("What was done: {0}").format(solution))
        links.append((_("Tell us whether it is solved"), _link(letter.solution_confirmation, reader)))
    return Words(subject, sentences, links, unsubscribe=_("Stop letters about this complaint"))


def _link(question: str, reader: Reader) -> str:
    return service_links.make(
        service_links.CONFIRM,
        "Solution Confirmation",
        question,
        reader.email,
        policy.days_of_a_link(),
        single_use=True,
    )


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

_OUTBOX = Outbox(
    doctype="Complaint Letter",
    key="letter_key",
    about="issue",
    job="crm_ext.field_service.flow.complaint_letters.send_waiting",
    readers=_readers,
    words=_words,
    holds=_holds,
)
