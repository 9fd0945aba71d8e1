"""The doors of a Lead Import: check, start, stop, how far it is, and an empty file to fill in."""

import frappe
from frappe import _

from crm_ext.marketing_automation.flow import lead_import


@frappe.whitelist(methods=["POST"])
def check(name: str) -> None:
    """Queues the check of every row; the document tells what it found."""
    require_right("write", name)
    lead_import.begin_check(name)


@frappe.whitelist(methods=["POST"])
def start(name: str) -> None:
    """Queues the import, or goes on with one that was stopped."""
    require_right_to_import(name)
    lead_import.begin(name)


@frappe.whitelist(methods=["POST"])
def cancel(name: str) -> None:
    """Stops after the present chunk; what is imported stays."""
    require_right("write", name)
    lead_import.cancel(name)


@frappe.whitelist()
def progress(name: str) -> dict[str, str | int | bool]:
    """Its status and figures so far, and whether a process is at work (at_work)."""
    require_right("read", name)
    return lead_import.progress(name)


@frappe.whitelist()
def template(language: str) -> None:
    """An empty CSV file with headings, in Persian where the language begins with 'fa'."""
    frappe.has_permission("Lead Import", "create", throw=True)
    frappe.response["type"] = "download"
    frappe.response["filename"] = "leads.csv"
    frappe.response["filecontent"] = lead_import.template(language).encode()


def require_right_to_import(name: str) -> None:
    require_right("write", name)
    frappe.has_permission("Lead", "create", throw=True)


def require_right(permission: str, name: str) -> None:
    """The same answer for an import that is not there and for one that is not the user's."""
    there = frappe.db.exists("Lead Import", name)
    if not there or not frappe.has_permission("Lead Import", permission, name):
        frappe.throw(_("You have no such import of leads. Open one from the list."), frappe.PermissionError)
