from frappe.model.document import Document

from crm_ext.offer_desk.flow import margin_floors


class MarginFloor(Document):
    """The least margin for a group of items, a grade of customers and a company."""

    def validate(self) -> None:
        margin_floors.require_unique(self)

    def on_change(self) -> None:
        margin_floors.forget_cached()

    def on_trash(self) -> None:
        margin_floors.forget_cached()
