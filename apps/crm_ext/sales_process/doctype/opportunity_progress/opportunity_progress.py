from frappe.model.document import Document


class OpportunityProgress(Document):
    pass
