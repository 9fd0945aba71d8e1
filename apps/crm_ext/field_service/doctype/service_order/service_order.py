from frappe.model.document import Document

from crm_ext.field_service.flow import service_orders, service_report, visit_notices


class ServiceOrder(Document):
    """A job at a customer's place; flow.service_orders knows what happens to it."""

    def validate(self) -> None:
        service_orders.validate(self)

    def after_insert(self) -> None:
        service_orders.after_insert(self)

    def on_change(self) -> None:
        visit_notices.look_later(self)

    def before_submit(self) -> None:
        service_orders.prepare_submit(self)

    def on_submit(self) -> None:
        service_orders.on_submit(self)

    def on_cancel(self) -> None:
        service_orders.on_cancel(self)

    def on_trash(self) -> None:
        service_orders.on_trash(self)
        visit_notices.forget(self.name)

    def before_print(self, settings=None) -> None:
        self.report = service_report.facts(self)
