"""Reads for holds on stock: offers' lines, free stock under locks, holds, and what ended or will end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import frappe
from frappe.query_builder.functions import Abs, Coalesce, Sum
from pypika.terms import Tuple

from crm_ext.shared.money import to_decimal

Pair = tuple[str, str]

FIELDS = (
    "name", "item_code", "item_name", "warehouse", "qty", "stock_uom", "asked_qty", "status", "expires_at", "priority",
    "extensions", "quotation", "quotation_item", "company", "customer", "customer_name", "sales_order",
    "stock_reservation_entry", "live_key", "owner", "creation",
)  # fmt: skip
_CLOSED_ENTRY = ("Draft", "Delivered", "Cancelled")
# Floats of the database, compared.
_TOLERANCE = 0.000001
_CLOSED_OFFERS = ("Lost", "Expired", "Cancelled", "Ordered")


@dataclass(frozen=True)
class OfferedLine:
    """What a line of a quotation needs of one stock item; a bundle's line gives one for each of its parts.

    per_unit: how much of the part one bundle needs; 1 where the line is the item itself.
    """

    row: str
    number: int
    item_code: str
    warehouse: str | None
    qty: Decimal
    is_alternative: bool = False
    per_unit: Decimal = Decimal(1)

    def with_quantity(self, qty: Decimal) -> OfferedLine:
        return replace(self, qty=qty)


# The offer


def offer(quotation: str) -> dict | None:
    """The quotation's header with its grade's priority and days; its row stays locked until the transaction ends."""
    found = frappe.db.get_value(
        "Quotation",
        quotation,
        [
            "name",
            "docstatus",
            "status",
            "company",
            "quotation_to",
            "party_name",
            "customer_name",
            "valid_till",
            "owner",
        ],
        as_dict=True,
        for_update=True,
    )
    if found:
        found.customer = found.party_name if found.quotation_to == "Customer" else None
        found.grade = grade_of(found.customer)
    return found


def grade_of(customer: str | None) -> dict | None:
    grade = frappe.db.get_value("Customer", customer, "customer_grade") if customer else None
    return (
        frappe.get_cached_value("Customer Grade", grade, ["name", "priority", "hold_days"], as_dict=True)
        if grade
        else None
    )


def offered_lines(quotation: str) -> list[OfferedLine]:
    """Every stock item that the quotation's lines still need, bundles by their parts; what is ordered is not counted.

    Services and drop-shipments are left out.
    """
    row, packed, item = (frappe.qb.DocType(name) for name in ("Quotation Item", "Packed Item", "Item"))
    plain = (
        frappe.qb.from_(row)
        .join(item)
        .on(item.name == row.item_code)
        .select(row.name, row.idx, row.item_code, row.warehouse, row.is_alternative)
        .select((row.stock_qty - row.ordered_qty).as_("qty"))
        .where((row.parent == quotation) & (item.is_stock_item == 1) & (item.delivered_by_supplier == 0))
        .orderby(row.idx)
    )
    parts = (
        frappe.qb.from_(packed)
        .join(row)
        .on(row.name == packed.parent_detail_docname)
        .join(item)
        .on(item.name == packed.item_code)
        .select(row.name, row.idx, packed.item_code, packed.warehouse.as_("part_warehouse"), row.warehouse)
        .select(packed.qty, row.is_alternative, row.stock_qty, row.ordered_qty)
        .where((packed.parent == quotation) & (packed.parenttype == "Quotation") & (item.is_stock_item == 1))
        .orderby(row.idx)
    )
    lines = [
        OfferedLine(
            line.name,
            line.idx,
            line.item_code,
            line.warehouse,
            to_decimal(line.qty),
            bool(line.is_alternative),
        )
        for line in plain.run(as_dict=True)
    ]
    return sorted([*lines, *_parts(parts.run(as_dict=True))], key=lambda line: line.number)


def _parts(rows: Iterable[dict]) -> list[OfferedLine]:
    """One for each line, item and warehouse: a bundle may name the same part twice."""
    packed: dict[tuple, Decimal] = defaultdict(Decimal)
    rows = [row for row in rows if row.stock_qty]
    for part in rows:
        packed[_place_of(part)] += to_decimal(part.qty)
    by_place = {_place_of(part): part for part in rows}
    return [
        OfferedLine(
            part.name,
            part.idx,
            part.item_code,
            part.part_warehouse or part.warehouse,
            per_unit * (to_decimal(part.stock_qty) - to_decimal(part.ordered_qty)),
            bool(part.is_alternative),
            per_unit,
        )
        for place, part in by_place.items()
        for per_unit in [packed[place] / to_decimal(part.stock_qty)]
    ]


def _place_of(part: dict) -> tuple:
    return part.name, part.item_code, part.part_warehouse or part.warehouse


def items(item_codes: Collection[str]) -> dict[str, dict]:
    """item_name, stock_uom, is_stock_item and whether the unit is counted in whole numbers, by item."""
    item, unit = frappe.qb.DocType("Item"), frappe.qb.DocType("UOM")
    rows = (
        frappe.qb.from_(item)
        .left_join(unit)
        .on(unit.name == item.stock_uom)
        .select(item.name, item.item_name, item.stock_uom, item.is_stock_item, unit.must_be_whole_number)
        .where(item.name.isin(list(item_codes) or [""]))
        .run(as_dict=True)
    )
    return {row.name: row for row in rows}


def default_warehouses(item_codes: Collection[str], company: str) -> dict[str, str]:
    """The warehouse that an item's defaults name for the company, else the site's."""
    rows = frappe.get_all(
        "Item Default",
        filters={
            "parent": ("in", list(item_codes) or [""]),
            "company": company,
            "default_warehouse": ("is", "set"),
        },
        fields=["parent", "default_warehouse"],
        order_by="idx",
    )
    usual = frappe.db.get_single_value("Stock Settings", "default_warehouse")
    if usual and frappe.get_cached_value("Warehouse", usual, "company") != company:
        usual = None
    found = {code: usual for code in item_codes if usual}
    return found | {row.parent: row.default_warehouse for row in rows}


def leaves(warehouses: Collection[str]) -> dict[str, list[str]]:
    """The warehouses below each, in the order of the tree; one that is no group is its own. Disabled ones are left out."""
    parent, child = frappe.qb.DocType("Warehouse").as_("parent"), frappe.qb.DocType("Warehouse").as_("child")
    rows = (
        frappe.qb.from_(parent)
        .join(child)
        .on((child.lft >= parent.lft) & (child.rgt <= parent.rgt))
        .select(parent.name, child.name)
        .where(parent.name.isin(list(warehouses) or [""]) & (child.is_group == 0) & (child.disabled == 0))
        .orderby(child.lft)
        .run()
    )
    found: dict[str, list[str]] = {}
    for above, below in rows:
        found.setdefault(above, []).append(below)
    return found


# Stock under lock


def bins(pairs: Collection[Pair]) -> dict[Pair, str]:
    """Names of the Bins that exist."""
    if not pairs:
        return {}
    bin_ = frappe.qb.DocType("Bin")
    wanted = Tuple(bin_.item_code, bin_.warehouse).isin([Tuple(*pair) for pair in sorted(set(pairs))])
    rows = frappe.qb.from_(bin_).select(bin_.item_code, bin_.warehouse, bin_.name).where(wanted).run()
    return {(item_code, warehouse): name for item_code, warehouse, name in rows}


def locked_bins(pairs: Collection[Pair]) -> dict[Pair, dict]:
    """Bins as they are now, locked in the order of items and warehouses.

    Each is looked up by its unique key, so that rows are locked and no gaps between them; and no other read comes before,
    so that a transaction that begins with this one sees everything that was committed while it waited.
    """
    if not pairs:
        return {}
    wanted = " union all ".join(["select %s as item_code, %s as warehouse"] * len(pairs))
    rows = frappe.db.sql(
        f"""select bin.name, bin.item_code, bin.warehouse, bin.actual_qty, bin.reserved_qty,
                bin.reserved_qty_for_production, bin.reserved_qty_for_sub_contract
            from ({wanted}) wanted
            straight_join `tabBin` bin on bin.item_code = wanted.item_code and bin.warehouse = wanted.warehouse
            for update""",
        [value for pair in sorted(pairs) for value in pair],
        as_dict=True,
    )
    return {(row.item_code, row.warehouse): row for row in rows}


def seen_stock(names: Collection[str]) -> dict[str, tuple[dict, Decimal]]:
    """Bin and what is held, by the Bin's name, as this transaction has seen them so far, without a lock."""
    bin_, held = frappe.qb.DocType("Bin"), frappe.qb.DocType("Held Stock")
    rows = (
        frappe.qb.from_(bin_)
        .left_join(held)
        .on(held.name == bin_.name)
        .select(bin_.name, bin_.actual_qty, bin_.reserved_qty, bin_.reserved_qty_for_production)
        .select(bin_.reserved_qty_for_sub_contract, held.qty.as_("held"))
        .where(bin_.name.isin(list(names)))
        .run(as_dict=True)
    )
    return {row.name: (row, to_decimal(row.held)) for row in rows}


