"""Timesheet: what a service order posted stands and falls with it. Others cost nothing."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.field_service.flow import service_posting


def before_cancel(sheet: Document, method: str | None = None) -> None:
    service_posting.guard_document(sheet)
