from frappe.model.document import Document


class ServiceContract(Document):
    pass
