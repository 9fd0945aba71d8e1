"""What goods cost the company: valuation of the stock in hand, what a bill of materials says, what was paid last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Literal

import frappe

from crm_ext.shared.money import to_decimal

Basis = Literal["Valuation", "Landed Cost"]
_ZERO = Decimal(0)


def unit_costs(
    item_codes: Iterable[str], company: str, basis: Basis = "Valuation"
) -> dict[str, Decimal | None]:
    """Cost of one stock unit of each item in the company's currency; None where nothing is known.

    basis 'Valuation': the average value of the company's stock in hand; without stock, what the default bill of
    materials of a made item says; else the item's own valuation rate; else the last purchase.
    basis 'Landed Cost': the last purchase that the company received, landed costs included; where nothing was
    received, as above. A bundle costs the sum of its parts, and is unknown where one of them is.
    Rates that stand on the item itself are in the currency of the site's default company, and count for no company of
    another currency. Five queries at most, whatever the number of items.
    """
    wanted = set(item_codes)
    if not wanted:
        return {}
    bundles = _bundles(wanted)
    single = (wanted - bundles.keys()) | {part for parts in bundles.values() for part, _ in parts}
    costs = _single_costs(single, company, basis)
    return {code: _bundle_cost(bundles[code], costs) if code in bundles else costs[code] for code in wanted}


def _single_costs(codes: Collection[str], company: str, basis: Basis) -> dict[str, Decimal | None]:
    if not codes:
        return {}
    found: dict[str, Decimal] = {}
    sources = (_stock_values, _bill_of_material_costs, _item_rates)
    if basis == "Landed Cost":
        sources = (_last_receipts, *sources)
    for source in sources:
        missing = [code for code in codes if code not in found]
        if missing:
            found |= source(missing, company)
    return {code: found.get(code) for code in codes}


def _bundle_cost(parts: Iterable[tuple[str, Decimal]], costs: Mapping[str, Decimal | None]) -> Decimal | None:
    """The sum over the parts of their quantity in one bundle times their cost."""
    known = [(qty, costs[part]) for part, qty in parts]
    if any(cost is None for _, cost in known):
        return None
    return sum((qty * cost for qty, cost in known), _ZERO)


def _bundles(codes: Collection[str]) -> dict[str, list[tuple[str, Decimal]]]:
    """(part, quantity in stock units) of each item that is an enabled product bundle."""
    rows = frappe.db.sql(
        """select bundle.new_item_code, part.item_code, part.qty
        from `tabProduct Bundle` bundle join `tabProduct Bundle Item` part on part.parent = bundle.name
        where bundle.new_item_code in %(codes)s and bundle.disabled = 0""",
        {"codes": tuple(codes)},
    )
    bundles: dict[str, list[tuple[str, Decimal]]] = {}
    for bundle, part, qty in rows:
        bundles.setdefault(bundle, []).append((part, to_decimal(qty)))
    return bundles


def _stock_values(codes: Collection[str], company: str) -> dict[str, Decimal]:
    """Average value over the company's warehouses, weighted by what lies in each."""
    rows = frappe.db.sql(
        """select bin.item_code, sum(bin.stock_value), sum(bin.actual_qty)
        from `tabBin` bin join `tabWarehouse` warehouse on warehouse.name = bin.warehouse
        where bin.item_code in %(codes)s and warehouse.company = %(company)s and bin.actual_qty > 0
        group by bin.item_code""",
        {"codes": tuple(codes), "company": company},
    )
    return {code: to_decimal(value) / to_decimal(qty) for code, value, qty in rows}


def _bill_of_material_costs(codes: Collection[str], company: str) -> dict[str, Decimal]:
    """Cost of one unit by the company's default bill of materials."""
    rows = frappe.get_all(
        "BOM",
        filters={
            "item": ("in", codes),
            "company": company,
            "is_default": 1,
            "is_active": 1,
            "docstatus": 1,
            "quantity": (">", 0),
            "base_total_cost": (">", 0),
        },
        fields=["item", "base_total_cost", "quantity"],
        order_by="creation",
    )
    return {row.item: to_decimal(row.base_total_cost) / to_decimal(row.quantity) for row in rows}


def _item_rates(codes: Collection[str], company: str) -> dict[str, Decimal]:
    """The valuation rate that stands on the item, else what was paid last in any company."""
    if frappe.get_cached_value("Company", company, "default_currency") != _item_currency():
        return _last_receipts(codes, company)
    rows = frappe.get_all(
        "Item",
        filters={"name": ("in", codes)},
        fields=["name", "valuation_rate", "last_purchase_rate"],
        order_by="name",
    )
    rates = {row.name: to_decimal(row.valuation_rate) or to_decimal(row.last_purchase_rate) for row in rows}
    return {code: rate for code, rate in rates.items() if rate}


def _item_currency() -> str:
    default_company = frappe.db.get_single_value("Global Defaults", "default_company", cache=True)
    if default_company:
        return frappe.get_cached_value("Company", default_company, "default_currency")
    return frappe.db.get_single_value("Global Defaults", "default_currency", cache=True)


def _last_receipts(codes: Collection[str], company: str) -> dict[str, Decimal]:
    """Rate of one stock unit at the last receipt, with the landed costs that were spread over it."""
    rows = frappe.db.sql(
        """select item_code, valuation_rate from (
            select item.item_code, item.valuation_rate, row_number() over (
                partition by item.item_code order by receipt.posting_date desc, receipt.posting_time desc, item.idx desc
            ) as latest
            from `tabPurchase Receipt Item` item join `tabPurchase Receipt` receipt on receipt.name = item.parent
            where item.item_code in %(codes)s and receipt.company = %(company)s and receipt.docstatus = 1
                and receipt.is_return = 0 and item.valuation_rate > 0
        ) receipts where latest = 1""",
        {"codes": tuple(codes), "company": company},
    )
    return {code: to_decimal(rate) for code, rate in rows}
