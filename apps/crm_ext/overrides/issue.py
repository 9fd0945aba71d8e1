"""Issue: the objection to an invoice, and the complaint about equipment. Issues about anything else cost nothing."""

from __future__ import annotations

from typing import Any

from crm_ext.field_service.flow import complaint_events, complaints
from crm_ext.field_service.flow.complaint_policy import is_complaint
from crm_ext.self_service.flow import disputes
from crm_ext.service_contracts.flow import service_credits


def validate(doc: Any, method: str | None = None) -> None:
    if doc.get("disputed_invoice"):
        disputes.keep_one_open(doc)
    if is_complaint(doc):
        complaint_events.prepare(doc)
    elif doc.get("contract_line"):
        doc.contract_line = None


def before_save(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        complaint_events.before_save(doc)


def after_insert(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        complaint_events.received(doc)


def on_update(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        complaint_events.saved(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        service_credits.guard_complaint(doc.name)
        complaints.forget(doc.name)


def notify_communication(doc: Any, method: str | None = None, communication: Any = None) -> None:
    if is_complaint(doc):
        complaint_events.answered_by_mail(doc, communication)
