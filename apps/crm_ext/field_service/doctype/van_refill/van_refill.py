"""Van Refill: which Material Request was made for a van on a day."""

from frappe.model.document import Document


class VanRefill(Document):
    pass
