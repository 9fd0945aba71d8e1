from frappe.model.document import Document


class ServiceContractLine(Document):
    pass
