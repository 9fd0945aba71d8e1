from frappe.model.document import Document


class ContractSuspension(Document):
    pass
