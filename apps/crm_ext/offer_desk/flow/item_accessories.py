"""What goes with an item, as users keep it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document


def require_sense(accessory: Document) -> None:
    """Refuse an item that goes with itself, and the same pair twice."""
    if accessory.item_code == accessory.accessory:
        frappe.throw(_("An item cannot go with itself. Choose another one."))
    same = {key: accessory.get(key) for key in ("item_code", "accessory", "kind")}
    if frappe.db.exists("Item Accessory", {**same, "name": ("!=", accessory.name or "")}):
        frappe.throw(
            _("{0} is written down for {1} already.").format(accessory.accessory, accessory.item_code)
        )
