"""Equipment Placement: since when a unit is where."""

from frappe.model.document import Document


class EquipmentPlacement(Document):
    pass
