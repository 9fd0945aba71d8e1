from frappe.model.document import Document


class EquipmentType(Document):
    pass
