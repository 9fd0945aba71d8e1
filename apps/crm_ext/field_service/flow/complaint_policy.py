"""What the site wants with complaints, from Field Service Settings; numbers left empty have their defaults."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from crm_ext.field_service.rules.complaints import Policy


def is_complaint(issue: Any) -> bool:
    """An issue about equipment or under a contract; all others are none of this room's business."""
    return bool(issue.get("equipment") or issue.get("service_contract"))


def must_be_confirmed() -> bool:
    return not _settings().get("close_without_asking")


def letters_are_sent() -> bool:
    return not _settings().get("no_complaint_letters")


def days_of_a_link() -> int:
    return _number("confirmation_days")


def waiting() -> Policy:
    return Policy(_number("reminder_days"), _number("reminders"), _number("decide_after_days"))


def claim_document() -> str:
    return _settings().supplier_claim_document or "Debit Note"


def claim_item() -> str | None:
    return _settings().supplier_claim_item


def account_of(company: str, field: str) -> Any:
    """What the settings' table says for a company; None where it says nothing."""
    return next((row.get(field) for row in _settings().accounts if row.company == company), None)


def travel_activity() -> str | None:
    return _settings().travel_activity_type


def _settings() -> Document:
    return frappe.get_cached_doc("Field Service Settings")


def _number(field: str) -> int:
    settings = _settings()
    return cint(settings.get(field)) or cint(settings.meta.get_field(field).default)
