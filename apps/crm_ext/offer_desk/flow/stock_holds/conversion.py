"""From an offer's hold to an order's own stock and back, and what nobody else may reserve meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_ext import erpnext_port
from crm_ext.crm_ext_core.flow.spelling import moment, number
from crm_ext.offer_desk.flow import promises
from crm_ext.offer_desk.flow.stock_holds import locks
from crm_ext.offer_desk.queries import stock_holds as queries
from crm_ext.offer_desk.rules import stock_holds as rules
from crm_ext.offer_desk.rules.promises import Ask
from crm_ext.offer_desk.rules.stock_holds import Pair
from crm_ext.shared.money import to_decimal

_NAMED_HOLDS = 3


def convert_for_order(order: Document) -> None:
    """A submitted order takes the holds of the quotation lines that it was made from.

    Where the site reserves stock, they become ERPNext's Stock Reservation Entries; elsewhere, and where ERPNext cannot
    reserve, the order's own demand protects the stock from now on. What was not ordered stays held.
    """
    lines = [row for row in order.items if row.get("quotation_item")]
    found = queries.active_of_lines({row.quotation_item for row in lines}) if lines else []
    if not found:
        return
    locks.lock_stock({locks.pair_of(hold) for hold in found})
    holds = [hold for hold in queries.locked([hold.name for hold in found]) if _lives(hold)]
    taken = _taken(order, lines, holds)
    converted = [(_convert(hold, qty, order.name), row) for hold, qty, row in taken]
    _reserve_converted(order, converted)


def _taken(
    order: Document, lines: Sequence[Document], holds: Sequence[Mapping]
) -> list[tuple[Mapping, Decimal, Document]]:
    """How much of which hold goes into which line of the order: holds in the line's own warehouse first."""
    left = {hold.name: to_decimal(hold.qty) for hold in holds}
    taken = []
    for row in lines:
        for item_code, needed in _needs(order, row).items():
            own = [
                hold
                for hold in sorted(holds, key=lambda hold, row=row: hold.warehouse != row.warehouse)
                if (hold.quotation_item, hold.item_code) == (row.quotation_item, item_code)
            ]
            parts = rules.converted([(hold.name, left[hold.name]) for hold in own], needed)
            for hold in own:
                if hold.name in parts:
                    left[hold.name] -= parts[hold.name]
                    taken.append((hold, parts[hold.name], row))
    return _joined(taken)


def _joined(taken: list[tuple[Mapping, Decimal, Document]]) -> list[tuple[Mapping, Decimal, Document]]:
    """One part for each hold: several lines of an order may name the same line of the offer."""
    sums: dict[str, tuple] = {}
    for hold, qty, row in taken:
        so_far = sums[hold.name][1] if hold.name in sums else Decimal(0)
        sums[hold.name] = (hold, so_far + qty, row)
    return list(sums.values())


def _needs(order: Document, row: Document) -> dict[str, Decimal]:
    """What a line of the order takes of each item, in stock units: the item itself, or the parts of a bundle."""
    needs: dict[str, Decimal] = defaultdict(Decimal)
    for part in order.get("packed_items") or ():
        if part.parent_detail_docname == row.name:
            needs[part.item_code] += to_decimal(part.qty)
    return dict(needs) or {row.item_code: to_decimal(row.stock_qty)}


def _convert(hold: Mapping, qty: Decimal, order: str) -> Mapping:
    """The converted hold: itself, or, where the order takes only a part of it, a second one beside what stays held."""
    if qty >= to_decimal(hold.qty):
        locks.change(hold, "Converted", status="Converted", live_key=None, sales_order=order)
        return {**hold, "status": "Converted", "sales_order": order}
    locks.change(hold, "Changed", _("A part was ordered."), qty=to_decimal(hold.qty) - qty)
    return locks.insert_converted({**hold, "qty": qty, "sales_order": order})


def _reserve_converted(order: Document, converted: Sequence[tuple[Mapping, Document]]) -> None:
    if not erpnext_port.stock_reservation_is_on():
        return
    missing = {row: qty - reserved for row, (qty, reserved) in _reserved_by_row(order).items()}
    parts = []
    for hold, row in converted:
        qty = min(to_decimal(hold["qty"]), missing.get(row.name, Decimal(0)))
        if hold["item_code"] == row.item_code and qty > 0:
            parts.append((row.name, hold["warehouse"], qty))
            missing[row.name] -= qty
    problem = _reserve(order, parts)
    entries = {(one.voucher_detail_no, one.warehouse): one.name for one in queries.entries_of(order.name)}
    for hold, row in converted:
        entry = entries.get((row.name, hold["warehouse"])) if hold["item_code"] == row.item_code else None
        if entry:
            frappe.db.set_value("Stock Hold", hold["name"], "stock_reservation_entry", entry)
        else:
            locks.log([hold], "Changed", problem or _("Not reserved; the order itself protects the stock."))


