import frappe
from frappe.model.document import Document


class ItemAffinity(Document):
    """Two items that are bought together, as the nightly job finds them."""


def on_doctype_update() -> None:
    frappe.db.add_index("Item Affinity", ["item_code", "company", "lift"], "crm_ext_affinity_item")
