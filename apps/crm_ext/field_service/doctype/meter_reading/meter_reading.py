"""Meter Reading: where a meter stood at a moment."""

import frappe
from frappe.model.document import Document

from crm_ext.field_service.flow import meters


class MeterReading(Document):
    def validate(self) -> None:
        meters.validate_reading(self)

    def on_update(self) -> None:
        meters.reading_changed(self)

    def on_trash(self) -> None:
        meters.check_deletion(self)

    def after_delete(self) -> None:
        meters.reading_changed(self)


def on_doctype_update() -> None:
    frappe.db.add_index("Meter Reading", ["equipment_meter", "read_on"])
