from frappe.model.document import Document


class ServiceOrderPosting(Document):
    """A document that a service order posted; written and removed by flow.service_posting alone."""
