from frappe.model.document import Document

from crm_ext.field_service.flow import supplier_claims


class SupplierClaim(Document):
    """Parts and work of a complaint that its supplier is to pay."""

    def validate(self) -> None:
        supplier_claims.fill(self)

    def before_submit(self) -> None:
        supplier_claims.reserve(self)

    def on_submit(self) -> None:
        supplier_claims.post(self)

    def on_cancel(self) -> None:
        supplier_claims.take_back(self)
