"""Events of ERPNext's Lead that reach this app."""

from __future__ import annotations

from collections.abc import Sequence

from frappe.model.document import Document

from crm_ext.marketing_automation.flow import campaign_extract, harvest, touchpoints


def after_insert(lead: Document, method: str | None = None) -> None:
    harvest.leads_inserted([lead])


def after_insert_many(leads: Sequence[Document], method: str | None = None) -> None:
    """For lead import, which makes many at once."""
    harvest.leads_inserted(leads)


def on_trash(lead: Document, method: str | None = None) -> None:
    touchpoints.forget_party("Lead", lead.name)


def after_rename(lead: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    campaign_extract.rename_later("Lead", old, new)