def with_held_stock(names: Collection[str]) -> set[str]:
    """Those Bins that have their row in Held Stock."""
    return set(
        frappe.get_all("Held Stock", filters={"name": ("in", list(names))}, pluck="name", order_by="name")
    )


def locked_held_stock(names: Collection[str]) -> dict[str, Decimal]:
    """What active holds keep, by Bin, as it is now, locked."""
    rows = frappe.db.sql(
        "select name, qty from `tabHeld Stock` force index (primary) where name in %(names)s order by name for update",
        {"names": tuple(names)},
    )
    return {name: to_decimal(qty) for name, qty in rows}


def reserved_by_others(pair: Pair, entry: str | None) -> Decimal:
    """What open Stock Reservation Entries but this one set aside in a warehouse, not yet delivered."""
    table = frappe.qb.DocType("Stock Reservation Entry")
    rows = (
        frappe.qb.from_(table)
        .select(Sum(table.reserved_qty - table.delivered_qty))
        .where(
            (table.docstatus == 1)
            & (table.item_code == pair[0])
            & (table.warehouse == pair[1])
            & table.status.notin(_CLOSED_ENTRY)
            & (table.name != (entry or ""))
        )
        .for_update()
        .run()
    )
    return to_decimal(rows[0][0])


def entries_of(sales_order: str) -> list[dict]:
    """Open reservations of an order: name, voucher_detail_no, warehouse, and qty that is reserved and not delivered."""
    table = frappe.qb.DocType("Stock Reservation Entry")
    return (
        frappe.qb.from_(table)
        .select(table.name, table.voucher_detail_no, table.warehouse)
        .select((table.reserved_qty - table.delivered_qty).as_("qty"))
        .where(
            (table.docstatus == 1) & (table.voucher_type == "Sales Order") & (table.voucher_no == sales_order)
        )
        .where(table.status.notin(_CLOSED_ENTRY))
        .orderby(table.name)
        .run(as_dict=True)
    )


