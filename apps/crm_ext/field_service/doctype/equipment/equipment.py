"""Equipment: one unit at a customer's place, its parts and where it has been."""

from frappe.model.document import Document

from crm_ext.field_service.flow import equipment


class Equipment(Document):
    def validate(self) -> None:
        equipment.validate(self)

    def on_update(self) -> None:
        equipment.saved(self)

    def before_rename(self, old: str, new: str, merge: bool = False) -> None:
        if merge:
            equipment.before_merge(old, new)
