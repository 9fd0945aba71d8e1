"""Payment Entry: the booking of what a customer paid in the portal. Entries of anything else cost nothing."""

from __future__ import annotations

from typing import Any

from crm_ext.self_service.flow import portal_payments


def on_submit(doc: Any, method: str | None = None) -> None:
    if doc.get("portal_payment"):
        portal_payments.entry_submitted(doc)


def on_cancel(doc: Any, method: str | None = None) -> None:
    if doc.get("portal_payment"):
        portal_payments.entry_taken_back(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    if doc.get("portal_payment"):
        portal_payments.entry_taken_back(doc)
