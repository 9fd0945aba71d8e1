"""E-mails and tasks by which the desk and the customer hear of each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import escape_html, get_url_to_form

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.self_service.queries.quotations import is_desk_user


def send_link(quotation: str, email: str, address: str, expires_at: datetime | str) -> None:
    text = _(
        "Here is our quotation {0}. You can read it, choose options, ask and accept it on this page:"
    ).format(quotation)
    until = _("The link is for you alone and works until {0}.").format(spelling.moment(expires_at))
    shown = escape_html(address)
    mail(
        [email],
        _("Quotation {0}").format(quotation),
        f'<p>{escape_html(text)}</p><p><a href="{shown}">{shown}</a></p><p>{escape_html(until)}</p>',
        "Quotation",
        quotation,
    )


def tell_desk(owner: str, doctype: str, name: str, text: str) -> None:
    """A task for whoever made the document, and an e-mail; for the administrator where they have left."""
    keeper = owner if is_desk_user(owner) else "Administrator"
    make_task(keeper, doctype, name, text)
    address = escape_html(get_url_to_form(doctype, name))
    mail(
        [keeper],
        text[:140],
        f'<p>{escape_html(text)}</p><p><a href="{address}">{address}</a></p>',
        doctype,
        name,
    )


def make_task(user: str, doctype: str, name: str, text: str) -> None:
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": user,
            "assigned_by": "Administrator",
            "reference_type": doctype,
            "reference_name": name,
            "description": escape_html(text),
            "priority": "High",
        }
    )
    # A customer or the clock tells the desk something; nobody else's right is asked.
    task.insert(ignore_permissions=True)


def mail(recipients: list[str], subject: str, message: str, doctype: str, name: str) -> None:
    """Queued with the transaction. A site that cannot send does its business all the same."""
    known = [address for address in recipients if address and "@" in address]
    if known and can_send():
        frappe.sendmail(
            recipients=known, subject=subject, message=message, reference_doctype=doctype, reference_name=name
        )


def can_send() -> bool:
    """Whether the site has an account to send from; the stand-in of a muted site has no address and counts as none."""
    account = EmailAccount.find_outgoing()
    return bool(account and account.email_id)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Speak to a reader in their language for a while."""
    before, frappe.local.lang = frappe.local.lang, language
    try:
        yield
    finally:
        frappe.local.lang = before
