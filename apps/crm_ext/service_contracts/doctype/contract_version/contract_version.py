from frappe.model.document import Document


class ContractVersion(Document):
    pass
