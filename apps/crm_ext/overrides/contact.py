"""Events of Frappe's Contact that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.marketing_automation.flow import campaign_extract, touchpoints


def on_trash(contact: Document, method: str | None = None) -> None:
    touchpoints.forget_party("Contact", contact.name)


def after_rename(contact: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    campaign_extract.rename_later("Contact", old, new)
