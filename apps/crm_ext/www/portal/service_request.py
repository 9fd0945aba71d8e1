"""One request: how far it is, its visits, and the customer's word whether it is solved. Every button works without scripts."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal_service
from crm_ext.api.guards import require_own
from crm_ext.self_service.flow import pages, service_pages


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Issue", name)
    pages.take_form(context, lambda: _act(name, frappe.form_dict), pages.route("portal", "service", name))
    pages.page(context, frappe.db.get_value("Issue", name, "subject"), "service", here)
    service_pages.fill_request(context, here, name)


def _act(name: str, given: Any) -> str:
    """What the pressed button asks for; a sentence for the next page."""
    match given.get("do"):
        case "confirm":
            portal_service.confirm_solution(name, given.get("stars"), given.get("remark"))
            return _("Thank you. The request is closed.")
        case "not_solved":
            portal_service.not_solved(name, given.get("reason") or "")
            return _("We are sorry. We look at it again.")
        case "rate":
            portal_service.rate(name, given.get("stars") or "", given.get("remark"))
            return _("Thank you for your opinion.")
        case "write":
            portal_service.write(name, given.get("text") or "")
            return _("Your message is sent.")
    frappe.throw(_("Please open the page again and repeat what you did."))
