"""What customers ask about their service: photos that they send, messages, renewals."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html
from werkzeug.wrappers import Response

from crm_ext.field_service.flow.complaint_intake import Photo
from crm_ext.field_service.rules import complaints
from crm_ext.self_service.flow import disputes, letters
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.queries import service as queries
from crm_ext.self_service.queries.quotations import person_of

_MEGABYTE = 1024 * 1024


def photos_sent() -> list[Photo]:
    """The files of the form's field `photos`; browsers send an empty one where nothing was chosen."""
    if not getattr(frappe.local, "request", None):
        return []
    sent = frappe.request.files.getlist("photos")
    return [Photo(file.filename, file.stream) for file in sent if file.filename]


def most_megabytes() -> int:
    """How much all photos of one request may take together: what this site lets in at once, less the form around them."""
    there_is = frappe.request.max_content_length - _MEGABYTE
    return max(min(there_is, complaints.MOST_PHOTOS * complaints.LARGEST_PHOTO) // _MEGABYTE, 0)


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


def photos_of(request: str) -> list[dict]:
    """[{name, file_name}] of the photos that the customer sent with a request."""
    return [row for row in queries.files_sent(request) if complaints.media_type(row.file_name)]


def request_of_photo(name: str) -> str | None:
    """The request that a customer sent a photo with; None for any other file."""
    row = queries.file_sent(name)
    return row.attached_to_name if row and complaints.media_type(row.file_name) else None


def answer_with_photo(name: str) -> Response:
    """A photo that a customer sent, as a picture and nothing else that a browser might take it for."""
    file = frappe.get_doc("File", name)
    answer = Response(file.get_content(), mimetype=complaints.media_type(file.file_name))
    answer.headers.set("Content-Disposition", "inline", filename=file.file_name)
    answer.headers.set("X-Content-Type-Options", "nosniff")
    return answer
