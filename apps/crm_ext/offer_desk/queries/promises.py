"""Reads what a promise rests on: each function is one query, however many items are asked for.

Quantities are in stock units, days may lie in the past. Only the company's own warehouses and documents count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import frappe
from frappe.model.document import Document


@dataclass(frozen=True)
class Own:
    """Whose demand does not count: of these orders, of holds of these quotations, of this customer's holds."""

    orders: frozenset[str] = frozenset()
    quotations: frozenset[str] = frozenset()
    customer: str = ""


def settings() -> Document:
    return frappe.get_cached_doc("Offer Desk Settings")


def negative_stock_allowed() -> bool:
    return bool(frappe.get_cached_doc("Stock Settings").allow_negative_stock)


# Warehouses that a promise never takes from: what is being made, what is scrapped.
_NOT_FOR_SALE = ("default_wip_warehouse", "default_scrap_warehouse")


def warehouses_not_for_sale() -> set[str]:
    found = frappe.get_cached_doc("Manufacturing Settings")
    return {found.get(field) for field in _NOT_FOR_SALE} - {None, ""}


def warehouses(company: str) -> list[dict]:
    """name, is_group, lft, rgt, is_transit, is_out_of_use of a company's warehouses, in the order of their tree."""
    return frappe.db.sql(
        """
        select name, is_group, lft, rgt, ifnull(warehouse_type, '') = 'Transit' as is_transit,
            disabled = 1 or is_rejected_warehouse = 1 as is_out_of_use
        from tabWarehouse where company = %s order by lft, name
        """,
        company,
        as_dict=True,
    )


def items(item_codes: Collection[str]) -> dict[str, dict]:
    """Master data by item; a variant without a lead time has its template's; `bundle` names its Product Bundle."""
    rows = frappe.db.sql(
        """
        select item.name, item.item_name, item.disabled, item.end_of_life, item.is_stock_item, item.has_variants,
            item.delivered_by_supplier, item.allow_negative_stock, item.stock_uom, item.has_expiry_date,
            coalesce(nullif(item.lead_time_days, 0), template.lead_time_days, 0) as lead_time_days,
            bundle.name as bundle
        from tabItem item
        left join tabItem template on template.name = item.variant_of
        left join `tabProduct Bundle` bundle on bundle.name = item.name and bundle.disabled = 0
        where item.name in %s
        """,
        [tuple(item_codes)],
        as_dict=True,
    )
    return {row.name: row for row in rows}


def bundle_items(bundles: Collection[str]) -> list[dict]:
    """bundle, item_code, qty in one bundle."""
    return frappe.db.sql(
        """
        select parent as bundle, item_code, qty from `tabProduct Bundle Item`
        where parenttype = 'Product Bundle' and parent in %s order by parent, idx
        """,
        [tuple(bundles)],
        as_dict=True,
    )


def alternatives(item_codes: Collection[str]) -> list[tuple[str, str]]:
    """(item, what may stand in for it), by ERPNext's Item Alternative."""
    codes = tuple(item_codes)
    return frappe.db.sql(
        """
        select item_code, alternative_item_code from `tabItem Alternative` where item_code in %(codes)s
        union
        select alternative_item_code, item_code from `tabItem Alternative`
        where two_way = 1 and alternative_item_code in %(codes)s
        order by 1, 2
        """,
        {"codes": codes},
    )


