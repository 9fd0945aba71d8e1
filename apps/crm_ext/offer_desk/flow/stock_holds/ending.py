"""Holds end by themselves: by time, with their offer, and not without a word before."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_ext.crm_ext_core.flow.spelling import moment, number
from crm_ext.offer_desk.flow.stock_holds import locks, telling
from crm_ext.offer_desk.queries import stock_holds as queries
from crm_ext.shared.money import to_decimal

_BATCH = 500


def expire_due() -> int:
    """End every active hold whose time, or whose offer, is over; returns how many. Running it twice ends nothing twice."""
    ended = 0
    while batch := queries.lapsed(now_datetime(), _BATCH):
        ended += _expire([hold.name for hold in batch], [locks.pair_of(hold) for hold in batch])
        # A batch is a whole of its own: the stock that it frees is free while the next one runs.
        frappe.db.commit()
    return ended


def _expire(names: list[str], pairs: list[tuple[str, str]]) -> int:
    locks.lock_stock(pairs)
    now = now_datetime()
    by_time, with_offer = [], []
    for hold in queries.locked(names):
        if hold.status == "Active":
            (by_time if get_datetime(hold.expires_at) <= now else with_offer).append(hold)
    locks.close(by_time, "Expired", "Expired")
    locks.close(with_offer, "Released", "Released", _("The quotation is closed."))
    return len(by_time) + len(with_offer)


def release_cancelled(quotation: Document) -> None:
    release_offer(quotation.name, _("The quotation is cancelled."))


def release_when_lost(quotation: Document) -> None:
    if quotation.status == "Lost":
        release_offer(quotation.name, _("The quotation is lost."))


def release_offer(quotation: str, reason: str) -> None:
    """Give back everything that a quotation holds, because it is cancelled, lost or replaced."""
    names = queries.active_of(quotation)
    if not names:
        return
    pairs = [
        (hold.item_code, hold.warehouse) for hold in queries.of_offer(quotation) if hold.status == "Active"
    ]
    locks.lock_stock(pairs)
    locks.close(
        [hold for hold in queries.locked(names) if hold.status == "Active"], "Released", "Released", reason
    )


def forget_offer(quotation: str) -> None:
    """A quotation that is deleted takes the history of its holds along."""
    names = [hold.name for hold in queries.of_offer(quotation)]
    if names:
        release_offer(quotation, _("The quotation is deleted."))
        frappe.db.delete("Stock Hold Event", {"parent": ("in", names), "parenttype": "Stock Hold"})
        frappe.db.delete("Stock Hold", {"name": ("in", names)})


def warn_owners() -> int:
    """Tell those who made an offer, once for each hold, that it is about to end; returns how many holds."""
    days = frappe.get_cached_doc("Offer Desk Settings").warn_days
    now = now_datetime()
    holds = queries.ending(now + timedelta(days=days), now) if days else []
    if not holds:
        return 0
    by_offer: dict[str, list] = {}
    for hold in holds:
        by_offer.setdefault(hold.quotation, []).append(hold)
    for quotation, own in by_offer.items():
        telling.tell(own[0].offerer, _ending_sentence(quotation, own), quotation)
    hold_table = frappe.qb.DocType("Stock Hold")
    frappe.qb.update(hold_table).set(hold_table.warned, 1).where(
        hold_table.name.isin([hold.name for hold in holds])
    ).run()
    locks.log(holds, "Warned")
    return len(holds)


def _ending_sentence(quotation: str, holds: list) -> str:
    first = min(holds, key=lambda hold: hold.expires_at)
    if len(holds) == 1:
        return _("{0} of {1} are held for {2} ({3}) until {4} only. Extend or release the hold.").format(
            number(first.qty),
            first.item_code,
            first.customer_name,
            quotation,
            moment(first.expires_at),
        )
    return _("{0} holds for {1} ({2}) end soon, the first at {3}. Extend or release them.").format(
        len(holds), first.customer_name, quotation, moment(first.expires_at)
    )


def reconcile() -> int:
    """Put right what is written as held where it is not the sum of the active holds; returns how many were wrong.

    Only a merge of items or a row removed by hand makes them differ.
    """
    pairs = [tuple(pair) for pair in queries.misstated()]
    if pairs:
        stock = locks.lock_stock(pairs)
        sums = queries.sums_of_active(pairs)
        locks.add_to_held_stock((pair, sums.get(pair, to_decimal(0)) - stock[pair].held) for pair in stock)
    return len(pairs)
