from frappe.model.document import Document


class ContractEquipment(Document):
    pass
