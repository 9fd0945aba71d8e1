from frappe.model.document import Document

from crm_ext.field_service.flow import complaint_costs


class ComplaintCost(Document):
    """What a complaint costs beside its service orders: time at the desk, and credit notes for the customer."""

    def validate(self) -> None:
        complaint_costs.fill(self)
