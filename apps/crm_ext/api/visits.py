"""A visit moved, answered and put into a calendar by its customer, with the token of a link.

Guests may post here without a CSRF token: the token of the link stands in the request itself and is the only key.
"""

from typing import Any

import frappe
from frappe import _

from crm_ext.api.guards import guard_flood, require_service_link
from crm_ext.self_service.flow import service_links, visit_page


@frappe.whitelist(allow_guest=True, methods=["POST"])
def move(token: str, start: str | None = None) -> str:
    """Take the free window that begins at `start` (ISO, site time); the sentence to show."""
    require_service_link(token, service_links.MOVE)
    guard_flood("visit answer", from_one_address=60, from_all=3000, seconds=600)
    return visit_page.move(service_links.use(token, service_links.MOVE), start)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def say(token: str, kind: str = visit_page.MESSAGE, message: str | None = None) -> str:
    """Tell the office something, or that nobody will be there (kind 'not there'); the sentence to show."""
    opened = require_service_link(token, service_links.MOVE)
    guard_flood("visit answer", from_one_address=60, from_all=3000, seconds=600)
    return visit_page.say(opened, kind, message)


@frappe.whitelist(allow_guest=True, methods=["GET"])
def calendar(token: str) -> None:
    """The visit as a file for a calendar (.ics)."""
    opened = require_service_link(token, service_links.MOVE)
    made = visit_page.calendar(opened)
    if made is None:
        frappe.throw(_("No time is agreed for this visit yet."), frappe.DoesNotExistError)
    frappe.local.response.filename, frappe.local.response.filecontent = made
    frappe.local.response.type = "download"
    frappe.local.response.content_type = "text/calendar; charset=utf-8"


def take_form(form: Any, token: str) -> str | None:
    """Do what a button of the page asks for; the sentence to show, None where the page is only shown again."""
    action = form.get("do")
    if action == "move":
        return move(token, form.get("start"))
    if action == "absent":
        return say(token, visit_page.NOT_THERE, form.get("message"))
    if action == "say":
        return say(token, visit_page.MESSAGE, form.get("message"))
    return None
