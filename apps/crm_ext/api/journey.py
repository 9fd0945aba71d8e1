"""The journey of a lead, contact or customer: every touch, for the block on its form."""

from typing import Any

import frappe
from frappe import _

from crm_ext.marketing_automation.queries import journeys

_PARTIES = ("Lead", "Contact", "Customer")
_SHOWN = 50


@frappe.whitelist()
def journey(doctype: str, name: str, limit: int = _SHOWN) -> dict[str, Any]:
    """{touches, has_more, origin}: the newest touches first; origin for customers, or None.

    A touch names its document only where the user may read it.
    """
    guard_party(doctype, name)
    limit = max(1, min(limit, 500))
    touches = journeys.touches_of(doctype, name, limit + 1)
    shown = touches[:limit]
    references = {(touch.reference_doctype, touch.reference_name) for touch in shown if touch.reference_name}
    readable = journeys.readable(references)
    for touch in shown:
        if (touch.reference_doctype, touch.reference_name) not in readable:
            touch.reference_doctype = touch.reference_name = None
    origin = journeys.origin_of(name) if doctype == "Customer" else None
    return {"touches": shown, "has_more": len(touches) > limit, "origin": origin}


def guard_party(doctype: str, name: str) -> None:
    """Who may read the party may read its journey; what is not there and what is not yours look the same."""
    allowed = (
        doctype in _PARTIES
        and frappe.db.exists(doctype, name)
        and frappe.has_permission(doctype, "read", name)
    )
    if not allowed:
        frappe.throw(_("You may not read this record, or it does not exist."), frappe.PermissionError)
