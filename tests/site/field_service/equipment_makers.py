"""Units with serial numbers, and the documents that move them."""

from __future__ import annotations

import frappe
import makers
from frappe.utils import add_to_date, now_datetime


def tag() -> str:
    return frappe.generate_hash(length=6).upper()


def serial_item(code: str, **values):
    return makers.item(code, is_stock_item=1, has_serial_no=1, serial_no_series=f"{code}-.###", **values)


def stocked(item_code: str, qty: int, days_ago: int = 30) -> list[str]:
    """Goods received so many days ago; their serial numbers where they have any."""
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": makers.company(),
            **moment(days_ago),
            "items": [
                {"item_code": item_code, "qty": qty, "basic_rate": 10, "t_warehouse": makers.warehouse()}
            ],
        }
    ).submit()
    bundle = {"voucher_no": entry.name, "docstatus": 1}
    return numbers_of(frappe.db.get_value("Serial and Batch Bundle", bundle))


def numbers_of(bundle: str | None) -> list[str]:
    if not bundle:
        return []
    return frappe.get_all("Serial and Batch Entry", {"parent": bundle}, pluck="serial_no", order_by="idx")


def moment(days_ago: float) -> dict:
    when = add_to_date(now_datetime(), days=-days_ago)
    return {"set_posting_time": 1, "posting_date": when.date(), "posting_time": when.time()}


def delivery(
    customer: str,
    item_code: str,
    serial_numbers: list[str] = (),
    qty: int | None = None,
    days_ago=20,
    **values,
):
    note = frappe.get_doc(
        {
            "doctype": "Delivery Note",
            "customer": customer,
            "company": makers.company(),
            **moment(days_ago),
            "items": [row(item_code, serial_numbers, qty)],
            **values,
        }
    )
    return note.submit()


def row(item_code: str, serial_numbers: list[str] = (), qty: int | None = None) -> dict:
    return {
        "item_code": item_code,
        "qty": qty or len(serial_numbers),
        "rate": 100,
        "warehouse": makers.warehouse(),
        "use_serial_batch_fields": 1,
        "serial_no": "\n".join(serial_numbers),
    }


def returned(note, serial_numbers: list[str] = (), qty: int | None = None, days_ago=10):
    from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return as of_invoice
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return as of_note

    back = (of_note if note.doctype == "Delivery Note" else of_invoice)(note.name)
    back.update(moment(days_ago))
    back.items[0].qty = -(qty or len(serial_numbers))
    back.items[0].use_serial_batch_fields = 1
    back.items[0].serial_and_batch_bundle = None
    back.items[0].serial_no = "\n".join(serial_numbers)
    return back.submit()


def equipment_of(serial_no: str):
    name = frappe.db.get_value("Equipment", {"serial_no": serial_no})
    return frappe.get_doc("Equipment", name) if name else None


def by_hand(customer: str | None, name: str = "Old Boiler", **values):
    return frappe.get_doc(
        {
            "doctype": "Equipment",
            "equipment_name": name,
            "customer": customer,
            "company": makers.company(),
            **values,
        }
    ).insert()
