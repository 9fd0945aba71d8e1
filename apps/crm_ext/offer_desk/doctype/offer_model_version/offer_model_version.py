from frappe.model.document import Document

from crm_ext.offer_desk.flow import offer_models


class OfferModelVersion(Document):
    """A published offer model, frozen: what a quotation was made with stays readable."""

    def validate(self) -> None:
        offer_models.keep_frozen(self)
