"""ERPNext's Campaign: its connections, and its deletion."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from crm_ext.marketing_automation.flow import campaign_extract, touchpoints


def get_dashboard(data: dict) -> dict:
    """The plans of the campaign, beside what ERPNext shows."""
    data.setdefault("transactions", []).append({"label": _("Plans"), "items": ["Campaign Plan"]})
    data.setdefault("non_standard_fieldnames", {})["Campaign Plan"] = "campaign"
    return data


def on_trash(campaign: Document, method: str | None = None) -> None:
    touchpoints.refuse_deletion_of_campaign(campaign.name)


def after_rename(campaign: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    campaign_extract.rename_later("Campaign", old, new)
