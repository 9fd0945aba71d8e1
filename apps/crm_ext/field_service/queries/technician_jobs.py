"""What a technician takes along: own jobs with all that belongs to them, and what lies in the van.

The number of queries is the same for one job and for hundred.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import frappe

from crm_ext import erpnext_port

_MOST_JOBS = 200
_MOST_SERIAL_NUMBERS = 2000
_HISTORY = 5
_JOB = (
    "name",
    "docstatus",
    "status",
    "title",
    "customer_name",
    "contact_person",
    "contact_mobile",
    "description",
    "equipment",
    "contract_line",
    "address_display",
    "latitude",
    "longitude",
    "planned_start",
    "planned_end",
    "window_start",
    "window_end",
    "result",
    "work_done",
    "signed_by",
)
_TASK = ("name", "task", "answer", "is_mandatory", "is_done", "value", "unit", "note", "photo")
_PART = ("name", "item_code", "item_name", "planned_qty", "qty", "uom", "serial_no", "batch_no")
_TIME = ("name", "what", "from_time", "to_time", "kilometres")
_EQUIPMENT = (
    "name",
    "equipment_name",
    "item_name",
    "serial_no",
    "other_serial_no",
    "place_note",
    "warranty_expires_on",
)


def technician_of(user: str) -> dict | None:
    """{name, technician_name, van_warehouse, company} of the active technician with this login."""
    return frappe.db.get_value(
        "Technician",
        {"user": user, "status": "Active"},
        ["name", "technician_name", "van_warehouse", "company"],
        as_dict=True,
    )


def is_job_of(service_order: str, technician: str) -> bool:
    return bool(
        frappe.db.exists(
            "Service Order", {"name": service_order, "technician": technician, "docstatus": ("<", 2)}
        )
    )


def jobs(technician: str, since: datetime, until: datetime) -> list[dict]:
    """Jobs planned in these days, and those that are open from before, by their planned time."""
    order = frappe.qb.DocType("Service Order")
    is_open = (order.docstatus == 0) & order.status.isin(("Open", "Planned", "On the Way", "In Progress"))
    return (
        frappe.qb.from_(order)
        .select(*(order[field] for field in _JOB))
        .where(
            (order.technician == technician)
            & (order.docstatus < 2)
            & (order.status != "Cancelled")
            & (order.planned_start.isnull() | (order.planned_start < until))
            & ((order.planned_start >= since) | is_open)
        )
        .orderby(order.planned_start)
        .orderby(order.name)
        .limit(_MOST_JOBS)
        .run(as_dict=True)
    )


def job(service_order: str) -> dict:
    return frappe.db.get_value("Service Order", service_order, _JOB, as_dict=True)


def rows_of(orders: Sequence[str]) -> dict[str, dict[str, list[dict]]]:
    """{order: {tasks, parts, times}}; what a second payer pays is no part and no time of its own."""
    found: dict[str, dict[str, list[dict]]] = {
        name: {"tasks": [], "parts": [], "times": []} for name in orders
    }
    own = {"share_of": ("is", "not set")}
    for table, doctype, fields, which in (
        ("tasks", "Service Order Task", _TASK, {}),
        ("parts", "Service Order Part", _PART, own),
        ("times", "Service Order Time", _TIME, own),
    ):
        for row in frappe.get_all(
            doctype,
            filters={"parent": ("in", orders or [""]), "parenttype": "Service Order", **which},
            fields=["parent", *fields],
            order_by="parent asc, idx asc",
        ):
            found[row.pop("parent")][table].append(row)
    return found


def equipment(names: Iterable[str]) -> dict[str, dict]:
    rows = frappe.get_all(
        "Equipment", filters={"name": ("in", list(names) or [""])}, fields=list(_EQUIPMENT), order_by="name"
    )
    return {row.name: row for row in rows}


def history(equipment_names: Sequence[str]) -> dict[str, list[dict]]:
    """{equipment: the last visits and complaints [{on, what, name, title, outcome}], the newest first}."""
    if not equipment_names:
        return {}
    rows = frappe.db.sql(
        """
        SELECT * FROM (
            SELECT entry.*, ROW_NUMBER() OVER (PARTITION BY entry.equipment ORDER BY entry.day DESC, entry.name DESC) AS place
            FROM (
                SELECT equipment, DATE(COALESCE(planned_start, creation)) AS day, 'Visit' AS what, name, title,
                    COALESCE(NULLIF(work_done, ''), result) AS outcome
                FROM `tabService Order`
                WHERE equipment IN %(equipment)s AND status IN ('Work Done', 'Completed') AND docstatus < 2
                UNION ALL
                SELECT equipment, opening_date, 'Complaint', name, subject, status
                FROM `tabIssue` WHERE equipment IN %(equipment)s
            ) entry
        ) numbered
        WHERE place <= %(most)s ORDER BY equipment, place
        """,
        {"equipment": tuple(equipment_names), "most": _HISTORY},
        as_dict=True,
    )
    found = defaultdict(list)
    for row in rows:
        found[row.equipment].append(
            {"day": row.day, "what": row.what, "name": row.name, "title": row.title, "outcome": row.outcome}
        )
    return found


def photos(orders: Sequence[str]) -> dict[str, int]:
    """{order: number of pictures on it}."""
    rows = frappe.get_all(
        "File",
        filters={"attached_to_doctype": "Service Order", "attached_to_name": ("in", orders or [""])},
        pluck="attached_to_name",
        order_by="name",
    )
    return {name: rows.count(name) for name in set(rows)}


def photo_name(key: str) -> str:
    """The file of the photo that a phone knows by this key."""
    return f"visit-{key}.jpg"


def photo_addresses(service_order: str, keys: Sequence[str]) -> dict[str, str]:
    """{key: address of the file} of those photos of the order that are there; others' uncommitted ones are waited for."""
    file = frappe.qb.DocType("File")
    by_name = {photo_name(key): key for key in keys}
    rows = (
        frappe.qb.from_(file)
        .select(file.file_name, file.file_url)
        .where(
            (file.attached_to_doctype == "Service Order")
            & (file.attached_to_name == service_order)
            & file.file_name.isin(list(by_name) or [""])
        )
        .for_update()
        .run(as_dict=True)
    )
    return {by_name[row.file_name]: row.file_url for row in rows}


