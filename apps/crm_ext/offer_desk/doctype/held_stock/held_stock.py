from frappe.model.document import Document


class HeldStock(Document):
    """The sum of the active holds of an item in a warehouse, under the name of its Bin.

    The sum stands in a row of its own because a row can be locked by its key: reading the holds themselves under a lock
    would lock the gaps between them, and two offers for different items would stop each other.
    """
