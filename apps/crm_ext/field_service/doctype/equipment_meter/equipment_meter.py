"""Equipment Meter: what counts hours, copies or litres at one equipment."""

import frappe
from frappe.model.document import Document

from crm_ext.field_service.flow import meters


class EquipmentMeter(Document):
    def validate(self) -> None:
        meters.validate_meter(self)

    def on_trash(self) -> None:
        meters.forget_readings(self)


def on_doctype_update() -> None:
    frappe.db.add_unique("Equipment Meter", ["equipment", "meter_name"])
