from frappe.model.document import Document


class LeadImportRow(Document):
    pass
