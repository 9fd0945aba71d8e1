from frappe.model.document import Document


class Enquiry(Document):
    """What somebody wrote through the public form; written by flow.capture only."""
