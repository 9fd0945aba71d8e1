"""The settings that belong to no single room."""

import frappe


def uses_persian_calendar() -> bool:
    """Whether the desk shows Persian days and digits to those who read Persian; also before a migration knows the setting."""
    return not frappe.get_cached_doc("CRM Ext Settings").get("gregorian_for_persian")
