"""Issue: the objection to an invoice, and the complaint about equipment. Issues about anything else cost nothing."""

from __future__ import annotations

from typing import Any

from crm_ext.field_service.flow import complaints
from crm_ext.field_service.flow.complaint_policy import is_complaint
from crm_ext.self_service.flow import disputes


def validate(doc: Any, method: str | None = None) -> None:
    if doc.get("disputed_invoice"):
        disputes.keep_one_open(doc)
    if is_complaint(doc):
        complaints.prepare(doc)
    elif doc.get("contract_line"):
        doc.contract_line = None


def before_save(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        complaints.before_save(doc)


def after_insert(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        complaints.received(doc)


def on_update(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        complaints.saved(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    if is_complaint(doc):
        complaints.forget(doc.name)
