from frappe.model.document import Document


class StockHoldEvent(Document):
    """Something that was done with a hold: by whom, when and why."""
