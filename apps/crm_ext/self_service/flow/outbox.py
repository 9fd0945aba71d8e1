"""Letters to customers that are kept before they are sent: each once, whatever is killed, in its reader's language.

A letter is a record with a unique key, kept in the transaction that causes it: a step that is taken back takes its letter
along. A job that starts after the commit sends what waits. Each letter is a transaction of its own, in which its place in
the queue of e-mails and its status are written together; what a killed job leaves waiting, the scheduler's next one sends.
Only a short message leaves at once: a job that is killed in the moment after it sends it a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.core.doctype.sms_settings.sms_settings import send_sms
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime, strip_html, validate_email_address
from frappe.utils.jinja_globals import is_rtl

from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.self_service.flow import letters
from crm_ext.self_service.flow.once import insert_once
from crm_ext.self_service.queries import outbox as queries

WAITING, SENT, MUTED, NOBODY, FAILED = "Waiting", "Sent", "Muted", "Nobody to Tell", "Failed"
_BATCH = 50
_WAIT_SECONDS = 20


@dataclass(frozen=True)
class Reader:
    """Whom a letter goes to. language: None for the site's; is_muted: wants no letters; login: their user, if they are one."""

    email: str | None
    language: str | None = None
    is_muted: bool = False
    mobile_no: str | None = None
    login: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "email", validate_email_address(self.email or "") or None)


@dataclass(frozen=True)
class Words:
    """What a letter says, translated: sentences as plain text, then links as (words, address).

    unsubscribe: the words of Frappe's own link that stops letters about the document.
    """

    subject: str
    sentences: Sequence[str]
    links: Sequence[tuple[str, str]] = ()
    unsubscribe: str | None = None


@dataclass(frozen=True)
class Outbox:
    """The letters of one doctype, which has status, failure and a unique key.

    job: dotted path of the function that sends what waits; about: field of the document that letters are about, which is
    always a link; holds: whether what a letter says still holds when it is to go out; readers: whom it goes to;
    words: what it says to a reader, asked in the reader's language.
    """

    doctype: str
    key: str
    about: str
    job: str
    readers: Callable[[Document], Sequence[Reader]]
    words: Callable[[Document, Reader], Words]
    holds: Callable[[Document], bool] = lambda letter: True
    recipient: str = "recipient"

    def keep(self, key: str, values: dict) -> bool:
        """Keep a letter unless one with this key is there; whether it is new."""
        record = {"doctype": self.doctype, "status": WAITING, self.key: key, **values}
        return insert_once(frappe.get_doc(record))

    def send_soon(self) -> None:
        """Once what was kept is committed."""
        frappe.enqueue(self.job, queue="short", enqueue_after_commit=True)

    def send_waiting(self, checkpoint: Callable[[], None] | None = None) -> int:
        """Send the letters that wait, one transaction each; returns how many were worked off."""
        checkpoint = checkpoint or _commit
        done: list[str] = []
        with exclusively(f"outbox {self.doctype}", _WAIT_SECONDS) as held:
            # What was read before the wait is older than what the one before us has sent.
            checkpoint()
            while held and (batch := queries.waiting(self.doctype, _BATCH, done)):
                for name in batch:
                    self._send(name)
                    checkpoint()
                    done.append(name)
        return len(done)

    def send_again(self, about: str) -> bool:
        """Let the latest letter about a document wait anew if it reached nobody; whether it does."""
        latest = queries.latest(self.doctype, self.about, about)
        if not latest or latest.status not in (FAILED, NOBODY):
            return False
        frappe.db.set_value(self.doctype, latest.name, {"status": WAITING, "failure": None})
        self.send_soon()
        return True

    def forget(self, about: str) -> None:
        frappe.db.delete(self.doctype, {self.about: about})

    def _send(self, name: str) -> None:
        letter = frappe.get_doc(self.doctype, name)
        frappe.db.savepoint("outbox")
        try:
            outcome = self._tell(letter)
        except Exception as error:
            frappe.db.rollback(save_point="outbox")
            frappe.clear_last_message()
            outcome = {"status": FAILED, "failure": words_of(error)}
        letter.db_set({field: value for field, value in outcome.items() if letter.meta.has_field(field)})

    def _tell(self, letter: Document) -> dict:
        if not self.holds(letter):
            return {"status": MUTED}
        readers = [reader for reader in self.readers(letter) if reader.email or reader.mobile_no]
        if not readers:
            return {"status": NOBODY}
        wanting = [reader for reader in readers if not reader.is_muted]
        told = wanting or readers
        reached = {
            self.recipient: ", ".join(reader.email for reader in told if reader.email) or None,
            "mobile_no": ", ".join(reader.mobile_no for reader in told if reader.mobile_no) or None,
        }
        if not wanting or frappe.are_emails_muted():
            return {"status": MUTED, **reached}
        tried = [self._write(letter, reader) for reader in wanting]
        return {
            "status": SENT if any(is_told for is_told, _trouble in tried) else FAILED,
            "failure": "\n".join(trouble for _told, trouble in tried if trouble) or None,
            "language": _language_of(wanting[0]),
            "sent_on": now_datetime(),
            **reached,
        }

    def _write(self, letter: Document, reader: Reader) -> tuple[bool, str | None]:
        """(whether the reader was told, what went wrong); of two ways to tell them one is enough."""
        # What went wrong is for the desk, not for the reader, and so not in the reader's language.
        mailed = (
            None
            if letters.can_send()
            else _("This site has no e-mail account to send from. Please set one up.")
        )
        messaged = None
        with letters.in_language(_language_of(reader)):
            words = self.words(letter, reader)
            if reader.email and not mailed:
                self._mail(letter, reader.email, words)
            if reader.mobile_no:
                messaged = _message(reader.mobile_no, words)
        ways = [trouble for way, trouble in ((reader.email, mailed), (reader.mobile_no, messaged)) if way]
        return None in ways, next(filter(None, ways), None)

    def _mail(self, letter: Document, email: str, words: Words) -> None:
        """Into the queue of e-mails, with the transaction."""
        frappe.sendmail(
            recipients=[email],
            subject=words.subject,
            message=_html(words),
            reference_doctype=letter.meta.get_field(self.about).options,
            reference_name=letter.get(self.about),
            unsubscribe_message=words.unsubscribe,
        )


def words_of(error: Exception) -> str:
    return (strip_html(str(error)) or type(error).__name__)[:500]


def _message(mobile_no: str, words: Words) -> str | None:
    """Send a short message; what the gateway says against it, since a letter goes all the same."""
    try:
        send_sms(
            [mobile_no],
            " ".join([*words.sentences, *(address for _label, address in words.links[:1])]),
            success_msg=False,
        )
    except Exception as error:
        frappe.clear_last_message()
        return words_of(error)
    return None


def _html(words: Words) -> str:
    paragraphs = [escape_html(sentence) for sentence in words.sentences]
    paragraphs += [
        f'<a href="{escape_html(address)}">{escape_html(label)}</a>' for label, address in words.links
    ]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f'<div dir="{"rtl" if is_rtl() else "ltr"}">{body}</div>'


def _language_of(reader: Reader) -> str:
    return reader.language or frappe.db.get_default("lang") or "en"


def _commit() -> None:
    # A job that sends letters one by one: what is sent stays sent, whatever stops it.
    frappe.db.commit()