def _reserved_by_row(order: Document) -> dict[str, tuple[Decimal, Decimal]]:
    """What each line of the order still has to deliver and what is reserved for it, in stock units."""
    reserved: dict[str, Decimal] = defaultdict(Decimal)
    for entry in queries.entries_of(order.name):
        reserved[entry.voucher_detail_no] += to_decimal(entry.qty)
    return {row.name: (_open_qty(row), reserved[row.name]) for row in order.items}


def _open_qty(row: Document) -> Decimal:
    return to_decimal(row.stock_qty) - to_decimal(row.delivered_qty) * to_decimal(row.conversion_factor or 1)


def _reserve(order: Document, parts: Sequence[tuple[str, str, Decimal]]) -> str | None:
    """ERPNext's reservations for (line, warehouse, quantity); its objection, where it has one, instead of an error.

    An order must not fail because its stock cannot be set aside: ERPNext refuses it for sites with negative stock, for
    picked lines and others. The order's demand protects the stock all the same.
    """
    if not parts:
        return None
    frappe.db.savepoint("reserve_stock")
    try:
        erpnext_port.reserve_stock(order, parts)
    except frappe.ValidationError as error:
        frappe.db.rollback(save_point="reserve_stock")
        frappe.clear_last_message()
        return frappe.utils.strip_html(str(error))
    return None


def restore_for_order(order: Document) -> None:
    """A cancelled order gives its holds back to the quotation, as far as they have time left and the stock is free."""
    found = queries.converted_for(order.name)
    if not found:
        return
    stock = locks.lock_stock({locks.pair_of(hold) for hold in found})
    holds = [hold for hold in queries.locked([hold.name for hold in found]) if hold.status == "Converted"]
    open_offers = queries.open_offers({hold.quotation for hold in holds})
    free = locks.free_stock(stock, order.company)
    lines = queries.active_of_lines({hold.quotation_item for hold in holds})
    siblings = {locks.live_key(one): one.name for one in lines}
    for hold in holds:
        pair = locks.pair_of(hold)
        status = rules.status_after_cancelled_order(
            get_datetime(hold.expires_at),
            now_datetime(),
            hold.quotation in open_offers,
            free.get(pair, Decimal(0)),
        )
        qty = min(to_decimal(hold.qty), free.get(pair, Decimal(0)))
        if status != "Active":
            locks.change(hold, "Expired", _("The order was cancelled."), status=status, **_NO_ORDER)
        elif sibling := siblings.get(locks.live_key(hold)):
            _join(hold, queries.locked([sibling])[0], qty)
            free[pair] -= qty
        else:
            locks.change(
                hold, "Restored", _("The order was cancelled."), status="Active", qty=qty,
                live_key=locks.live_key(hold), **_NO_ORDER,
            )  # fmt: skip
            free[pair] -= qty


_NO_ORDER = {"sales_order": None, "stock_reservation_entry": None}


def _join(hold: Mapping, sibling: Mapping, qty: Decimal) -> None:
    """What was ordered comes back to the part that stayed held."""
    locks.change(sibling, "Restored", _("The order was cancelled."), qty=to_decimal(sibling.qty) + qty)
    locks.change(hold, "Released", _("Joined with the hold that was left."), status="Released", **_NO_ORDER)


# Orders that reserve for themselves


def reserve_order(sales_order: str) -> dict[str, Decimal]:
    """How much of each line of a submitted order stands ready for it, in stock units, by the line's name.

    Where the site reserves stock, it is set aside in ERPNext's Stock Reservation Entries; elsewhere the order's own
    demand keeps it from later orders and holds. Neither takes what the promise gives to others. Lines that are no stock
    (services, drop-shipments) are left out. Whoever makes the order locks its stock (`lock_stock`) before anything else.
    """
    order = frappe.get_doc("Sales Order", sales_order)
    needs = _open_needs(order)
    locks.lock_stock({pair for own in needs.values() for pair in own})
    asks = [
        Ask((row, pair), pair[0], qty, pair[1])
        for row, own in needs.items()
        for pair, qty in own.items()
        if qty > 0
    ]
    promised = promises.promise(asks, company=order.company, own=("Sales Order", order.name))
    rows = {row.name: row for row in order.items}
    covered = {
        name: _covered(
            _open_qty(rows[name]),
            [(qty, promised[name, pair].in_stock) for pair, qty in own.items() if qty > 0],
        )
        for name, own in needs.items()
    }
    return _set_aside(order, covered) if erpnext_port.stock_reservation_is_on() else covered


