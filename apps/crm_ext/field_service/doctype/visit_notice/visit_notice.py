from frappe.model.document import Document


class VisitNotice(Document):
    """What a customer was told about a visit; flow.visit_notices keeps and sends it."""
