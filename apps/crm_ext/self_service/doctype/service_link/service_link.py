from frappe.model.document import Document


class ServiceLink(Document):
    """A link by which one person may do one thing about one document without a login; flow.service_links makes it."""
