from frappe.model.document import Document


class ComplaintLetter(Document):
    """What the customer is told of a complaint; kept and sent by flow.complaint_letters alone."""
