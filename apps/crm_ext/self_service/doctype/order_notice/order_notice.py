from frappe.model.document import Document


class OrderNotice(Document):
    """A letter about one step of an order, sent once."""
