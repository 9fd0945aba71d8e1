import frappe
from frappe.model.document import Document


class StockHold(Document):
    """Stock that a quotation keeps from others for some days; made, changed and ended by flow.stock_holds alone."""


def on_doctype_update() -> None:
    """How everyone's promise and the next hold find what is held."""
    frappe.db.add_index("Stock Hold", ["item_code", "warehouse", "status"])
    frappe.db.add_index("Stock Hold", ["status", "expires_at"])