def _open_needs(order: Document) -> dict[str, dict[Pair, Decimal]]:
    """What each line that ships from stock still has to deliver, by (item, warehouse), in stock units."""
    needs = {row.name: _needs(order, row) for row in order.items}
    stocked = queries.items({code for own in needs.values() for code in own})
    places = {
        (part.parent_detail_docname, part.item_code): part.warehouse
        for part in order.get("packed_items") or ()
    }
    found: dict[str, dict[Pair, Decimal]] = {}
    for row in order.items:
        if row.delivered_by_supplier or not row.stock_qty:
            continue
        share = _open_qty(row) / to_decimal(row.stock_qty)
        for code, qty in needs[row.name].items():
            warehouse = places.get((row.name, code)) or row.warehouse
            if stocked[code].is_stock_item and warehouse:
                found.setdefault(row.name, {})[code, warehouse] = qty * share
    return found


def _covered(open_qty: Decimal, parts: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """The line's quantity that stands ready: of a bundle as many whole ones as all its parts (wanted, ready) allow."""
    if not parts:
        return Decimal(0)
    covered = open_qty * min(ready / wanted for wanted, ready in parts)
    return covered.to_integral_value(ROUND_FLOOR) if len(parts) > 1 else covered


def _set_aside(order: Document, covered: Mapping[str, Decimal]) -> dict[str, Decimal]:
    rows = {row.name: row for row in order.items}
    reserved = {name: have for name, (_open, have) in _reserved_by_row(order).items()}
    parts = [
        (name, rows[name].warehouse, qty - reserved[name])
        for name, qty in covered.items()
        if qty > reserved[name] and not _is_bundle(order, rows[name])
    ]
    problem = _reserve(order, parts)
    if problem:
        frappe.msgprint(problem, title=_("Stock Is Not Set Aside"))
    now_reserved = {name: have for name, (_open, have) in _reserved_by_row(order).items()}
    return {
        name: qty if problem or _is_bundle(order, rows[name]) else now_reserved[name]
        for name, qty in covered.items()
    }


def _is_bundle(order: Document, row: Document) -> bool:
    return any(part.parent_detail_docname == row.name for part in order.get("packed_items") or ())


# What nobody else may reserve


def guard_reservation(entry: Document) -> None:
    """A reservation for an order leaves what other offers hold.

    It gets what is left, where ERPNext's settings allow to reserve a part; else a sentence says who holds the rest.
    Goods that were bought for the order and arrive for it are its own.
    """
    if entry.from_voucher_type == "Purchase Receipt":
        return
    pair = (entry.item_code, entry.warehouse)
    stock = locks.lock_stock([pair]).get(pair)
    if stock is None or stock.held <= 0:
        return
    own_offer = frappe.db.get_value("Sales Order Item", entry.voucher_detail_no, "prevdoc_docname")
    others = [hold for hold in _active_in(pair) if hold.quotation != own_offer]
    held = sum((to_decimal(hold.qty) for hold in others), Decimal(0))
    reserved = queries.reserved_by_others(pair, entry.name)
    left = stock.actual - reserved - held
    if to_decimal(entry.reserved_qty) <= left:
        return
    if left > 0 and entry.reservation_based_on == "Qty" and erpnext_port.parts_may_be_reserved():
        entry.reserved_qty = float(left)
        frappe.msgprint(_held_sentence(entry, left, held, others), title=_("Stock Is Held for Offers"))
    else:
        frappe.throw(_held_sentence(entry, left, held, others), title=_("Stock Is Held for Offers"))


def _active_in(pair: Pair) -> Iterable[Mapping]:
    return [hold for hold in queries.locked(queries.active_in(pair)) if _lives(hold)]


def _lives(hold: Mapping) -> bool:
    """A hold whose time is over keeps nothing, even before the scheduler has closed it."""
    return hold["status"] == "Active" and get_datetime(hold["expires_at"]) > now_datetime()


def _held_sentence(entry: Document, left: Decimal, held: Decimal, holds: Sequence[Mapping]) -> str:
    named = [
        _("{0} for {1} until {2}").format(hold.quotation, hold.customer_name, moment(hold.expires_at))
        for hold in holds[:_NAMED_HOLDS]
    ]
    return _(
        "Only {0} of {1} in {2} can be reserved: {3} are held for offers ({4}). Whoever made the offer, or a Sales Manager, can release the hold."
    ).format(
        number(max(left, Decimal(0))),
        entry.item_code,
        entry.warehouse,
        number(held),
        _(", ").join(named),
    )
