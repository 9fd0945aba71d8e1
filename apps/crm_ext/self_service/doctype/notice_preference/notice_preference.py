from frappe.model.document import Document


class NoticePreference(Document):
    """Whether a login wants letters about the orders of a customer."""
