"""Links by which somebody without a login may confirm a solution or move a visit: made, opened, used and ended here.

The secret stands in the link alone; the site keeps its SHA-256. A link is never a login: it opens one document for one
purpose, until it expires, is used up or is revoked.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime, get_url, now_datetime

from crm_ext.self_service.flow import pages
from crm_ext.self_service.queries import service_links as queries

CONFIRM, MOVE = "Confirm a Solution", "Move a Visit"
# The page that each purpose opens.
_PAGES = {CONFIRM: "solved", MOVE: "visit"}


@dataclass(frozen=True)
class Opened:
    """What a working link opens. used_at: when it was used up; then its page may still say what was done."""

    link: str
    doctype: str
    name: str
    email: str | None
    expires_at: datetime
    is_single_use: bool
    used_at: datetime | None


def make(purpose: str, doctype: str, name: str, email: str | None, days: int, single_use: bool) -> str:
    """The address of a new link, valid for so many days; it is told now and never again."""
    token = secrets.token_urlsafe(32)
    link = frappe.get_doc(
        {
            "doctype": "Service Link",
            "purpose": purpose,
            "reference_type": doctype,
            "reference_name": name,
            "sent_to": email,
            "expires_at": add_days(now_datetime(), days),
            "is_single_use": int(single_use),
            "token_hash": _fingerprint(token),
        }
    )
    # Links come with what is told to a customer; whoever works on the document causes that.
    link.insert(ignore_permissions=True)
    return get_url(pages.route(_PAGES[purpose], token))


def open_link(token: str | None, purpose: str) -> Opened | None:
    """What this token opens; None where it is wrong, expired, revoked or for another purpose, all alike."""
    return _opened(token, purpose, is_locked=False)


def use(token: str | None, purpose: str) -> Opened:
    """Use the link, in the transaction of what is done with it; of several at once only one uses up a link that works once.

    Refuses one that does not work (DoesNotExistError) or is used up (ValidationError) with a sentence.
    """
    opened = _opened(token, purpose, is_locked=True)
    if opened is None:
        frappe.throw(
            _("This link does not work, or does not work any more. Please ask us for a new one."),
            frappe.DoesNotExistError,
        )
    if opened.used_at:
        frappe.throw(_("This link was used already. Please write or call us if something is to change."))
    if opened.is_single_use:
        frappe.db.set_value("Service Link", opened.link, "used_at", now_datetime(), update_modified=False)
    return opened


def revoke_all(doctype: str, names: Collection[str], only_unused: bool = False) -> None:
    """The links to these documents stop working; only_unused: one that was used still says what was done with it."""
    link = frappe.qb.DocType("Service Link")
    revoked = frappe.qb.update(link).set(link.is_revoked, 1).where(_leads_to(link, doctype, names))
    if only_unused:
        revoked = revoked.where(link.used_at.isnull())
    revoked.run()


def forget(doctype: str, names: Collection[str]) -> None:
    """Documents that are deleted take their links along; the right to delete them was checked."""
    link = frappe.qb.DocType("Service Link")
    frappe.qb.from_(link).delete().where(_leads_to(link, doctype, names)).run()


def _leads_to(link: Any, doctype: str, names: Collection[str]) -> Any:
    return (link.reference_type == doctype) & link.reference_name.isin([*names, ""])


def _opened(token: str | None, purpose: str, is_locked: bool) -> Opened | None:
    given = _fingerprint(token if isinstance(token, str) else "")
    link = queries.with_hash(given, is_locked)
    if link is None or not hmac.compare_digest(link.token_hash, given):
        return None
    if link.is_revoked or link.purpose != purpose or get_datetime(link.expires_at) < now_datetime():
        return None
    if not frappe.db.exists(link.reference_type, link.reference_name):
        return None
    return Opened(
        link.name,
        link.reference_type,
        link.reference_name,
        link.sent_to,
        link.expires_at,
        bool(link.is_single_use),
        link.used_at,
    )


def _fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()
