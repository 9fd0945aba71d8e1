"""Equipment under a contract, and complaints about it."""

from __future__ import annotations

import frappe
import makers
from frappe.utils import add_days, getdate


def equipment(customer: str, **values):
    return frappe.get_doc(
        {
            "doctype": "Equipment",
            "equipment_name": f"Pump {frappe.generate_hash(length=6)}",
            "customer": customer,
            "company": makers.company(),
            **values,
        }
    ).insert()


def contract(customer: str, item_code: str, *, starts_on=None, **line):
    """An active contract with one line, as it stands once it is submitted."""
    made = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "title": "Full Service",
            "customer": customer,
            "company": makers.company(),
            "currency": frappe.get_cached_value("Company", makers.company(), "default_currency"),
            "start_date": starts_on or add_days(getdate(), -10),
            "end_date": add_days(starts_on or getdate(), 355),
            "lines": [{"item_code": item_code, "rate": 100, "kind": "Flat Fee", **line}],
        }
    ).insert()
    return made.submit()


def complaint(**values):
    return frappe.get_doc(
        {"doctype": "Issue", "subject": "It leaks", "company": makers.company(), **values}
    ).insert()


def agreement(name: str, *, response: int, resolution: int, **values):
    """An agreement of ERPNext round the clock for issues of medium priority; times in seconds."""
    frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
    if not frappe.db.exists("Issue Priority", "Medium"):
        frappe.get_doc({"doctype": "Issue Priority", "name": "Medium"}).insert()
    holidays = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": f"No Holidays {frappe.generate_hash(length=6)}",
            "from_date": add_days(getdate(), -400),
            "to_date": add_days(getdate(), 400),
        }
    ).insert()
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return frappe.get_doc(
        {
            "doctype": "Service Level Agreement",
            "document_type": "Issue",
            "service_level": name,
            "holiday_list": holidays.name,
            "apply_sla_for_resolution": 1,
            "priorities": [
                {
                    "priority": "Medium",
                    "default_priority": 1,
                    "response_time": response,
                    "resolution_time": resolution,
                }
            ],
            "sla_fulfilled_on": [{"status": "Resolved"}, {"status": "Closed"}],
            "pause_sla_on": [{"status": "Replied"}],
            "support_and_resolution": [
                {"workday": day, "start_time": "00:00:00", "end_time": "23:59:59"} for day in days
            ],
            **values,
        }
    ).insert()