def contact_names(rows: Sequence[dict]) -> dict[str, str]:
    """{contact: full name} of the contacts of these jobs."""
    contacts = {row.contact_person for row in rows if row.contact_person}
    found = frappe.get_all(
        "Contact",
        filters={"name": ("in", list(contacts) or [""])},
        fields=["name", "full_name"],
        order_by="name",
    )
    return {row.name: row.full_name for row in found}


def van_stock(warehouse: str | None) -> list[dict]:
    """[{item_code, item_name, uom, qty, barcodes, serial_nos, batches: [{batch_no, qty}]}], by the name of the item."""
    if not warehouse:
        return []
    bin_, item = frappe.qb.DocType("Bin"), frappe.qb.DocType("Item")
    goods = (
        frappe.qb.from_(bin_)
        .join(item)
        .on(item.name == bin_.item_code)
        .select(
            bin_.item_code,
            item.item_name,
            item.stock_uom.as_("uom"),
            bin_.actual_qty.as_("qty"),
            item.has_serial_no,
            item.has_batch_no,
        )
        .where((bin_.warehouse == warehouse) & (bin_.actual_qty > 0))
        .orderby(item.item_name)
        .orderby(item.name)
        .run(as_dict=True)
    )
    barcodes, serials, batches = _barcodes(goods), _serials(warehouse, goods), _batches(warehouse, goods)
    for one in goods:
        one.barcodes = barcodes.get(one.item_code, [])
        one.serial_nos = serials.get(one.item_code, [])
        one.batches = batches.get(one.item_code, [])
    return goods


def _barcodes(goods: list[dict]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for row in frappe.get_all(
        "Item Barcode",
        filters={"parent": ("in", [one.item_code for one in goods] or [""])},
        fields=["parent", "barcode"],
        order_by="parent asc, idx asc",
    ):
        found[row.parent].append(row.barcode)
    return found


def _serials(warehouse: str, goods: list[dict]) -> dict[str, list[str]]:
    if not any(one.has_serial_no for one in goods):
        return {}
    found = defaultdict(list)
    for row in frappe.get_all(
        "Serial No",
        filters={"warehouse": warehouse},
        fields=["name", "item_code"],
        order_by="name asc",
        limit=_MOST_SERIAL_NUMBERS,
    ):
        found[row.item_code].append(row.name)
    return found


def _batches(warehouse: str, goods: list[dict]) -> dict[str, list[dict]]:
    if not any(one.has_batch_no for one in goods):
        return {}
    rows = erpnext_port.batches_in(warehouse)
    item_of = dict(
        frappe.get_all(
            "Batch",
            filters={"name": ("in", [row.batch_no for row in rows] or [""])},
            fields=["name", "item"],
            order_by="name",
            as_list=True,
        )
    )
    found = defaultdict(list)
    for row in rows:
        found[item_of[row.batch_no]].append({"batch_no": row.batch_no, "qty": row.qty})
    return found
