"""For logins of several customers, and customers of several companies: as whom and where to go on.

An example of a page with a form that works without scripts: GET shows it, POST hands what was sent to the whitelisted
function, and leads on with 303.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import portal
from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import pages


def get_context(context: Any) -> None:
    here = require_customer()
    if frappe.request.method == "POST":
        portal.act_for(frappe.form_dict.get("customer"), frappe.form_dict.get("company"))
        pages.go("/portal")
    pages.page(context, _("Act For"), "", here)
