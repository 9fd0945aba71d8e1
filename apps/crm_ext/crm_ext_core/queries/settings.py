"""The settings that belong to no single room."""

import frappe


def uses_persian_calendar() -> bool:
    """Whether the desk shows Persian days and digits to those who read Persian."""
    return not frappe.db.get_single_value("CRM Ext Settings", "gregorian_for_persian", cache=True)
