from frappe.model.document import Document


class LeadImportColumn(Document):
    pass
