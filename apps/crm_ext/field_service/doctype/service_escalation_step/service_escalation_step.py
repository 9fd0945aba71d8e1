from frappe.model.document import Document

from crm_ext.field_service.flow import escalations


class ServiceEscalationStep(Document):
    """When somebody is told that an issue is about to be late, or is."""

    def validate(self) -> None:
        escalations.check(self)
