"""Frappe's diary of the app's patches, which it leaves behind when the app goes. An app that comes back starts anew."""

from __future__ import annotations

import frappe


def remove() -> None:
    frappe.db.delete("Patch Log", {"patch": ("like", "crm\\_ext.%")})