# Holds


def locked(names: Collection[str]) -> list[dict]:
    """Holds as they are now, locked in the order of their names."""
    if not names:
        return []
    columns = ", ".join(FIELDS)
    return frappe.db.sql(
        f"select {columns} from `tabStock Hold` force index (primary) where name in %(names)s order by name for update",
        {"names": tuple(names)},
        as_dict=True,
    )


def active_of(quotation: str) -> list[str]:
    """Names of the quotation's active holds."""
    return frappe.get_all(
        "Stock Hold", filters={"quotation": quotation, "status": "Active"}, pluck="name", order_by="name"
    )


def active_in(pair: Pair) -> list[str]:
    """Names of the active holds of an item in a warehouse."""
    filters = {"item_code": pair[0], "warehouse": pair[1], "status": "Active"}
    return frappe.get_all("Stock Hold", filters=filters, pluck="name", order_by="name")


def quotation_of(hold: str) -> str | None:
    return frappe.db.get_value("Stock Hold", hold, "quotation")


def rivals(quotation: str, item_codes: Collection[str], company: str, now: datetime) -> list[dict]:
    """Active holds of other offers on these items, as far as the user may see them, the weakest first."""
    return frappe.get_list(
        "Stock Hold",
        filters={
            "item_code": ("in", list(item_codes) or [""]),
            "company": company,
            "status": "Active",
            "expires_at": (">", now),
            "quotation": ("!=", quotation),
        },
        fields=[
            "name", "item_code", "warehouse", "qty", "stock_uom", "expires_at", "priority", "quotation", "customer_name",
        ],
        order_by="priority desc, creation desc",
        limit=20,
    )  # fmt: skip


def open_offers(quotations: Collection[str]) -> set[str]:
    """Those of the quotations that still stand."""
    filters = {
        "name": ("in", list(quotations) or [""]),
        "docstatus": 1,
        "status": ("not in", [status for status in _CLOSED_OFFERS if status != "Ordered"]),
    }
    return set(frappe.get_all("Quotation", filters=filters, pluck="name", order_by="name"))


