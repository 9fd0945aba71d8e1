"""Issue: the objection to an invoice. Issues about anything else cost nothing."""

from __future__ import annotations

from typing import Any

from crm_ext.self_service.flow import disputes


def validate(doc: Any, method: str | None = None) -> None:
    if doc.get("disputed_invoice"):
        disputes.keep_one_open(doc)
