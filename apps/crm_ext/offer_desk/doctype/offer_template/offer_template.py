from frappe.model.document import Document

from crm_ext.offer_desk.flow import offer_templates


class OfferTemplate(Document):
    def validate(self):
        offer_templates.check(self)
