"""Candidates for suggestions and what speaks for or against them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder import Case, Order
from frappe.query_builder.functions import Count

from crm_ext.self_service.queries.catalogue import restrictions
from crm_ext.shared.money import to_decimal

# Of an item's affinities these many are looked at; most fall away for stock or floors only rarely.
_AFFINITIES = 40


def affinities(codes: Collection[str], company: str) -> list[dict]:
    """item_code, other_item, lift of what is bought with the items, the strongest first."""
    return frappe.get_all(
        "Item Affinity",
        filters={"item_code": ("in", codes), "company": company},
        fields=["item_code", "other_item", "lift"],
        order_by="lift desc",
        limit=_AFFINITIES,
    )


def accessories(codes: Collection[str], kinds: Collection[str]) -> list[dict]:
    """item_code, accessory, kind as users wrote them down."""
    return frappe.get_all(
        "Item Accessory",
        filters={"item_code": ("in", codes), "kind": ("in", kinds)},
        fields=["item_code", "accessory", "kind"],
        order_by="creation",
    )


def equipment_of(customer: str) -> list[str]:
    """Items of which the customer owns pieces with a serial number."""
    return frappe.get_all(
        "Serial No", filters={"customer": customer}, pluck="item_code", distinct=True, order_by="item_code"
    )


def alternatives(codes: Collection[str]) -> list[tuple[str, str]]:
    """(item, alternative) by ERPNext's Item Alternative, in both directions where it says so."""
    return frappe.db.sql(
        """select item_code, alternative_item_code from `tabItem Alternative` where item_code in %(codes)s
        union select alternative_item_code, item_code from `tabItem Alternative`
        where two_way = 1 and alternative_item_code in %(codes)s""",
        {"codes": tuple(codes)},
    )


def sellable(
    codes: Collection[str], customer: str | None, today: date, in_catalogue: bool
) -> dict[str, dict]:
    """item_name, item_group of the items that may be sold, to this customer, in the catalogue if asked."""
    if not codes:
        return {}
    filters = [
        ["name", "in", list(codes)],
        ["disabled", "=", 0],
        ["has_variants", "=", 0],
        ["is_sales_item", "=", 1],
    ]
    if in_catalogue:
        filters.append(["show_in_catalogue", "=", 1])
    for column, values in (restrictions(customer) if customer else {}).items():
        filters.append([column, "in", list(values)])
    rows = frappe.get_all(
        "Item",
        filters=filters,
        or_filters=[["end_of_life", "is", "not set"], ["end_of_life", ">", today]],
        fields=["name", "item_name", "item_group"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def refused(customer: str | None, document: tuple[str, str] | None, since: date) -> set[str]:
    """Items that the customer refused since a day, or that were refused on this document at any time."""
    found = set()
    if customer:
        filters = {"customer": customer, "outcome": "Refused", "decided_on": (">=", since)}
        found.update(
            frappe.get_all("Item Suggestion", filters=filters, pluck="item_code", order_by="decided_on")
        )
    if document:
        doctype, name = document
        filters = {"reference_doctype": doctype, "reference_name": name, "outcome": "Refused"}
        found.update(
            frappe.get_all("Item Suggestion", filters=filters, pluck="item_code", order_by="decided_on")
        )
    return found


def list_prices(codes: Collection[str], customer: str | None, company: str, day: date) -> dict[str, Decimal]:
    """Price of one stock unit by the price list that the customer is shown, where it is in the company's currency.

    A rough measure, to leave out what would be sold too cheaply; the price of a line is made by ERPNext's engine.
    """
    price_list = _price_list(customer)
    if not price_list or not codes:
        return {}
    rows = frappe.db.sql(
        """select price.item_code, price.price_list_rate
        from `tabItem Price` price join `tabItem` item on item.name = price.item_code
        where price.item_code in %(codes)s and price.price_list = %(price_list)s and price.currency = %(currency)s
            and ifnull(price.customer, '') in ('', %(customer)s) and price.uom = item.stock_uom
            and ifnull(price.valid_from, '1900-01-01') <= %(day)s and ifnull(price.valid_upto, '9999-12-31') >= %(day)s
        order by ifnull(price.customer, '') = '' desc, price.valid_from""",
        {
            "codes": tuple(codes),
            "price_list": price_list,
            "currency": frappe.get_cached_value("Company", company, "default_currency"),
            "customer": customer or "",
            "day": day,
        },
    )
    return {code: to_decimal(rate) for code, rate in rows}


def _price_list(customer: str | None) -> str | None:
    own, group = None, None
    if customer:
        own, group = frappe.get_cached_value("Customer", customer, ["default_price_list", "customer_group"])
    of_group = frappe.get_cached_value("Customer Group", group, "default_price_list") if group else None
    return own or of_group or frappe.db.get_single_value("Selling Settings", "selling_price_list", cache=True)


def acceptance(
    column: str, company: str | None, start: date, end: date, customer: str | None = None
) -> list[dict]:
    """Shown, taken, refused suggestions between two days (inclusive), by a column of Item Suggestion."""
    suggestion = frappe.qb.DocType("Item Suggestion")
    query = (
        frappe.qb.from_(suggestion)
        .select(
            suggestion[column].as_("subject"),
            Count("*").as_("shown"),
            Count(Case().when(suggestion.outcome == "Taken", 1)).as_("taken"),
            Count(Case().when(suggestion.outcome == "Refused", 1)).as_("refused"),
        )
        .where(suggestion.shown_on >= start)
        .where(suggestion.shown_on < frappe.utils.add_days(end, 1))
        .groupby(suggestion[column])
        .orderby(Count("*"), order=Order.desc)
    )
    if company:
        query = query.where(suggestion.company == company)
    if customer:
        query = query.where(suggestion.customer == customer)
    return query.run(as_dict=True)
