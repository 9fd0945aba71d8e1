"""Reads of the catalogue: which items a customer may buy, found by words, groups and availability."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Count, Sum
from frappe.utils import getdate

from crm_ext.shared.text import literally

# A Party Specific Item names one of these; a customer with several kinds may buy what satisfies each kind.
_COLUMN_OF_RESTRICTION = {"Item": "item_code", "Item Group": "item_group", "Brand": "brand"}
SORTS = {"name": ("item_name", Order.asc), "code": ("name", Order.asc), "newest": ("creation", Order.desc)}
# Entries are named like their items, and every index of InnoDB ends with the name: no sorting is left to do.
_TIE = "name"
_COUNTS, _COUNTS_SECONDS = "crm_ext_catalogue_groups", 3600


@dataclass(frozen=True)
class Search:
    """What a customer looks for. restrictions: {column: allowed values}; warehouses: for what must be in stock."""

    restrictions: Mapping[str, Collection[str]]
    today: date
    words: Sequence[str] = ()
    groups: Collection[str] = ()
    warehouses: Collection[str] = ()
    sort: str = "name"


def restrictions(customer: str) -> dict[str, list[str]]:
    """{column of Item: values} of ERPNext's Party Specific Item; nothing where the customer may buy everything."""
    allowed: dict[str, list[str]] = defaultdict(list)
    for row in frappe.get_all(
        "Party Specific Item",
        filters={"party_type": "Customer", "party": customer},
        fields=["restrict_based_on", "based_on_value"],
        order_by="name",
    ):
        allowed[_COLUMN_OF_RESTRICTION[row.restrict_based_on]].append(row.based_on_value)
    return dict(allowed)


def count(search: Search) -> int:
    entry = frappe.qb.DocType("Catalogue Entry")
    return _found(search, entry).select(Count("*")).run(pluck=True)[0]


def found(search: Search, start: int, length: int) -> list[str]:
    """Item codes of one page of the search, in its order."""
    entry = frappe.qb.DocType("Catalogue Entry")
    column, direction = SORTS.get(search.sort, SORTS["name"])
    return (
        _found(search, entry)
        .select(entry.item_code)
        .orderby(entry[column], order=direction)
        .orderby(entry[_TIE], order=direction)
        .limit(length)
        .offset(start)
        .run(pluck=True)
    )


def groups_with_items(restricted: Mapping[str, Collection[str]], today: date) -> dict[str, int]:
    """{item group: how many of its items the customer may buy}; counted once until entries change."""
    facts = sorted((column, sorted(values)) for column, values in restricted.items())
    key = sha256(f"{today}|{facts}".encode()).hexdigest()
    counted = frappe.cache.hget(_COUNTS, key)
    if counted is None:
        counted = _count_groups(restricted, today)
        frappe.cache.hset(_COUNTS, key, counted)
        frappe.cache.expire(frappe.cache.make_key(_COUNTS), _COUNTS_SECONDS)
    return counted


def forget_counts() -> None:
    """For whoever changes entries."""
    frappe.cache.delete_value(_COUNTS)


def _count_groups(restricted: Mapping[str, Collection[str]], today: date) -> dict[str, int]:
    entry = frappe.qb.DocType("Catalogue Entry")
    rows = (
        _found(Search(restricted, today), entry)
        .select(entry.item_group, Count("*"))
        .groupby(entry.item_group)
        .run()
    )
    return dict(rows)


def group_tree() -> list[frappe._dict]:
    """Item groups as {name, lft, rgt}, parents before their children."""
    return frappe.get_all("Item Group", fields=["name", "lft", "rgt"], order_by="lft")


def _found(search: Search, entry):
    query = frappe.qb.from_(entry).where(entry.end_of_life.isnull() | (entry.end_of_life > search.today))
    for column, values in search.restrictions.items():
        query = query.where(entry[column].isin(list(values)))
    for word in search.words:
        query = query.where(entry.search_text.like(f"%{literally(word)}%"))
    if search.groups:
        query = query.where(entry.item_group.isin(list(search.groups)))
    if search.warehouses:
        query = query.where(entry.item_code.isin(_in_stock(search.warehouses)))
    return query


def _in_stock(warehouses: Collection[str]):
    bins = frappe.qb.DocType("Bin")
    return (
        frappe.qb.from_(bins)
        .select(bins.item_code)
        .where(bins.warehouse.isin(list(warehouses)))
        .groupby(bins.item_code)
        .having(Sum(bins.actual_qty - bins.reserved_qty) > 0)
    )


def items(item_codes: Collection[str]) -> dict[str, frappe._dict]:
    """What cards, carts and prices need of items, by code; items that are gone are left out.

    catalogued: shown itself or as the variant of a template that is shown. uom: the unit it is sold in, with its
    conversion_factor to the stock unit and whether that unit is counted whole.
    """
    if not item_codes:
        return {}
    item = frappe.qb.DocType("Item")
    template = frappe.qb.DocType("Item").as_("template")
    rows = (
        frappe.qb.from_(item)
        .left_join(template)
        .on(template.name == item.variant_of)
        .select(
            item.name, item.item_name, item.item_group, item.brand, item.description, item.image, item.stock_uom,
            item.sales_uom, item.is_stock_item, item.is_sales_item, item.disabled, item.end_of_life,
            item.has_variants, item.variant_of, item.min_order_qty, item.default_material_request_type,
            item.show_in_catalogue, template.show_in_catalogue.as_("template_shown"),
            template.disabled.as_("template_disabled"),
        )
        .where(item.name.isin(list(item_codes)))
        .run(as_dict=True)
    )  # fmt: skip
    factors = _conversion_factors([row.name for row in rows if row.sales_uom and row.sales_uom != row.stock_uom])
    whole = _whole_units({row.sales_uom or row.stock_uom for row in rows} | {row.stock_uom for row in rows})
    for row in rows:
        row.catalogued = bool(row.show_in_catalogue or (row.template_shown and not row.template_disabled))
        row.uom, row.conversion_factor = row.stock_uom, 1.0
        if row.sales_uom and row.sales_uom != row.stock_uom:
            row.uom = row.sales_uom
            row.conversion_factor = factors.get((row.name, row.sales_uom), 1.0)
        row.is_whole = row.uom in whole
    return {row.name: row for row in rows}


