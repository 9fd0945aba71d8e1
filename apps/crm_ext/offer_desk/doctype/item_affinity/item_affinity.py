import frappe
from frappe.model.document import Document


class ItemAffinity(Document):
    """Two items that are bought together, as the nightly job finds them."""


def on_doctype_update() -> None:
    frappe.db.add_unique("Item Affinity", ["company", "item_code", "other_item"], "crm_ext_affinity_pair")
