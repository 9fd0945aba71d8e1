"""Vans get what their planned jobs need: one Material Request for each van that lacks something.

Doing it again asks for nothing twice: what a request will still bring counts as there. Two at the same moment wait for
each other at the van's warehouse, and the key of the day's refill (van, day, number) is unique.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, cint, getdate

from crm_ext.field_service.queries import van_refill as queries
from crm_ext.field_service.rules.van_refill import missing

_USUAL_DAYS = 3


def refill(
    company: str | None = None,
    *,
    technician: str | None = None,
    days: int | None = None,
    today: date | str | None = None,
) -> list[str]:
    """Ask for the parts of the jobs from today on, so many days ahead, and give the names of the Material Requests.

    days: None: as the settings say. Parts in stock units. Requests are submitted where the user may, otherwise drafts.
    """
    today = getdate(today)
    if days is None:
        days = cint(frappe.db.get_single_value("Field Service Settings", "refill_days")) or _USUAL_DAYS
    until = getdate(add_days(today, days))
    # Several technicians may share a van.
    vans = {van.warehouse: van for van in queries.vans(company, technician)}
    if not vans:
        return []
    _lock(vans)
    needs = queries.planned_parts(vans, until)
    items = {item for (_van, item), _quantity in needs}
    if not items:
        return []
    lacking = missing(needs, queries.stock(vans, items), queries.requested(vans, items))
    sources = queries.sources({van.company for van in vans.values()})
    return [
        _ask(vans[warehouse], lacks, sources.get(vans[warehouse].company), today, until)
        for warehouse, lacks in sorted(lacking.items())
    ]


def nightly() -> None:
    """Every company's vans, where the settings want it."""
    if frappe.db.get_single_value("Field Service Settings", "refill_nightly"):
        refill()


def _lock(vans: Mapping[str, frappe._dict]) -> None:
    """Whoever refills one of these vans at the same time waits here."""
    frappe.db.sql("select name from `tabWarehouse` where name in %s order by name for update", [sorted(vans)])


def _ask(
    van: frappe._dict, lacks: Mapping[str, Decimal], source: str | None, today: date, until: date
) -> str:
    request = frappe.new_doc("Material Request")
    request.update(
        {
            "material_request_type": "Material Transfer",
            "company": van.company,
            "transaction_date": today,
            "schedule_date": today,
            "title": _("Parts for {0}").format(van.technician)[:140],
            "set_warehouse": van.warehouse,
            "set_from_warehouse": source if source != van.warehouse else None,
        }
    )
    for item, quantity in sorted(lacks.items()):
        request.append(
            "items",
            {
                "item_code": item,
                "qty": float(quantity),
                "uom": frappe.get_cached_value("Item", item, "stock_uom"),
                "conversion_factor": 1,
                "schedule_date": today,
                "warehouse": van.warehouse,
                "from_warehouse": request.set_from_warehouse,
            },
        )
    request.set_missing_values()
    request.insert()
    if frappe.has_permission("Material Request", "submit", request):
        request.submit()
    _note(van, request, today, until)
    return request.name


def _note(van: frappe._dict, request: Document, today: date, until: date) -> None:
    number = len(queries.refills_of(van.warehouse, today)) + 1
    refill_note = frappe.get_doc(
        {
            "doctype": "Van Refill",
            "technician": van.technician,
            "warehouse": van.warehouse,
            "company": van.company,
            "day": today,
            "planned_until": until,
            "material_request": request.name,
            "refill_key": f"{van.warehouse}:{today}:{number}",
        }
    )
    # The note of what the request is for; whoever could make the request is asked there.
    refill_note.insert(ignore_permissions=True)
