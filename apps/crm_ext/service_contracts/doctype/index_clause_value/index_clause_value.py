from frappe.model.document import Document


class IndexClauseValue(Document):
    pass
