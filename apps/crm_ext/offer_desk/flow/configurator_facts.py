"""What is so today for one quotation's customer: places in the trees, items no longer sold, stock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.offer_desk.flow import promises
from crm_ext.offer_desk.queries import offer_models as queries
from crm_ext.offer_desk.rules.configurator.definitions import Facts, Model, Option
from crm_ext.offer_desk.rules.promises import Ask, Promise
from crm_ext.shared.money import to_decimal


def facts_for(model: Model, quotation: Document, quantities: Mapping[str, Decimal] | None = None) -> Facts:
    """Without quantities an option counts as in stock where one unit of it is."""
    today = getdate()
    codes = {option.item_code for option in model.options if option.item_code}
    items = queries.items(codes) if codes else {}
    group, territory = queries.market_of(quotation.quotation_to, quotation.party_name)
    return Facts(
        today=today,
        customer_groups=queries.with_all_above("Customer Group", group),
        territories=queries.with_all_above("Territory", territory),
        gone=frozenset(
            option.code
            for option in model.options
            if option.item_code and not queries.is_sold(items.get(option.item_code), today)
        ),
        short=_short(model, quotation, quantities or {}),
    )


def promises_for(
    options: Mapping[str, tuple[Option, Decimal]], quotation: Document, *, optional: bool = False
) -> dict[str, Promise]:
    """The promise of each option's quantity (in its unit), by code.

    optional: each option is looked at by itself, as if the others took nothing.
    """
    factors = queries.conversion_factors(
        (option.item_code, option.uom) for option, _qty in options.values() if option.uom
    )
    asks = [
        Ask(
            code,
            option.item_code,
            qty * to_decimal(factors.get((option.item_code, option.uom), 1)),
            quotation.get("set_warehouse"),
            optional,
        )
        for code, (option, qty) in options.items()
    ]
    customer = quotation.party_name if quotation.quotation_to == "Customer" else None
    return promises.promise(
        asks,
        company=quotation.company,
        customer=customer,
        own=("Quotation", quotation.name) if quotation.name else None,
    )


def _short(model: Model, quotation: Document, quantities: Mapping[str, Decimal]) -> frozenset[str]:
    """Options sold from stock only today, of which stock does not cover the quantity."""
    today = getdate().isoformat()
    asked = {
        option.code: (option, quantities.get(option.code) or Decimal(1))
        for option in model.options
        if option.item_code and option.from_stock_until >= today
    }
    if not asked:
        return frozenset()
    found = promises_for(asked, quotation, optional=not quantities)
    return frozenset(code for code, promise in found.items() if not _is_covered(promise))


def _is_covered(promise: Promise) -> bool:
    return promise.cause.code in ("in_stock", "service")
