"""Who may come in: the first line of whitelisted functions that have no document to ask permission for."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.field_service.flow import technician_page
from crm_ext.field_service.queries import technician_jobs
from crm_ext.self_service.flow import identity, portal_links, service_links
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.portal_links import Answerer
from crm_ext.self_service.flow.service_links import Opened

_Opens = TypeVar("_Opens")


def guard_flood(door: str, from_one_address: int, from_all: int, seconds: int) -> None:
    """Count the request; refuse it (HTTP 429) above so many in so many seconds.

    The sender's address can be forged behind some proxies, therefore the door as a whole has a limit, too.
    The site's configuration may name other limits: crm_ext_flood_limits = {door: [from_one_address, from_all]}.
    """
    limits = (frappe.conf.get("crm_ext_flood_limits") or {}).get(door) or (from_one_address, from_all)
    for counter, limit in zip((f"{door}|{frappe.local.request_ip}", door), limits, strict=True):
        key = frappe.cache.make_key(f"crm_ext_flood|{counter}|{seconds}")
        count = frappe.cache.incrby(key, 1)
        if count == 1:
            frappe.cache.expire(key, seconds)
        if count > limit:
            _refuse(
                _("We are receiving too many messages at once. Please try again in some minutes."),
                frappe.RateLimitExceededError,
            )


def require_document(doctype: str, name: str | None, permission: str) -> Document:
    """The document, or one and the same refusal (HTTP 403) for "not yours" and "not there", for users of the desk.

    Document.has_permission would say in a message which of the two it is; frappe.has_permission keeps still.
    """
    if isinstance(name, str) and frappe.db.exists(doctype, name):
        document = frappe.get_doc(doctype, name)
        if frappe.has_permission(doctype, permission, document):
            return document
    frappe.throw(
        _("{0} {1} is not there, or you have no right to it. Ask its owner to share it with you.").format(
            _(doctype), name
        ),
        frappe.PermissionError,
    )


def require_customer() -> Acting:
    """Who is here and for which customer; refuses guests and logins that are tied to no customer (HTTP 403)."""
    here = identity.acting()
    if here is None:
        _require_login()
        _refuse(
            _("Your login is not connected to a customer yet. Please ask us to connect it."),
            frappe.PermissionError,
        )
    return here


def require_own(doctype: str, name: str | None) -> Acting:
    """The login as it acts for the customer of this document.

    One answer (HTTP 404) for what is not there, not theirs, not submitted: a stranger learns nothing from it.
    """
    require_customer()
    here = identity.acting_on(doctype, name)
    if here is None:
        _refuse(_("This document is not here, or it is not one of yours."), frappe.DoesNotExistError)
    return here


def require_offer(quotation: str | None = None, token: str | None = None) -> Answerer:
    """Whoever may answer a quotation: by the token of a link, which opens its own quotation only, or by a login.

    One answer (HTTP 404) for tokens that are wrong, expired or revoked; who guesses is soon refused (HTTP 429).
    """
    if not token:
        return portal_links.by_login(quotation, require_own("Quotation", quotation))
    return _opened_by_link(
        "offer link", lambda: portal_links.by_link(token if isinstance(token, str) else None)
    )


def require_service_link(token: str | None, purpose: str) -> Opened:
    """What the token of a service link opens; it may be used up, which its page says.

    One answer (HTTP 404) for tokens that are wrong, expired or revoked; who guesses is soon refused (HTTP 429).
    """
    return _opened_by_link("service link", lambda: service_links.open_link(token, purpose))


def _opened_by_link(door: str, open_it: Callable[[], _Opens | None]) -> _Opens:
    guard_flood(door, from_one_address=300, from_all=30000, seconds=600)
    opened = open_it()
    if opened is None:
        guard_flood(f"{door} not found", from_one_address=20, from_all=2000, seconds=600)
        _refuse(
            _("This link does not work, or does not work any more. Please ask us for a new one."),
            frappe.DoesNotExistError,
        )
    return opened


def require_technician() -> dict:
    """{name, technician_name, van_warehouse, company} of whoever is logged in as a technician (else HTTP 403)."""
    own = technician_page.technician()
    if own is None:
        _require_login()
        _refuse(
            _(
                "Your login is not connected to a technician who is active. Please ask the dispatcher to connect it."
            ),
            frappe.PermissionError,
        )
    return own


def require_own_job(service_order: str | None) -> dict:
    """The technician whose job this is. One answer (HTTP 404) for "not there" and "somebody else's"."""
    own = require_technician()
    if not isinstance(service_order, str) or not technician_jobs.is_job_of(service_order, own.name):
        _refuse(
            _("This job is not here, or it is not yours any more. Please ask the office."),
            frappe.DoesNotExistError,
        )
    return own


def _require_login() -> None:
    if frappe.session.user == "Guest":
        _refuse(_("Please log in to continue."), frappe.PermissionError)


def _refuse(sentence: str, kind: type[Exception]) -> NoReturn:
    """Strangers are told a sentence, and never where in the code it was said."""
    frappe.flags.disable_traceback = True
    frappe.throw(sentence, kind)
