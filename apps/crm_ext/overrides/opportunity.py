"""Events of ERPNext's Opportunity that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.sales_process.flow import guard, progress


def validate(opportunity: Document, method: str | None = None) -> None:
    guard.check(opportunity)


def on_change(opportunity: Document, method: str | None = None) -> None:
    progress.record(opportunity)


def on_trash(opportunity: Document, method: str | None = None) -> None:
    progress.forget(opportunity.name)


def after_rename(opportunity: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    progress.rename(old, new)
