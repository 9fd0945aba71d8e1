"""Events of ERPNext's Company that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.marketing_automation.flow import campaign_extract


def after_rename(company: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    campaign_extract.rename_later("Company", old, new)
