"""A visit moved, answered and put into a calendar by its customer, with a login or with the token of a link.

Guests may post here without a CSRF token: the token of the link stands in the request itself and is the only key.
"""

from typing import Any, NamedTuple

import frappe
from frappe import _

from crm_ext.api.guards import guard_flood, require_own, require_service_link
from crm_ext.self_service.flow import service_links, visit_page


class Visited(NamedTuple):
    """The visit, and the address of who comes to it."""

    name: str
    email: str | None


def require_visit(visit: str | None, token: str | None) -> Visited:
    """Whose visit it is: by the token of a link, which opens its own visit only, or by a login."""
    if not token:
        return Visited(visit, require_own("Service Order", visit).user)
    opened = require_service_link(token, service_links.MOVE)
    return Visited(opened.name, opened.email)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def move(visit: str | None = None, token: str | None = None, start: str | None = None) -> str:
    """Take the free window that begins at `start` (ISO, site time); the sentence to show."""
    visited = require_visit(visit, token)
    guard_flood("visit answer", from_one_address=60, from_all=3000, seconds=600)
    if token:
        service_links.use(token, service_links.MOVE)
    return visit_page.move(visited.name, start)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def say(
    visit: str | None = None,
    token: str | None = None,
    kind: str = visit_page.MESSAGE,
    message: str | None = None,
) -> str:
    """Tell the office something, or that nobody will be there (kind 'not there'); the sentence to show."""
    visited = require_visit(visit, token)
    guard_flood("visit answer", from_one_address=60, from_all=3000, seconds=600)
    return visit_page.say(visited.name, visited.email, kind, message)


@frappe.whitelist(allow_guest=True, methods=["GET"])
def calendar(visit: str | None = None, token: str | None = None) -> None:
    """The visit as a file for a calendar (.ics)."""
    visited = require_visit(visit, token)
    made = visit_page.calendar(visited.name)
    if made is None:
        frappe.throw(_("No time is agreed for this visit yet."), frappe.DoesNotExistError)
    frappe.local.response.filename, frappe.local.response.filecontent = made
    frappe.local.response.type = "download"
    frappe.local.response.content_type = "text/calendar; charset=utf-8"


def take_form(form: Any, visit: str | None, token: str | None) -> str | None:
    """Do what a button of the page asks for; the sentence to show, None where the page is only shown again."""
    match form.get("do"):
        case "move":
            return move(visit, token, form.get("start"))
        case "absent":
            return say(visit, token, visit_page.NOT_THERE, form.get("message"))
        case "say":
            return say(visit, token, visit_page.MESSAGE, form.get("message"))
    return None
