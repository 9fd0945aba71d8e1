"""Statuses of issues that are set in the list: complaints go through a save, others as ERPNext writes them."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _

from crm_ext.field_service.flow.complaint_policy import is_complaint


def set_status(issues: Sequence[str], status: str) -> None:
    """The rights to the issues were checked by the door."""
    known = frappe.get_meta("Issue").get_field("status").options.split("\n")
    if status not in known:
        frappe.throw(
            _("There is no status {0}. Choose one of: {1}.").format(status, ", ".join(map(_, known)))
        )
    rows = frappe.get_all(
        "Issue",
        filters={"name": ("in", list(issues))},
        fields=["name", "equipment", "service_contract"],
        order_by="name",
    )
    plain = [row.name for row in rows if not is_complaint(row)]
    if plain:
        frappe.db.set_value("Issue", {"name": ("in", plain)}, "status", status)
    for row in rows:
        if is_complaint(row):
            issue = frappe.get_doc("Issue", row.name, for_update=True)
            issue.status = status
            issue.save()
