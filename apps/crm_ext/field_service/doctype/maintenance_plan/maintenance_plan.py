"""Maintenance Plan: when equipment is visited, by calendar, meter or season."""

from frappe.model.document import Document

from crm_ext.field_service.flow import maintenance_plans


class MaintenancePlan(Document):
    def validate(self) -> None:
        maintenance_plans.validate(self)

    def on_update(self) -> None:
        maintenance_plans.saved(self)

    def on_trash(self) -> None:
        maintenance_plans.forget(self)