def may_buy(item: Mapping, restricted: Mapping[str, Collection[str]], today: date) -> bool:
    """Whether an item of `items` is in this customer's catalogue; templates are not bought, their variants are."""
    ended = item["end_of_life"]
    is_ended = ended is not None and getdate(ended) <= today
    return bool(
        item["catalogued"]
        and item["is_sales_item"]
        and not item["disabled"]
        and not item["has_variants"]
        and not is_ended
        and all(item["name" if column == "item_code" else column] in values for column, values in restricted.items())
    )


def variants_of(template: str) -> list[frappe._dict]:
    """Variants as {name, item_name, described}: what each is in the words of its attributes."""
    variants = frappe.get_all(
        "Item", {"variant_of": template}, ["name", "item_name"], order_by="name", limit=200
    )
    values: dict[str, list[str]] = defaultdict(list)
    for row in frappe.get_all(
        "Item Variant Attribute",
        {"parent": ("in", [variant.name for variant in variants] or [""]), "parenttype": "Item"},
        ["parent", "attribute_value"],
        order_by="parent, idx",
    ):
        values[row.parent].append(row.attribute_value)
    for variant in variants:
        variant.described = " · ".join(value for value in values[variant.name] if value)
    return variants


def attributes_of(item_code: str) -> list[tuple[str, str]]:
    """(attribute, value) of a variant, in the item's order."""
    rows = frappe.get_all(
        "Item Variant Attribute",
        {"parent": item_code, "parenttype": "Item", "attribute_value": ("is", "set")},
        ["attribute", "attribute_value"],
        order_by="idx",
    )
    return [(row.attribute, row.attribute_value) for row in rows]


def _conversion_factors(item_codes: Sequence[str]) -> dict[tuple[str, str], float]:
    if not item_codes:
        return {}
    rows = frappe.get_all(
        "UOM Conversion Detail",
        {"parenttype": "Item", "parent": ("in", list(item_codes))},
        ["parent", "uom", "conversion_factor"],
        order_by="parent, idx",
    )
    return {(row.parent, row.uom): row.conversion_factor for row in rows}


def _whole_units(units: Collection[str]) -> set[str]:
    return set(
        frappe.get_all(
            "UOM", {"name": ("in", list(units)), "must_be_whole_number": 1}, pluck="name", order_by="name"
        )
    )


def leaves_of(warehouse: str) -> list[str]:
    """The warehouse, or all that goods can lie in below a group."""
    bounds = frappe.get_cached_value("Warehouse", warehouse, ["is_group", "lft", "rgt"])
    if not bounds or not bounds[0]:
        return [warehouse]
    return frappe.get_all(
        "Warehouse",
        {"is_group": 0, "disabled": 0, "lft": (">", bounds[1]), "rgt": ("<", bounds[2])},
        pluck="name",
        order_by="lft",
    )


def best_shelves(item_codes: Collection[str], warehouses: Sequence[str]) -> dict[str, str]:
    """{item: the warehouse of these with most of it to spare}; items that lie in none are left out."""
    bins = frappe.get_all(
        "Bin",
        {"item_code": ("in", list(item_codes)), "warehouse": ("in", list(warehouses))},
        ["item_code", "warehouse", "actual_qty", "reserved_qty"],
        order_by="item_code, warehouse",
    )
    best: dict[str, tuple[float, str]] = {}
    for row in bins:
        spare = (row.actual_qty or 0) - (row.reserved_qty or 0)
        if row.item_code not in best or spare > best[row.item_code][0]:
            best[row.item_code] = (spare, row.warehouse)
    return {item_code: warehouse for item_code, (_spare, warehouse) in best.items()}


def facts_for_entries(item_codes: Collection[str] | None) -> list[frappe._dict]:
    """Items that belong in the catalogue, of these or of all, with what its entries are made of."""
    item = frappe.qb.DocType("Item")
    template = frappe.qb.DocType("Item").as_("template")
    query = (
        frappe.qb.from_(item)
        .left_join(template)
        .on(template.name == item.variant_of)
        .select(
            item.name, item.item_name, item.item_group, item.brand, item.description, item.end_of_life, item.creation
        )
        .where((item.disabled == 0) & (item.is_sales_item == 1) & (item.has_variants == 0))
        .where(
            (item.show_in_catalogue == 1) | ((template.show_in_catalogue == 1) & (template.disabled == 0))
        )
    )
    if item_codes is not None:
        query = query.where(item.name.isin(list(item_codes)) | item.variant_of.isin(list(item_codes)))
    return query.run(as_dict=True)  # fmt: skip


def entries_of(item_codes: Collection[str] | None) -> list[str]:
    """Item codes that have an entry, of these items and of the variants of these templates, or all."""
    if item_codes is None:
        return frappe.get_all("Catalogue Entry", pluck="item_code", order_by="item_code")
    entry, item = frappe.qb.DocType("Catalogue Entry"), frappe.qb.DocType("Item")
    codes = list(item_codes)
    return (
        frappe.qb.from_(entry)
        .left_join(item)
        .on(item.name == entry.item_code)
        .select(entry.item_code)
        .where(entry.item_code.isin(codes) | item.variant_of.isin(codes))
        .run(pluck=True)
    )
