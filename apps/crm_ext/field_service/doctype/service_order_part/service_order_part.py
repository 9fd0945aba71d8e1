from frappe.model.document import Document

from crm_ext.field_service.flow import payer_sentences


class ServiceOrderPart(Document):
    """A part that is planned or used on a job, and who pays for it."""

    @property
    def why(self) -> str:
        return payer_sentences.why(self)
