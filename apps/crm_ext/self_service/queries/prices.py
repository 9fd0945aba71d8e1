"""Reads of price lists and of pricing rules, for many items at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import IfNull

_TARGETS = (("Item Code", "item_code"), ("Item Group", "item_group"), ("Brand", "brand"))


def price_rows(
    item_codes: Collection[str], price_lists: Collection[str], customer: str, day: date
) -> dict[tuple[str, str], list[frappe._dict]]:
    """{(price list, item): Item Prices of the day that are general or this customer's, in ERPNext's order}."""
    price = frappe.qb.DocType("Item Price")
    rows = (
        frappe.qb.from_(price)
        .select(
            price.item_code, price.price_list, price.price_list_rate, price.uom, price.customer, price.supplier,
            price.packing_unit,
        )
        .where(price.item_code.isin(list(item_codes)) & price.price_list.isin(list(price_lists)))
        .where(IfNull(price.batch_no, "") == "")
        .where(IfNull(price.customer, "").isin(["", customer]))
        .where(IfNull(price.valid_from, "2000-01-01") <= day)
        .where(IfNull(price.valid_upto, "2500-12-31") >= day)
        .orderby(price.valid_from, order=Order.desc)
        .orderby(IfNull(price.batch_no, ""), order=Order.desc)
        .orderby(price.uom, order=Order.desc)
        .run(as_dict=True)
    )  # fmt: skip
    found: dict[tuple[str, str], list[frappe._dict]] = defaultdict(list)
    for row in rows:
        found[row.price_list, row.item_code].append(row)
    return found


@dataclass(frozen=True)
class RuleTargets:
    """What the pricing rules of a customer speak of: groups include those below, codes include templates."""

    item_codes: frozenset[str]
    item_groups: frozenset[str]
    brands: frozenset[str]

    def touch(self, item: frappe._dict) -> bool:
        return (
            item.name in self.item_codes
            or item.variant_of in self.item_codes
            or item.item_group in self.item_groups
            or item.brand in self.brands
        )


def rule_targets(customer: str, company: str, price_list: str, day: date) -> RuleTargets:
    """Items, groups and brands that an enabled selling rule could touch for this customer; rather too many."""
    rule = frappe.qb.DocType("Pricing Rule")
    named: dict[str, set[str]] = defaultdict(set)
    for apply_on, field in _TARGETS:
        child = frappe.qb.DocType(f"Pricing Rule {apply_on}")
        rows = (
            frappe.qb.from_(rule)
            .join(child)
            .on(child.parent == rule.name)
            .select(child[field], rule[f"other_{field}"])
            .distinct()
            .where((rule.disable == 0) & (rule.selling == 1))
            .where(IfNull(rule.company, "").isin(["", company]))
            .where(IfNull(rule.customer, "").isin(["", customer]))
            .where(IfNull(rule.for_price_list, "").isin(["", price_list]))
            .where(IfNull(rule.valid_from, "2000-01-01") <= day)
            .where(IfNull(rule.valid_upto, "2500-12-31") >= day)
            .run()
        )
        named[field].update(value for row in rows for value in row if value)
    return RuleTargets(
        frozenset(named["item_code"]), frozenset(_with_descendants(named["item_group"])), frozenset(named["brand"])
    )


def _with_descendants(groups: Collection[str]) -> set[str]:
    if not groups:
        return set()
    tree = frappe.get_all("Item Group", fields=["name", "lft", "rgt"], order_by="lft")
    spans = [(row.lft, row.rgt) for row in tree if row.name in groups]
    return {row.name for row in tree if any(left <= row.lft and row.rgt <= right for left, right in spans)}


def fallback_price_list() -> str | None:
    """The list that ERPNext asks where the customer's own list has no price, if the site has it so."""
    settings = frappe.get_cached_doc("Selling Settings")
    return settings.selling_price_list if settings.get("fallback_to_default_price_list") else None
