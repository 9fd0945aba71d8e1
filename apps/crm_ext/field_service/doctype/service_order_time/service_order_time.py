from frappe.model.document import Document

from crm_ext.field_service.flow import payer_sentences


class ServiceOrderTime(Document):
    """Hours of work or travel on a job, and who pays for them."""

    @property
    def why(self) -> str:
        return payer_sentences.why(self)
