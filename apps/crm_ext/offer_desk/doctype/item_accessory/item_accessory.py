from frappe.model.document import Document

from crm_ext.offer_desk.flow import item_accessories


class ItemAccessory(Document):
    """What goes with an item, or is the better choice instead of it."""

    def validate(self) -> None:
        item_accessories.require_sense(self)
