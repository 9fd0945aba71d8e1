"""Serial numbers and batches that can be taken for a part."""

from __future__ import annotations

from typing import Any

from crm_ext import erpnext_port
from crm_ext.field_service.queries import service_posting as queries


def pickable(item_code: str, warehouse: str) -> dict[str, Any]:
    """{serial_nos, batches: [{batch_no, qty}]} of an item in a warehouse, as ERPNext would pick them."""
    item = queries.items([item_code]).get(item_code)
    if not item:
        return {"serial_nos": [], "batches": []}
    return {
        "serial_nos": queries.serial_numbers_in(item_code, warehouse) if item.has_serial_no else [],
        "batches": erpnext_port.batches_in(warehouse, item_code) if item.has_batch_no else [],
    }