def unit_factors(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Stock units in one of another unit, by (item, unit)."""
    rows = frappe.db.sql(
        """
        select parent, uom, conversion_factor from `tabUOM Conversion Detail`
        where parenttype = 'Item' and (parent, uom) in %s
        """,
        [tuple(pairs)],
    )
    return {(item, unit): factor for item, unit, factor in rows}


def default_warehouses(item_codes: Collection[str], company: str) -> dict[str, str]:
    """The warehouse from which ERPNext sells an item of a company, where a line names none."""
    rows = frappe.get_all(
        "Item Default",
        filters={"parenttype": "Item", "parent": ("in", list(item_codes)), "company": company},
        fields=["parent", "default_warehouse"],
        order_by="idx desc",
    )
    own = {row.parent: row.default_warehouse for row in rows if row.default_warehouse}
    general = frappe.get_cached_doc("Stock Settings").default_warehouse
    if general and frappe.get_cached_value("Warehouse", general, "company") == company:
        return dict.fromkeys(item_codes, general) | own
    return own


def bins(item_codes: Collection[str], places: Collection[str]) -> list[tuple[str, str, float]]:
    """(item, warehouse, quantity in hand)."""
    return frappe.db.sql(
        "select item_code, warehouse, actual_qty from tabBin where item_code in %s and warehouse in %s",
        [tuple(item_codes), tuple(places)],
    )


def expiring(item_codes: Collection[str]) -> list[tuple[str, str, float, date]]:
    """(item, warehouse, quantity in hand, last day) of batches; a disabled batch has had its last day."""
    return frappe.db.sql(
        """
        select item, warehouse, sum(qty), until from (
            select batch.name, batch.item, entry.warehouse, entry.qty,
                if(batch.disabled, '1900-01-01', batch.expiry_date) as until
            from tabBatch batch
            join `tabSerial and Batch Entry` entry on entry.batch_no = batch.name
            join `tabStock Ledger Entry` ledger
                on ledger.serial_and_batch_bundle = entry.parent and ledger.is_cancelled = 0
            where batch.item in %(items)s and (batch.disabled or batch.expiry_date is not null)
            union all
            select batch.name, batch.item, ledger.warehouse, ledger.actual_qty,
                if(batch.disabled, '1900-01-01', batch.expiry_date)
            from tabBatch batch
            join `tabStock Ledger Entry` ledger on ledger.batch_no = batch.name and ledger.is_cancelled = 0
                and ifnull(ledger.serial_and_batch_bundle, '') = ''
            where batch.item in %(items)s and (batch.disabled or batch.expiry_date is not null)
        ) movement
        group by name, item, warehouse, until having sum(qty) > 0
        order by item, warehouse, until, name
        """,
        {"items": tuple(item_codes)},
    )


_ORDERED = """
    select 'Purchase Order', line.parent, line.item_code, line.warehouse,
        coalesce(line.expected_delivery_date, line.schedule_date, document.schedule_date, document.transaction_date),
        line.stock_qty - line.received_qty * line.conversion_factor
    from `tabPurchase Order Item` line
    join `tabPurchase Order` document on document.name = line.parent
    where line.item_code in %(items)s and line.docstatus = 1 and line.delivered_by_supplier = 0
        and line.received_qty < line.qty
        and document.company = %(company)s and document.status not in ('Closed', 'On Hold')
"""
_PRODUCED = """
    select 'Work Order', name, production_item, fg_warehouse,
        coalesce(expected_delivery_date, date(planned_end_date), date(planned_start_date)),
        qty - produced_qty - process_loss_qty
    from `tabWork Order`
    where production_item in %(items)s and docstatus = 1 and company = %(company)s
        and status in ('Submitted', 'Not Started', 'In Process', 'Stock Reserved', 'Stock Partially Reserved')
"""
_SUBCONTRACTED = """
    select 'Subcontracting Order', line.parent, line.item_code, line.warehouse,
        coalesce(line.expected_delivery_date, line.schedule_date, document.schedule_date, document.transaction_date),
        line.qty - line.received_qty
    from `tabSubcontracting Order Item` line
    join `tabSubcontracting Order` document on document.name = line.parent
    where line.item_code in %(items)s and line.docstatus = 1 and line.received_qty < line.qty
        and document.company = %(company)s and document.status not in ('Closed', 'Completed')
"""
# What lies in a transit warehouse is on the road. Its place and day are those of the request, where there is one.
_ON_THE_ROAD = """
    select 'Stock Entry', line.parent, line.item_code, coalesce(request.warehouse, line.t_warehouse),
        request.schedule_date, line.transfer_qty - line.transferred_qty
    from `tabStock Entry Detail` line
    join `tabStock Entry` document on document.name = line.parent
    left join `tabMaterial Request Item` request on request.name = line.material_request_item
    where line.item_code in %(items)s and line.t_warehouse in %(transit)s and line.docstatus = 1
        and line.transferred_qty < line.transfer_qty
        and document.company = %(company)s and document.add_to_transit = 1
        and document.purpose = 'Material Transfer'
"""
_REQUESTED = """
    select 'Material Request', line.parent, line.item_code, line.warehouse, line.schedule_date,
        line.stock_qty - greatest(line.ordered_qty, line.received_qty)
    from `tabMaterial Request Item` line
    join `tabMaterial Request` document on document.name = line.parent
    where line.item_code in %(items)s and line.docstatus = 1
        and line.stock_qty > greatest(line.ordered_qty, line.received_qty)
        and document.company = %(company)s and document.status != 'Stopped'
        and document.material_request_type in ('Purchase', 'Manufacture')
"""


def supply(
    item_codes: Collection[str], company: str, transit: Collection[str], with_requests: bool
) -> list[tuple]:
    """(doctype, name, item, warehouse, day or None, quantity still to come) of open documents.

    transit: the company's transit warehouses.
    """
    parts = [_ORDERED, _PRODUCED, _SUBCONTRACTED]
    if transit:
        parts.append(_ON_THE_ROAD)
    if with_requests:
        parts.append(_REQUESTED)
    values = {"items": tuple(item_codes), "company": company, "transit": tuple(transit)}
    return frappe.db.sql(" union all ".join(parts), values)


_SOLD = """
    select 'Sales Order', line.parent, line.name, line.item_code, line.warehouse,
        coalesce(line.delivery_date, document.delivery_date, document.transaction_date),
        line.stock_qty - line.delivered_qty * line.conversion_factor
    from `tabSales Order Item` line
    join `tabSales Order` document on document.name = line.parent
    where line.item_code in %(items)s and line.docstatus = 1 and line.delivered_by_supplier = 0
        and line.delivered_qty < line.qty
        and document.company = %(company)s and document.status not in ('Closed', 'On Hold')
        and document.name not in %(orders)s
"""
_SOLD_IN_BUNDLES = """
    select 'Sales Order', part.parent, part.name, part.item_code, part.warehouse,
        coalesce(line.delivery_date, document.delivery_date, document.transaction_date),
        part.qty * (line.qty - line.delivered_qty) / line.qty
    from `tabPacked Item` part
    join `tabSales Order Item` line on line.name = part.parent_detail_docname
    join `tabSales Order` document on document.name = part.parent
    where part.item_code in %(items)s and part.parenttype = 'Sales Order' and line.docstatus = 1
        and line.delivered_by_supplier = 0 and line.delivered_qty < line.qty
        and document.company = %(company)s and document.status not in ('Closed', 'On Hold')
        and document.name not in %(orders)s
"""
_RESERVED = """
    select 'Stock Reservation Entry', voucher_no, voucher_detail_no, item_code, warehouse, null,
        reserved_qty - delivered_qty
    from `tabStock Reservation Entry`
    where item_code in %(items)s and docstatus = 1 and company = %(company)s and delivered_qty < reserved_qty
        and status not in ('Delivered', 'Cancelled') and voucher_no not in %(orders)s
"""
_NEEDED_FOR_PRODUCTION = """
    select 'Work Order', line.parent, line.name, line.item_code, line.source_warehouse,
        date(document.planned_start_date),
        line.required_qty - greatest(line.transferred_qty - line.returned_qty, line.consumed_qty)
    from `tabWork Order Item` line
    join `tabWork Order` document on document.name = line.parent
    where line.item_code in %(items)s and line.docstatus = 1 and document.company = %(company)s
        and document.status not in ('Completed', 'Stopped', 'Closed')
"""
_NEEDED_FOR_SUBCONTRACTING = """
    select 'Subcontracting Order', line.parent, line.name, line.rm_item_code, line.reserve_warehouse,
        document.schedule_date, line.required_qty - greatest(line.supplied_qty - line.returned_qty, line.consumed_qty)
    from `tabSubcontracting Order Supplied Item` line
    join `tabSubcontracting Order` document on document.name = line.parent
    where line.rm_item_code in %(items)s and line.docstatus = 1 and document.company = %(company)s
        and document.status not in ('Closed', 'Completed')
"""
_HELD = """
    select 'Stock Hold', name, quotation_item, item_code, warehouse, null, qty
    from `tabStock Hold`
    where item_code in %(items)s and status = 'Active' and (expires_at is null or expires_at > %(now)s)
        and company = %(company)s and quotation not in %(quotations)s and ifnull(customer, '') != %(customer)s
"""


def demand(item_codes: Collection[str], company: str, own: Own, now: datetime) -> list[tuple]:
    """(doctype, name, row, item, warehouse or None, day or None for at once, quantity still wanted) of open documents."""
    parts = (_SOLD, _SOLD_IN_BUNDLES, _RESERVED, _NEEDED_FOR_PRODUCTION, _NEEDED_FOR_SUBCONTRACTING, _HELD)
    return frappe.db.sql(
        " union all ".join(parts),
        {
            "items": tuple(item_codes),
            "company": company,
            "orders": _never_empty(own.orders),
            "quotations": _never_empty(own.quotations),
            # No customer has this name; '' would match holds of quotations to leads.
            "customer": own.customer or "\n",
            "now": now,
        },
    )


def _never_empty(names: Collection[str]) -> tuple[str, ...]:
    """SQL knows no empty list, and no document is called ''."""
    return tuple(names) or ("",)


def quotations_of_order(order: str) -> frozenset[str]:
    rows = frappe.get_all(
        "Sales Order Item", filters={"parent": order}, pluck="prevdoc_docname", order_by="idx"
    )
    return frozenset(filter(None, rows))


def holidays(company: str, start: date, end: date) -> frozenset[date]:
    """Days of the company's holiday list."""
    holiday_list = frappe.get_cached_value("Company", company, "default_holiday_list")
    if not holiday_list:
        return frozenset()
    rows = frappe.db.sql(
        "select holiday_date from tabHoliday where parent = %s and holiday_date between %s and %s",
        [holiday_list, start, end],
    )
    return frozenset(day for (day,) in rows)


def suppliers_words_and_deeds(item_codes: Collection[str], company: str, since: date) -> list[tuple]:
    """(item, supplier, is_default, offered days or None, ordered on or None, received on) newest first.

    What suppliers offered in quotations, and what they did in receipts of purchase orders since a day.
    """
    return frappe.db.sql(
        """
        select line.item_code, document.supplier,
            document.supplier = ifnull(preference.default_supplier, '') as is_default,
            line.lead_time_days, null as ordered_on, document.transaction_date as happened_on
        from `tabSupplier Quotation Item` line
        join `tabSupplier Quotation` document on document.name = line.parent
        left join `tabItem Default` preference on preference.parent = line.item_code and preference.company = %(company)s
        where line.item_code in %(items)s and line.docstatus = 1 and line.lead_time_days > 0
            and document.company = %(company)s
        union all
        select line.item_code, document.supplier,
            document.supplier = ifnull(preference.default_supplier, ''),
            null, purchase.transaction_date, document.posting_date
        from `tabPurchase Receipt Item` line
        join `tabPurchase Receipt` document on document.name = line.parent
        join `tabPurchase Order` purchase on purchase.name = line.purchase_order
        left join `tabItem Default` preference on preference.parent = line.item_code and preference.company = %(company)s
        where line.item_code in %(items)s and line.docstatus = 1 and document.is_return = 0
            and document.company = %(company)s and document.posting_date >= %(since)s
        order by happened_on desc, supplier
        """,
        {"items": tuple(item_codes), "company": company, "since": since},
    )


def bills_of_materials(item_codes: Collection[str]) -> list[dict]:
    """item, bom, quantity it makes, minutes that takes, longest lead time in days of what goes into it."""
    return frappe.db.sql(
        """
        select bom.item, bom.name as bom, bom.quantity,
            (select sum(step.time_in_mins) from `tabBOM Operation` step where step.parent = bom.name) as minutes,
            (select max(item.lead_time_days) from `tabBOM Item` part join tabItem item on item.name = part.item_code
                where part.parent = bom.name) as lead_time_days
        from tabBOM bom
        where bom.item in %s and bom.is_default = 1 and bom.is_active = 1 and bom.docstatus = 1
        order by bom.item
        """,
        [tuple(item_codes)],
        as_dict=True,
    )
