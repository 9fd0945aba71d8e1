"""Quotations that a customer looked at in the portal, or by a link with a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import frappe

from crm_ext.marketing_automation.flow import harvest
from crm_ext.marketing_automation.queries import parties
from crm_ext.marketing_automation.rules.channels import WEB
from crm_ext.marketing_automation.rules.harvest import Happening
from crm_ext.marketing_automation.rules.touchpoints import INBOUND

_A_DAY = 24 * 60 * 60


def page_shown(context: Mapping[str, Any]) -> None:
    """Have a view recorded, once a day for each quotation and visitor; our own people's views are none."""
    quotation = _quotation_on(context)
    if not quotation or frappe.session.data.user_type == "System User":
        return
    user = frappe.session.user
    seen_at = frappe.utils.now_datetime()
    noted = frappe.cache.make_key(f"crm_ext_viewed|{quotation}|{user}|{seen_at.date()}")
    if not frappe.cache.set(noted, 1, nx=True, ex=_A_DAY):
        return
    # A page is read, not written: what it leaves behind is written by a worker.
    frappe.enqueue(
        "crm_ext.marketing_automation.flow.views.record_view",
        queue="short",
        quotation=quotation,
        viewer=user,
        seen_at=seen_at,
    )


def record_view(quotation: str, viewer: str, seen_at: datetime) -> int:
    """One touch a day for the quotation's party."""
    contact = parties.contact_of_user(viewer)
    return harvest.record_happenings(
        "Quotation",
        [
            Happening(
                occurred_at=seen_at,
                channel=WEB,
                activity="Viewed",
                direction=INBOUND,
                doctype="Quotation",
                name=quotation,
                links=(("Quotation", quotation), *((("Contact", contact),) if contact else ())),
                occasion=str(seen_at.date()),
            )
        ],
    )


def _quotation_on(context: Mapping[str, Any]) -> str | None:
    """The portal's page carries the document, the print view its type and name."""
    document = context.get("doc")
    if getattr(document, "doctype", None) == "Quotation":
        return document.name
    return context.get("name") if context.get("doctype") == "Quotation" else None
