"""Links by which somebody without a login may answer one quotation: made, opened, noted and ended here.

The secret stands in the link alone; the site keeps its SHA-256. A link is never a login: it opens one quotation for one
purpose, until it expires or is revoked.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime, get_url, now_datetime, validate_email_address

from crm_ext.self_service.flow import letters
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.queries import identity as settings_queries
from crm_ext.self_service.queries import portal_links as queries
from crm_ext.self_service.queries.quotations import person_of

PURPOSE = "Answer a Quotation"
_DAYS = 30
# Somebody who looks at an offer again and again is one entry an hour, and a log ends somewhere.
_ONE_VISIT = timedelta(hours=1)
_LONGEST_LOG = 300


@dataclass(frozen=True)
class Answerer:
    """Somebody who was let in to one quotation: by a login (acting) or by a link (portal_link)."""

    quotation: str
    user: str
    person_name: str
    email: str | None
    acting: Acting | None = None
    portal_link: str | None = None


def by_login(quotation: str, acting: Acting) -> Answerer:
    person = person_of(acting.user)
    return Answerer(quotation, acting.user, person.full_name, person.email, acting=acting)


def by_link(token: str | None) -> Answerer | None:
    """Who comes with this token; None for one that is wrong, expired or revoked, all alike."""
    given = _fingerprint(token or "")
    link = queries.with_hash(given)
    if link is None or not hmac.compare_digest(link.token_hash, given):
        return None
    if link.is_revoked or link.purpose != PURPOSE or get_datetime(link.expires_at) < now_datetime():
        return None
    return Answerer(link.quotation, frappe.session.user, "", link.sent_to, portal_link=link.name)


def make(quotation: str, email: str, is_mailed: bool) -> dict[str, str]:
    """{link, address, expires_at}: a new link for this receiver; the address is told now and never again."""
    if not validate_email_address(email):
        frappe.throw(_("{0} is not an e-mail address. Please correct it.").format(email or "–"))
    if frappe.db.get_value("Quotation", quotation, "docstatus") != 1:
        frappe.throw(_("Submit the quotation first: the customer answers to what stands fast."))
    token = secrets.token_urlsafe(32)
    days = settings_queries.settings().offer_link_days or _DAYS
    link = frappe.get_doc(
        {
            "doctype": "Portal Link",
            "quotation": quotation,
            "purpose": PURPOSE,
            "sent_to": email,
            "expires_at": add_days(now_datetime(), days),
            "token_hash": _fingerprint(token),
        }
    )
    # Whoever may send the quotation may send a link to it; links are not made in the list.
    link.insert(ignore_permissions=True)
    address = get_url(f"/offer/{token}")
    if is_mailed:
        letters.send_link(quotation, email, address, link.expires_at)
    return {"link": link.name, "address": address, "expires_at": str(link.expires_at)}


def revoke(link: str) -> None:
    frappe.db.set_value("Portal Link", link, "is_revoked", 1)


def note_use(answerer: Answerer, action: str) -> None:
    """Write into the link's log what was done with it; free for those who came by a login."""
    if not answerer.portal_link:
        return
    address = frappe.local.request_ip or ""
    now = now_datetime()
    if action == "Opened":
        if queries.uses_since(answerer.portal_link, action, address, now - _ONE_VISIT):
            return
        link = frappe.qb.DocType("Portal Link")
        frappe.qb.update(link).set(link.last_used_at, now).set(
            link.times_opened, link.times_opened + 1
        ).where(link.name == answerer.portal_link).run()
        # A page that is looked at writes nothing else; without this the entry is thrown away with the request.
        frappe.local.flags.commit = True
    entries = queries.count_uses(answerer.portal_link)
    if entries < _LONGEST_LOG:
        frappe.get_doc(
            {
                "doctype": "Portal Link Use",
                "parenttype": "Portal Link",
                "parentfield": "uses",
                "parent": answerer.portal_link,
                "idx": entries + 1,
                "used_at": now,
                "action": action,
                "ip_address": address,
            }
        ).db_insert()


def forget(quotation: str) -> None:
    """A quotation that is deleted takes its links along."""
    for link in queries.links_to(quotation):
        # The right to delete the quotation was checked.
        frappe.delete_doc("Portal Link", link.name, ignore_permissions=True, force=True)


def _fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()
