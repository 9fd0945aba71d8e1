"""Campaign names from web addresses that somebody has explained."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from crm_ext.compat import LEAD_CAMPAIGN_FIELD
from crm_ext.marketing_automation.queries import enquiries


def settle(unknown: Document) -> None:
    """Give the chosen campaign to everything that came under this name and has no campaign, or the one chosen before."""
    before = unknown.get_doc_before_save()
    if not unknown.campaign or not before or before.campaign == unknown.campaign:
        return
    wrong = before.campaign or ("is", "not set")
    arrived = enquiries.enquiries_naming(unknown.name)
    leads = [row.lead for row in arrived if row.lead and row.status == "Lead Created"]
    frappe.db.set_value(
        "Touchpoint", {"utm_campaign": unknown.name, "campaign": wrong}, "campaign", unknown.campaign
    )
    frappe.db.set_value(
        "Enquiry", {"utm_campaign": unknown.name, "campaign": wrong}, "campaign", unknown.campaign
    )
    if leads:
        frappe.db.set_value(
            "Lead", {"name": ("in", leads), LEAD_CAMPAIGN_FIELD: wrong}, LEAD_CAMPAIGN_FIELD, unknown.campaign
        )
