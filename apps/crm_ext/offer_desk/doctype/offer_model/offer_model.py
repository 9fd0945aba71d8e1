from frappe.model.document import Document

from crm_ext.offer_desk.flow import offer_models


class OfferModel(Document):
    """Groups of options and rules between them, as they are edited; sellers work with the published version."""

    def validate(self) -> None:
        offer_models.prepare(self)

    def on_trash(self) -> None:
        offer_models.forget(self)