def of_offer(quotation: str) -> list[dict]:
    """Every hold that the quotation ever had, active ones first."""
    return frappe.get_all(
        "Stock Hold", filters={"quotation": quotation}, fields=list(FIELDS), order_by="status, creation, name"
    )


def held_until_cancelled(quotation: str) -> bool:
    """Whether a cancelled quotation held stock to its last moment."""
    hold, offer = frappe.qb.DocType("Stock Hold"), frappe.qb.DocType("Quotation")
    return bool(
        frappe.qb.from_(hold)
        .join(offer)
        .on(offer.name == hold.quotation)
        .select(hold.name)
        .where((offer.name == quotation) & (hold.status == "Released") & (hold.modified >= offer.modified))
        .limit(1)
        .run()
    )


def active_of_lines(quotation_items: Collection[str]) -> list[dict]:
    """Name, item, warehouse of the active holds of these quotation lines."""
    return frappe.get_all(
        "Stock Hold",
        filters={"quotation_item": ("in", list(quotation_items) or [""]), "status": "Active"},
        fields=["name", "item_code", "warehouse", "quotation", "quotation_item"],
        order_by="name",
    )


def converted_for(sales_order: str) -> list[dict]:
    return frappe.get_all(
        "Stock Hold",
        filters={"sales_order": sales_order, "status": "Converted"},
        fields=["name", "item_code", "warehouse"],
        order_by="name",
    )


def lapsed(now: datetime, most: int) -> list[dict]:
    """Active holds whose time is over, or whose offer is: lost, expired, cancelled, ordered."""
    hold, quotation = frappe.qb.DocType("Stock Hold"), frappe.qb.DocType("Quotation")
    return (
        frappe.qb.from_(hold)
        .join(quotation)
        .on(quotation.name == hold.quotation)
        .select(hold.name, hold.item_code, hold.warehouse)
        .where(
            (hold.status == "Active")
            & ((hold.expires_at <= now) | quotation.status.isin(_CLOSED_OFFERS) | (quotation.docstatus != 1))
        )
        .orderby(hold.name)
        .limit(most)
        .run(as_dict=True)
    )


def ending(until: datetime, now: datetime) -> list[dict]:
    """Active holds that end by then and whose owner has not been told."""
    hold, quotation = frappe.qb.DocType("Stock Hold"), frappe.qb.DocType("Quotation")
    return (
        frappe.qb.from_(hold)
        .join(quotation)
        .on(quotation.name == hold.quotation)
        .select(hold.name, hold.quotation, hold.expires_at, hold.item_code, hold.qty, hold.customer_name)
        .select(quotation.owner.as_("offerer"))
        .where(
            (hold.status == "Active")
            & (hold.warned == 0)
            & (hold.expires_at > now)
            & (hold.expires_at <= until)
        )
        .orderby(hold.quotation)
        .orderby(hold.name)
        .run(as_dict=True)
    )


def misstated() -> list[Pair]:
    """Pairs whose sum in Held Stock is not what the active holds say: items that were merged, rows that were removed."""
    hold, bin_, held = (frappe.qb.DocType(name) for name in ("Stock Hold", "Bin", "Held Stock"))
    sums = (
        frappe.qb.from_(hold)
        .select(hold.item_code, hold.warehouse, Sum(hold.qty).as_("qty"))
        .where(hold.status == "Active")
        .groupby(hold.item_code, hold.warehouse)
    )
    return (
        frappe.qb.from_(bin_)
        .left_join(sums)
        .on((sums.item_code == bin_.item_code) & (sums.warehouse == bin_.warehouse))
        .left_join(held)
        .on(held.name == bin_.name)
        .select(bin_.item_code, bin_.warehouse)
        .where(
            (sums.qty.isnotnull() | held.name.isnotnull())
            & (Abs(Coalesce(sums.qty, 0) - Coalesce(held.qty, 0)) > _TOLERANCE)
        )
        .run()
    )


def sums_of_active(pairs: Collection[Pair]) -> dict[Pair, Decimal]:
    hold = frappe.qb.DocType("Stock Hold")
    rows = (
        frappe.qb.from_(hold)
        .select(hold.item_code, hold.warehouse, Sum(hold.qty))
        .where(
            (hold.status == "Active")
            & Tuple(hold.item_code, hold.warehouse).isin([Tuple(*pair) for pair in pairs])
        )
        .groupby(hold.item_code, hold.warehouse)
        .run()
    )
    return {(item_code, warehouse): to_decimal(qty) for item_code, warehouse, qty in rows}
