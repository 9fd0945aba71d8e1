"""Complaints that customers make themselves in the portal, with photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import frappe
from frappe import _
from frappe.utils import escape_html, now_datetime

from crm_ext.field_service.flow.complaint_sentences import throw
from crm_ext.field_service.queries import complaints as queries
from crm_ext.field_service.rules import complaints as rules
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.service import as_service
from crm_ext.shared.results import Refusal

_LONGEST_TEXT = 5000
_LONGEST_SUBJECT = 140
# The same words again within this time are the same click, not a second complaint.
_ONE_CLICK = timedelta(minutes=10)


@dataclass(frozen=True)
class Photo:
    """A picture that came with a complaint; content is read only once its size is known to be fit."""

    name: str
    content: BinaryIO


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
            # The portal shows these, and nothing else that is attached to the complaint.
            "sent_by_customer": 1,
        }
    )
    with as_service():
        # A login of the website may not attach files; the complaint they belong to is theirs.
        file.insert(ignore_permissions=True)
