from frappe.model.document import Document


class CatalogueEntry(Document):
    """What the catalogue searches of an item; written from the item by self_service.flow.catalogue."""
