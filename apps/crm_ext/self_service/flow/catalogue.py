"""The catalogue as one customer sees it, and the entries that its search reads."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

import frappe
from frappe.utils import now, strip_html

from crm_ext import erpnext_port
from crm_ext.offer_desk.flow import promises
from crm_ext.offer_desk.rules.promises import Ask
from crm_ext.self_service.flow.prices import Price, prices_of
from crm_ext.self_service.flow.shop import Shop, settings
from crm_ext.self_service.queries import catalogue as queries
from crm_ext.self_service.rules.catalogue import (
    PAGE_LENGTH,
    Page,
    StockSaying,
    page_of,
    say_stock,
    search_text,
    search_words,
)
from crm_ext.shared.money import to_decimal

# Enough to see how much is there; no order is for more.
_EVERYTHING = Decimal(10**9)
_SUBJECT = "Catalogue Entry"


@dataclass(frozen=True)
class Card:
    """An item as this customer may buy it."""

    item: frappe._dict
    price: Price
    stock: StockSaying
    currency: str

    @property
    def picture(self) -> str | None:
        """Only what the browser may show to a customer: public files and pictures from elsewhere."""
        image = self.item.image or ""
        return image if image.startswith(("/files/", "/assets/", "https://")) else None


@dataclass(frozen=True)
class Group:
    """A group of the tree that holds something for this customer; depth 0 is the top."""

    name: str
    depth: int
    count: int


@dataclass(frozen=True)
class Listing:
    cards: Sequence[Card]
    page: Page
    groups: Sequence[Group]


def browse(
    shop: Shop,
    typed: str | None = None,
    group: str | None = None,
    only_in_stock: bool = False,
    sort: str | None = None,
    page: str | int | None = None,
) -> Listing:
    """One page of what the customer may buy; the number of queries does not grow with the items."""
    restricted = queries.restrictions(shop.customer)
    tree = queries.group_tree()
    search = queries.Search(
        restricted,
        shop.today,
        words=search_words(typed),
        groups=_below(tree, group) if group else (),
        warehouses=shop.shelves if only_in_stock else (),
        sort=sort or "name",
    )
    shown = page_of(page, queries.count(search))
    codes = queries.found(search, shown.start, PAGE_LENGTH) if shown.found else []
    return Listing(
        cards_of(shop, codes, restricted),
        shown,
        _groups(tree, queries.groups_with_items(restricted, shop.today)),
    )


def cards_of(
    shop: Shop, item_codes: Sequence[str], restricted: Mapping[str, Collection[str]] | None = None
) -> list[Card]:
    """Cards in the order of the codes; what the customer may not buy is left out, whoever named it."""
    if restricted is None:
        restricted = queries.restrictions(shop.customer)
    items = queries.items(item_codes)
    items = {
        code: items[code]
        for code in item_codes
        if code in items and queries.may_buy(items[code], restricted, shop.today)
    }
    if not items:
        return []
    terms = erpnext_port.portal_order(shop.customer, shop.company, shop.today, [])
    prices = prices_of(items, terms, shop.shelves_of(items))
    stocks = stocks_of(shop, items)
    return [Card(item, prices[code], stocks[code], terms.currency) for code, item in items.items()]


def stocks_of(shop: Shop, items: Mapping[str, frappe._dict]) -> dict[str, StockSaying]:
    """How much of each item is there for this customer, or from which day, in the words that the site has chosen."""
    asks = [
        Ask((code, what), code, qty, shop.warehouse, optional=True)
        for code, item in items.items()
        if item.is_stock_item
        for what, qty in (("one", Decimal(1)), ("all", _EVERYTHING))
    ]
    found = promises.promise(asks, company=shop.company, customer=shop.customer, today=shop.today)
    choices = settings()
    return {
        code: say_stock(
            bool(item.is_stock_item),
            found[code, "all"].in_stock if item.is_stock_item else Decimal(0),
            found[code, "one"].day if item.is_stock_item else shop.today,
            shop.today,
            few_below=to_decimal(choices.few_below),
            as_number=choices.show_stock_as == "Number",
        )
        for code, item in items.items()
    }


@dataclass(frozen=True)
class ItemPage:
    """card: None for a template, which is bought as one of its versions."""

    item: frappe._dict
    card: Card | None
    description: str
    attributes: Sequence[tuple[str, str]]
    versions: Sequence[frappe._dict]


def item_page(shop: Shop, item_code: str | None) -> ItemPage | None:
    """None where the item is not there or not for this customer: nobody can tell which."""
    item = queries.items([item_code]).get(item_code) if item_code else None
    if not item:
        return None
    template = item.name if item.has_variants else item.variant_of
    versions = _versions(shop, template) if template else []
    cards = cards_of(shop, [item.name])
    if not cards and not (item.has_variants and versions):
        return None
    return ItemPage(
        item,
        cards[0] if cards else None,
        strip_html(item.description or ""),
        queries.attributes_of(item.name) if item.variant_of else [],
        [version for version in versions if version.name != item.name],
    )


def _versions(shop: Shop, template: str) -> list[frappe._dict]:
    variants = queries.variants_of(template)
    items = queries.items([variant.name for variant in variants])
    restricted = queries.restrictions(shop.customer)
    return [variant for variant in variants if queries.may_buy(items[variant.name], restricted, shop.today)]


def _below(tree: Iterable[frappe._dict], group: str) -> list[str]:
    """The group and all below it; a group that is not there holds nothing."""
    span = next(((row.lft, row.rgt) for row in tree if row.name == group), None)
    return [row.name for row in tree if span and span[0] <= row.lft and row.rgt <= span[1]] or [group]


def _groups(tree: Sequence[frappe._dict], counts: Mapping[str, int]) -> list[Group]:
    """Groups with something in or below them, in the order of the tree; the root alone says nothing and is left out."""
    shown: list[Group] = []
    open_ends: list[int] = []
    starts = [row.lft for row in tree]
    sums = [0, *accumulate(counts.get(row.name, 0) for row in tree)]
    for place, row in enumerate(tree):
        while open_ends and open_ends[-1] < row.lft:
            open_ends.pop()
        depth = len(open_ends)
        open_ends.append(row.rgt)
        total = sums[bisect_left(starts, row.rgt)] - sums[place]
        if depth and total:
            shown.append(Group(row.name, depth - 1, total))
    return shown


# Entries


def item_changed(item: frappe._dict) -> None:
    """Called whenever an item is saved: only items of the catalogue, and those that leave it, cost a query."""
    before = item.get_doc_before_save()
    was_shown = before and (before.show_in_catalogue or before.variant_of)
    if item.show_in_catalogue or item.variant_of or was_shown:
        refresh_entries([item.name])


def refresh_entries(item_codes: Collection[str] | None = None) -> int:
    """Write the entries of these items and of their variants, or of all; returns how many there are of them now."""
    facts = queries.facts_for_entries(item_codes)
    gone = set(queries.entries_of(item_codes)) - {row.name for row in facts}
    if gone:
        frappe.db.delete(_SUBJECT, {"item_code": ("in", list(gone))})
    stamp = (now(), frappe.session.user, frappe.session.user)
    frappe.db.bulk_insert(
        _SUBJECT,
        [
            "name", "item_code", "item_name", "item_group", "brand", "end_of_life", "search_text", "creation",
            "modified", "owner", "modified_by",
        ],
        [
            (
                row.name, row.name, row.item_name, row.item_group, row.brand, row.end_of_life, _text(row),
                row.creation, *stamp,
            )
            for row in facts
        ],
        ignore_duplicates=True,
    )  # fmt: skip
    _update_entries(facts)
    _forget_counts()
    return len(facts)


def refresh_all_entries() -> None:
    """Nightly: entries follow what was written past the items' events."""
    refresh_entries()


