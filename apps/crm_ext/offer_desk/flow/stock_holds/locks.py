"""The rows that everyone who changes holds or reserves stock must have first, and the writing of holds under them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import frappe
from frappe.utils import now
from pypika.terms import Values

from crm_ext.offer_desk.flow import promises
from crm_ext.offer_desk.queries import stock_holds as queries
from crm_ext.offer_desk.rules.promises import Ask
from crm_ext.offer_desk.rules.stock_holds import Pair, Stock, still_free
from crm_ext.shared.money import to_decimal

_COMMITTED = ("reserved_qty", "reserved_qty_for_production", "reserved_qty_for_sub_contract")
# More than any warehouse has: the answer is what is there.
_EVERYTHING = Decimal(10) ** 12
_STANDARD_COLUMNS = ("owner", "creation", "modified", "modified_by")
_EVENT_COLUMNS = (
    "name", "parent", "parenttype", "parentfield", "idx", "event", "at", "user", "qty", "until", "reason",
    *_STANDARD_COLUMNS,
)  # fmt: skip


def lock_stock(pairs: Iterable[Pair]) -> dict[Pair, Stock]:
    """Lock the stock of these (item, warehouse) until the transaction ends, and say how it stands now.

    Rows of Bin are locked always in the same order. Every change of a hold and every order's demand goes through them:
    whoever has them is alone. Who calls this first of all in a transaction also reads, from then on, everything that was
    committed before. Pairs without a Bin have no stock and are left out.
    """
    bins = queries.locked_bins(set(pairs))
    if not bins:
        return {}
    _complete_held_stock({pair: row.name for pair, row in bins.items()})
    held = queries.locked_held_stock([row.name for row in bins.values()])
    return {pair: _stock(row, held[row.name]) for pair, row in bins.items()}


def free_stock(stock: Mapping[Pair, Stock], company: str) -> dict[Pair, Decimal]:
    """What new holds may take of locked stock, by (item, warehouse).

    It is what the promise says can leave today: stock in hand, less what open orders need of it before supply comes, less
    reservations, production and holds; and less what others took while the lock was waited for.
    """
    names = queries.bins(stock)
    seen = queries.seen_stock(names.values()) if names else {}
    asks = [Ask(pair, pair[0], _EVERYTHING, pair[1], optional=True) for pair in names]
    promised = promises.promise(asks, company=company)
    return {
        pair: still_free(promised[pair].in_stock, _stock(*seen[name]), stock[pair])
        for pair, name in names.items()
    }


def _stock(row: Mapping, held: Decimal) -> Stock:
    committed = sum((to_decimal(row[part]) for part in _COMMITTED), Decimal(0))
    return Stock(actual=to_decimal(row["actual_qty"]), committed=committed, held=held)


def insert(holds: Sequence[Mapping], event: str, reason: str = "") -> list[dict]:
    """New active holds with all their columns but the standard ones."""
    made = [{**hold, "name": frappe.generate_hash(length=10), "live_key": live_key(hold)} for hold in holds]
    if made:
        columns = list(made[0])
        frappe.db.bulk_insert(
            "Stock Hold",
            [*columns, "status", *_STANDARD_COLUMNS],
            [[*(hold[column] for column in columns), "Active", *_standard_values()] for hold in made],
        )
        add_to_held_stock((pair_of(hold), hold["qty"]) for hold in made)
        log(made, event, reason)
    return made


def insert_converted(hold: Mapping) -> dict:
    """A copy of a hold that an order has taken a part of; nothing is held by it."""
    columns = [
        column
        for column in queries.FIELDS
        if column not in ("name", "live_key", "owner", "creation", "status")
    ]
    made = {**hold, "name": frappe.generate_hash(length=10), "status": "Converted"}
    frappe.db.bulk_insert(
        "Stock Hold",
        ["name", *columns, "status", *_STANDARD_COLUMNS],
        [[made["name"], *(made[column] for column in columns), "Converted", *_standard_values()]],
    )
    log([made], "Converted")
    return made


def close(holds: Sequence[Mapping], status: str, event: str, reason: str = "") -> None:
    """End active holds and give back what they kept."""
    if not holds:
        return
    hold_table = frappe.qb.DocType("Stock Hold")
    (
        frappe.qb.update(hold_table)
        .set(hold_table.status, status)
        .set(hold_table.live_key, None)
        .set(hold_table.modified, now())
        .set(hold_table.modified_by, frappe.session.user)
        .where(hold_table.name.isin([hold["name"] for hold in holds]))
        .run()
    )
    add_to_held_stock((pair_of(hold), -to_decimal(hold["qty"])) for hold in holds)
    log(holds, event, reason)


def change(hold: Mapping, event: str, reason: str = "", **values) -> None:
    """Write columns of one hold; where its quantity changes and it is active, the sum of what is held follows."""
    frappe.db.set_value("Stock Hold", hold["name"], values)
    is_active = values.get("status", hold["status"]) == "Active"
    was_active = hold["status"] == "Active"
    after = to_decimal(values.get("qty", hold["qty"])) if is_active else Decimal(0)
    before = to_decimal(hold["qty"]) if was_active else Decimal(0)
    add_to_held_stock([(pair_of(hold), after - before)])
    log([{**hold, **values}], event, reason)


def add_to_held_stock(differences: Iterable[tuple[Pair, Decimal]]) -> None:
    sums: dict[Pair, Decimal] = defaultdict(Decimal)
    for pair, qty in differences:
        sums[pair] += to_decimal(qty)
    names = queries.bins([pair for pair, qty in sums.items() if qty])
    if not names:
        return
    held = frappe.qb.DocType("Held Stock")
    query = frappe.qb.into(held).columns("name", "item_code", "warehouse", "qty", *_STANDARD_COLUMNS)
    for pair, name in sorted(names.items()):
        query = query.insert(name, *pair, sums[pair], *_standard_values())
    query.on_duplicate_key_update(held.qty, held.qty + Values(held.qty)).run()


def log(holds: Iterable[Mapping], event: str, reason: str = "") -> None:
    """A row in the history of each hold."""
    moment, user = now(), frappe.session.user
    rows = [
        (
            frappe.generate_hash(length=10), hold["name"], "Stock Hold", "events", 0, event, moment, user, hold["qty"],
            hold["expires_at"], reason, *_standard_values(),
        )
        for hold in holds
    ]  # fmt: skip
    frappe.db.bulk_insert("Stock Hold Event", list(_EVENT_COLUMNS), rows)


def live_key(hold: Mapping) -> str:
    """Unique in the database while the hold is active: one line cannot hold the same item in one warehouse twice."""
    parts = (hold["quotation_item"], hold["item_code"], hold["warehouse"])
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def pair_of(hold: Mapping) -> Pair:
    return hold["item_code"], hold["warehouse"]


def _complete_held_stock(bins: Mapping[Pair, str]) -> None:
    """Every locked Bin has its row in Held Stock, so that reading it locks the row and no gap for want of one."""
    known = queries.with_held_stock(bins.values())
    missing = [
        (name, *pair, 0, *_standard_values()) for pair, name in sorted(bins.items()) if name not in known
    ]
    if missing:
        columns = ["name", "item_code", "warehouse", "qty", *_STANDARD_COLUMNS]
        frappe.db.bulk_insert("Held Stock", columns, missing, ignore_duplicates=True)


def _standard_values() -> tuple:
    moment, user = now(), frappe.session.user
    return user, moment, moment, user
