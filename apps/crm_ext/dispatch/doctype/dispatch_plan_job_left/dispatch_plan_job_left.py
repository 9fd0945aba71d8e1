from frappe.model.document import Document

from crm_ext.dispatch.flow import sentences


class DispatchPlanJobLeft(Document):
    """A job that a plan left to nobody; why is said in the language of whoever reads it."""

    @property
    def reason(self) -> str:
        return sentences.told(self.why)

    @property
    def kept_back(self) -> str:
        return sentences.told(self.why_kept_back)
