from frappe.model.document import Document


class IndexClause(Document):
    pass
