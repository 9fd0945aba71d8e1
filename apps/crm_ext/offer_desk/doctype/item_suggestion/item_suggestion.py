import frappe
from frappe.model.document import Document


class ItemSuggestion(Document):
    """An item that was suggested beside an offer, and what became of it."""


def on_doctype_update() -> None:
    frappe.db.add_index(
        "Item Suggestion", ["customer", "outcome", "decided_on"], "crm_ext_suggestion_refused"
    )
    frappe.db.add_index("Item Suggestion", ["reference_name", "item_code"], "crm_ext_suggestion_document")
