"""The doors of a Lead Import: check, start, stop, how far it is, and an empty file to fill in."""

from __future__ import annotations

import frappe

from crm_ext.marketing_automation.flow import lead_import


@frappe.whitelist(methods=["POST"])
def check(name: str) -> None:
    """Queues the check of every row; the document tells what it found."""
    frappe.has_permission("Lead Import", "write", name, throw=True)
    lead_import.begin_check(name)


@frappe.whitelist(methods=["POST"])
def start(name: str) -> None:
    """Queues the import, or goes on with one that was stopped."""
    require_right_to_import(name)
    lead_import.begin(name)


@frappe.whitelist(methods=["POST"])
def cancel(name: str) -> None:
    """Stops after the present chunk; what is imported stays."""
    frappe.has_permission("Lead Import", "write", name, throw=True)
    lead_import.cancel(name)


@frappe.whitelist()
def progress(name: str) -> dict[str, str | int | bool]:
    """status, processed_rows, total_rows, and whether a process is at work."""
    frappe.has_permission("Lead Import", "read", name, throw=True)
    return lead_import.progress(name)


@frappe.whitelist()
def template(language: str) -> None:
    """An empty CSV file with headings, in Persian where the language begins with 'fa'."""
    frappe.has_permission("Lead Import", "create", throw=True)
    frappe.response["type"] = "download"
    frappe.response["filename"] = "leads.csv"
    frappe.response["filecontent"] = lead_import.template(language).encode()


def require_right_to_import(name: str) -> None:
    frappe.has_permission("Lead Import", "write", name, throw=True)
    frappe.has_permission("Lead", "create", throw=True)