def forget_entry(item_code: str) -> None:
    frappe.db.delete(_SUBJECT, {"item_code": item_code})
    _forget_counts()


def show(item_codes: Sequence[str], is_shown: bool) -> int:
    """Put items into the catalogue, or take them out; templates bring their variants along. Returns how many changed."""
    changed = frappe.get_all(
        "Item",
        {"name": ("in", list(item_codes)), "show_in_catalogue": int(not is_shown)},
        pluck="name",
        order_by="name",
    )
    for name in changed:
        frappe.db.set_value("Item", name, "show_in_catalogue", int(is_shown))
    if changed:
        refresh_entries(changed)
    return len(changed)


def _forget_counts() -> None:
    """Now for this request, and when the others can see what was written."""
    queries.forget_counts()
    frappe.db.after_commit.add(queries.forget_counts)


def _update_entries(facts: Sequence[frappe._dict]) -> None:
    """Entries that were there before and say something else now."""
    kept = {
        row.item_code: row
        for row in frappe.get_all(
            _SUBJECT,
            {"item_code": ("in", [fact.name for fact in facts] or [""])},
            ["item_code", "item_name", "item_group", "brand", "end_of_life", "search_text"],
            order_by="item_code",
        )
    }
    for fact in facts:
        values = {
            "item_name": fact.item_name, "item_group": fact.item_group, "brand": fact.brand,
            "end_of_life": fact.end_of_life, "search_text": _text(fact),
        }  # fmt: skip
        entry = kept[fact.name]
        if any((entry[field] or None) != (value or None) for field, value in values.items()):
            frappe.db.set_value(_SUBJECT, {"item_code": fact.name}, values)


def _text(fact: frappe._dict) -> str:
    return search_text((fact.name, fact.item_name, fact.brand, strip_html(fact.description or "")))
