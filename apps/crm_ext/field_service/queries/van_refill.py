"""What planned jobs need, and what vans have or wait for. Three queries for all vans."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import frappe

Place = tuple[str, str]


def vans(company: str | None, technician: str | None) -> list[frappe._dict]:
    """Active technicians with a van: technician, warehouse, company."""
    filters = {"status": "Active", "van_warehouse": ("is", "set")}
    if company:
        filters["company"] = company
    if technician:
        filters["name"] = technician
    return frappe.get_all(
        "Technician",
        filters=filters,
        fields=["name as technician", "van_warehouse as warehouse", "company"],
        order_by="name",
    )


def planned_parts(warehouses: Collection[str], until: date) -> list[tuple[Place, Decimal]]:
    """((van, item), quantity in stock units) of parts for jobs that begin up to the end of a day and are not done yet."""
    rows = frappe.db.sql(
        """
        select technician.van_warehouse, part.item_code,
            sum(greatest(part.planned_qty - part.qty, 0) * ifnull(nullif(part.conversion_factor, 0), 1))
        from `tabService Order` job
        join `tabTechnician` technician on technician.name = job.technician
        join `tabService Order Part` part on part.parent = job.name
        join `tabItem` item on item.name = part.item_code
        where job.docstatus = 0 and job.status in ('Open', 'Planned', 'On the Way', 'In Progress')
            and job.planned_start < date_add(%(until)s, interval 1 day)
            and technician.status = 'Active' and technician.van_warehouse in %(vans)s and item.is_stock_item = 1
            and ifnull(nullif(part.warehouse, ''), technician.van_warehouse) = technician.van_warehouse
        group by technician.van_warehouse, part.item_code
        order by technician.van_warehouse, part.item_code
        """,
        {"until": until, "vans": sorted(warehouses)},
    )
    return [((van, item), Decimal(str(quantity))) for van, item, quantity in rows]


def stock(warehouses: Collection[str], items: Collection[str]) -> dict[Place, Decimal]:
    rows = frappe.get_all(
        "Bin",
        filters={"warehouse": ("in", sorted(warehouses)), "item_code": ("in", sorted(items))},
        fields=["warehouse", "item_code", "actual_qty"],
        order_by="warehouse, item_code",
    )
    return {(row.warehouse, row.item_code): Decimal(str(row.actual_qty)) for row in rows}


def requested(warehouses: Collection[str], items: Collection[str]) -> dict[Place, Decimal]:
    """What Material Requests will still bring, drafts too. Read as it stands now, whatever this transaction saw before.

    What is in transit has left the store and is counted as transferred by ERPNext, but is not in the van yet.
    """
    rows = frappe.db.sql(
        """
        select line.warehouse, line.item_code,
            sum(greatest(line.stock_qty - if(request.transfer_status = 'In Transit', 0, line.ordered_qty), 0))
        from `tabMaterial Request Item` line join `tabMaterial Request` request on request.name = line.parent
        where request.material_request_type = 'Material Transfer' and request.docstatus < 2
            and (request.status not in ('Stopped', 'Cancelled', 'Transferred')
                or (request.status = 'Transferred' and request.transfer_status = 'In Transit'))
            and line.warehouse in %(vans)s and line.item_code in %(items)s
        group by line.warehouse, line.item_code
        lock in share mode
        """,
        {"vans": sorted(warehouses), "items": sorted(items)},
    )
    return {(van, item): Decimal(str(quantity)) for van, item, quantity in rows}


def sources(companies: Collection[str]) -> dict[str, str]:
    """{company: the warehouse that vans are refilled from}."""
    rows = frappe.get_all(
        "Field Service Account",
        filters={
            "parenttype": "Field Service Settings",
            "company": ("in", sorted(companies)),
            "parts_warehouse": ("is", "set"),
        },
        fields=["company", "parts_warehouse"],
        order_by="idx",
    )
    return {row.company: row.parts_warehouse for row in rows}


def refills_of(warehouse: str, day: date) -> list[frappe._dict]:
    """Today's requests for a van, locked."""
    return frappe.db.sql(
        "select name, material_request from `tabVan Refill` where warehouse = %s and day = %s for update",
        [warehouse, day],
        as_dict=True,
    )
