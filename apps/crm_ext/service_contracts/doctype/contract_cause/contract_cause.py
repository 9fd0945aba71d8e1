from frappe.model.document import Document


class ContractCause(Document):
    pass
