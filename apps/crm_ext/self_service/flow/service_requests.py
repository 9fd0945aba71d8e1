"""What customers ask about their service: photos that they send, messages, renewals."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html

from crm_ext.field_service.flow.complaint_intake import Photo
from crm_ext.self_service.flow import disputes, letters
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.queries.quotations import person_of


def photos_sent() -> list[Photo]:
    """The files of the form's field `photos`; browsers send an empty one where nothing was chosen."""
    if not getattr(frappe.local, "request", None):
        return []
    sent = frappe.request.files.getlist("photos")
    return [Photo(file.filename, file.stream) for file in sent if file.filename]


def person(here: Acting) -> str:
    """How the desk names whoever acts for the customer."""
    return person_of(here.user).full_name or here.user


def write(request: str, text: str, user: str) -> None:
    """A message about a request; the desk sees it as open again."""
    disputes.answer(request, text, user)


def ask_renewal(contract: str, here: Acting) -> None:
    """A task for whoever looks after the contract; asking again while it is open changes nothing."""
    responsible, owner, title = frappe.db.get_value(
        "Service Contract", contract, ["responsible", "owner", "title"], for_update=True
    )
    text = _("{0} asks to renew contract {1} ({2}).").format(here.customer_name, contract, title)
    same = {
        "reference_type": "Service Contract",
        "reference_name": contract,
        "description": escape_html(text),
    }
    if not frappe.db.exists("ToDo", {"status": "Open", **same}):
        letters.tell_desk(responsible or owner, "Service Contract", contract, text)


def request_of_photo(name: str) -> str | None:
    """The request that a file is attached to; None for any other file."""
    return frappe.db.get_value("File", {"name": name, "attached_to_doctype": "Issue"}, "attached_to_name")
