"""Reads of offer models, their versions, and what the site says about their items and customers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import frappe
from frappe.utils import getdate

MODEL, VERSION, CONFIGURATION = "Offer Model", "Offer Model Version", "Offer Configuration"


def offered(company: str | None, day: date) -> list[dict]:
    """Models with a published version that the company offers on the day, by title."""
    model = frappe.qb.DocType(MODEL)
    query = (
        frappe.qb.from_(model)
        .select(
            model.name,
            model.title,
            model.picture,
            model.description,
            model.published_version,
            model.version_number,
        )
        .where(model.status.isin(("Published", "Changed")))
        .where(model.valid_from.isnull() | (model.valid_from <= day))
        .where(model.valid_until.isnull() | (model.valid_until >= day))
        .orderby(model.title)
    )
    if company:
        query = query.where(model.company.isnull() | model.company.isin(("", company)))
    return query.run(as_dict=True)


def version(name: str) -> dict | None:
    return frappe.db.get_value(
        VERSION,
        name,
        ["name", "offer_model", "version_number", "company", "definition", "definition_hash"],
        as_dict=True,
    )


def published_definitions(models: Collection[str]) -> dict[str, str]:
    """JSON of the published version by model; those never published are missing."""
    if not models:
        return {}
    model, published = frappe.qb.DocType(MODEL), frappe.qb.DocType(VERSION)
    rows = (
        frappe.qb.from_(model)
        .join(published)
        .on(published.name == model.published_version)
        .select(model.name, published.definition)
        .where(model.name.isin(sorted(models)))
        .run()
    )
    return dict(rows)


def nested_in(models: Collection[str]) -> list[tuple[str, str]]:
    """Pairs (model, model nested in it) as they are edited now."""
    return [
        (row.parent, row.nested_model)
        for row in frappe.get_all(
            "Offer Model Option",
            filters={"parent": ("in", sorted(models)), "parenttype": MODEL, "nested_model": ("is", "set")},
            fields=["parent", "nested_model"],
            order_by="parent, idx",
        )
    ]


def last_version_number(model: str) -> int:
    return (
        frappe.db.get_value(VERSION, {"offer_model": model}, "version_number", order_by="version_number desc")
        or 0
    )


def items(item_codes: Collection[str]) -> dict[str, dict]:
    """What of an item decides whether it can be sold, by code; deleted ones are missing."""
    rows = frappe.get_all(
        "Item",
        filters={"name": ("in", sorted(item_codes))},
        fields=[
            "name",
            "item_name",
            "stock_uom",
            "disabled",
            "is_sales_item",
            "has_variants",
            "end_of_life",
            "image",
        ],
        order_by="name",
    )
    return {row.name: row for row in rows}


def is_sold(item: dict | None, day: date) -> bool:
    return bool(
        item
        and not item.disabled
        and item.is_sales_item
        and not item.has_variants
        and (not item.end_of_life or getdate(item.end_of_life) > day)
    )


def conversion_factors(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Stock units in one of the unit, by (item, unit), where the item says so."""
    pairs = set(pairs)
    if not pairs:
        return {}
    rows = frappe.get_all(
        "UOM Conversion Detail",
        filters={"parent": ("in", sorted({item for item, _unit in pairs})), "parenttype": "Item"},
        fields=["parent", "uom", "conversion_factor"],
        order_by="parent, idx",
    )
    return {(row.parent, row.uom): row.conversion_factor for row in rows}


def with_all_above(doctype: str, name: str | None) -> frozenset[str]:
    """The node of a tree and every group that holds it."""
    place = frappe.db.get_value(doctype, name, ["lft", "rgt"]) if name else None
    if not place:
        return frozenset()
    return frozenset(
        frappe.get_all(
            doctype, filters={"lft": ("<=", place[0]), "rgt": (">=", place[1])}, pluck="name", order_by="lft"
        )
    )


def market_of(party_type: str, party: str | None) -> tuple[str | None, str | None]:
    """Customer group and territory of a customer, lead or prospect."""
    if not party or party_type not in ("Customer", "Lead", "Prospect"):
        return None, None
    fields = ["territory"] if party_type == "Lead" else ["customer_group", "territory"]
    found = frappe.db.get_value(party_type, party, fields, as_dict=True) or {}
    return found.get("customer_group"), found.get("territory")


def configurations(names: Collection[str]) -> dict[str, str]:
    """The quotation (empty: none yet) of each configuration that is there."""
    rows = frappe.get_all(
        CONFIGURATION,
        filters={"name": ("in", sorted(names))},
        fields=["name", "quotation"],
        order_by="creation",
    )
    return {row.name: row.quotation or "" for row in rows}


def configurations_of(quotation: str) -> list[dict]:
    """Configurations of a quotation with the version that the model has now."""
    configuration, model = frappe.qb.DocType(CONFIGURATION), frappe.qb.DocType(MODEL)
    return (
        frappe.qb.from_(configuration)
        .left_join(model)
        .on(model.name == configuration.offer_model)
        .select(
            configuration.name,
            configuration.offer_model,
            configuration.model_version,
            model.published_version,
            model.status,
        )
        .where(configuration.quotation == quotation)
        .orderby(configuration.creation)
        .run(as_dict=True)
    )


def made_by_request(key: str) -> str | None:
    """The configuration that a request has made already, as it is committed now: the row is locked."""
    return frappe.db.get_value(CONFIGURATION, {"request_key": key}, "name", for_update=True)
