"""Serial numbers and batches that can be taken for a part."""

from __future__ import annotations

from typing import Any

import frappe

from crm_ext import erpnext_port
from crm_ext.field_service.queries import service_posting as queries


def pickable(service_order: str, item_code: str, warehouse: str | None) -> dict[str, Any]:
    """{warehouse, serial_nos, batches: [{batch_no, qty}]} of an item, as ERPNext would pick them.

    warehouse: None for the van of the order's technician; given back as None where there is none.
    """
    technician = frappe.db.get_value("Service Order", service_order, "technician")
    warehouse = warehouse or (technician and queries.van_of(technician)) or None
    item = queries.items([item_code]).get(item_code)
    if not item or not warehouse:
        return {"warehouse": warehouse, "serial_nos": [], "batches": []}
    return {
        "warehouse": warehouse,
        "serial_nos": queries.serial_numbers_in(item_code, warehouse) if item.has_serial_no else [],
        "batches": erpnext_port.batches_in(warehouse, item_code) if item.has_batch_no else [],
    }
