"""Parts leave the van, old parts come back."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, nowdate, nowtime

from crm_ext import erpnext_port
from crm_ext.field_service.flow.service_posting import accounts, parts
from crm_ext.field_service.flow.service_posting.guarding import remember
from crm_ext.self_service.flow.service import as_service

_END_OF_DAY = "23:59:59"


def issue(order: Document) -> Document | None:
    """ERPNext's Material Issue of all used parts, submitted; None where no stock was used."""
    stocked = parts.stocked(order)
    if not stocked:
        return None
    entry = _entry(order, "Material Issue")
    for row, item in stocked:
        line = entry.append("items", _line(order, row, item))
        line.s_warehouse = row.warehouse
        line.serial_no = "\n".join(parts.serial_numbers_of(row))
    return _submit(order, entry)


def take_back_old_parts(order: Document) -> Document | None:
    """The old parts that lines send to a warehouse, without a value until somebody gives them one."""
    stocked = [(row, item) for row, item in parts.stocked(order) if row.return_warehouse]
    if not stocked:
        return None
    entry = _entry(order, "Material Receipt")
    for row, item in stocked:
        line = entry.append("items", _line(order, row, item))
        line.update({"t_warehouse": row.return_warehouse, "basic_rate": 0, "allow_zero_valuation_rate": 1})
        line.update({"set_basic_rate_manually": 1, "serial_no": row.returned_serial_no})
    return _submit(order, entry)


def take_back(entry: Document) -> None:
    """Cancel an entry of an order, with the same rights as it was made."""
    erpnext_port.require_stock_not_frozen(entry.posting_date)
    with as_service():
        entry.cancel()


def cost_of(entry: Document | None) -> float:
    """What the issued parts cost, in company currency."""
    return entry.total_outgoing_value if entry else 0.0


def _entry(order: Document, purpose: str) -> Document:
    entry = frappe.new_doc("Stock Entry")
    is_today = getdate(order.posting_date) == getdate(nowdate())
    entry.update(
        {
            "stock_entry_type": purpose,
            "purpose": purpose,
            "company": order.company,
            "service_order": order.name,
            "set_posting_time": 1,
            "posting_date": order.posting_date,
            "posting_time": nowtime() if is_today else _END_OF_DAY,
            "remarks": f"{order.name}: {order.title}",
        }
    )
    return entry


def _line(order: Document, row: Document, item: dict) -> dict:
    return {
        "item_code": row.item_code,
        "qty": row.qty,
        "uom": row.uom or item.stock_uom,
        "stock_uom": item.stock_uom,
        "conversion_factor": row.conversion_factor or 1,
        "expense_account": accounts.of_part(order, row),
        "cost_center": accounts.cost_center_of(order),
        "service_contract": accounts.contract_of(order, row.payer),
        "use_serial_batch_fields": int(bool(item.has_serial_no or item.has_batch_no)),
        "batch_no": row.batch_no if item.has_batch_no else None,
    }


def _submit(order: Document, entry: Document) -> Document:
    # Whoever may submit the order posts what belongs to it. ERPNext asks for rights to bundles of serial numbers and
    # batches whoever posts, which technicians have none of; whether stock is frozen it asks of the person.
    erpnext_port.require_stock_not_frozen(order.posting_date)
    with as_service():
        entry.submit()
    entry.db_set("owner", frappe.session.user, update_modified=False)
    remember(order, entry, entry.purpose)
    return entry
