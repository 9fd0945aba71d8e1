"""A quotation takes, keeps, gives back and takes over stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate, now_datetime

from crm_ext.crm_ext_core.flow.spelling import number
from crm_ext.offer_desk.flow.stock_holds import locks, telling
from crm_ext.offer_desk.flow.stock_holds.sentences import throw
from crm_ext.offer_desk.queries import stock_holds as queries
from crm_ext.offer_desk.queries.stock_holds import OfferedLine
from crm_ext.offer_desk.rules import stock_holds as rules
from crm_ext.offer_desk.rules.stock_holds import UNGRADED, Pair, Wish
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal, refuse

_CLOSED = ("Lost", "Expired", "Cancelled", "Ordered")
# Floats of the database, compared.
_NOTHING = Decimal("0.000001")


@dataclass(frozen=True)
class LineResult:
    """What a line of an offer holds of one item. cause: None, 'less_free', 'nothing_free' or 'no_warehouse'."""

    row: str
    number: int
    item_code: str
    asked: Decimal
    held: Decimal
    cause: str | None


@dataclass(frozen=True)
class HoldResult:
    """What was asked for and what is held now, line by line; sentences says in words where it is less."""

    lines: tuple[LineResult, ...]

    @property
    def is_complete(self) -> bool:
        return all(line.cause is None for line in self.lines)

    def sentences(self) -> list[str]:
        return [_line_sentence(line) for line in self.lines if line.cause]


def hold(quotation: str, quantities: Mapping[str, object] | None = None) -> HoldResult:
    """Hold stock for the lines of a submitted quotation, as much as is free.

    quantities: by name of the quotation's row in stock units (of a bundle: in bundles), None for the whole line; left
    out, every line but the alternatives is held. What a line holds already counts; asking again adds what is missing.
    """
    offer = _open_offer(quotation)
    wanted = _wanted(queries.offered_lines(quotation), quantities)
    if not wanted:
        throw(refuse("nothing_to_hold"))
    return _place(offer, wanted)


def hold_submitted(quotation: Document) -> None:
    """A quotation holds its stock as soon as it is submitted, where the settings say so or it replaces one that did."""
    if _is_closed(quotation.status) or not _holds_by_itself(quotation):
        return
    wanted = _wanted(queries.offered_lines(quotation.name), None)
    if wanted:
        result = _place(queries.offer(quotation.name), wanted)
        if not result.is_complete:
            frappe.msgprint(result.sentences(), title=_("Not Everything Is Held"), as_list=True)


def _holds_by_itself(quotation: Document) -> bool:
    if frappe.get_cached_doc("Offer Desk Settings").hold_on_submit:
        return True
    return bool(quotation.amended_from) and queries.held_until_cancelled(quotation.amended_from)


def extend(hold: str, days: int, reason: str) -> None:
    """Let an active hold last so many days longer."""
    held = _locked_hold(hold)
    offer = queries.offer(held.quotation)
    until = rules.extended_until(
        status=held.status,
        expires_at=held.expires_at,
        extensions=held.extensions,
        days=days,
        reason=reason,
        valid_till=offer.valid_till,
        maximum=frappe.get_cached_doc("Offer Desk Settings").maximum_extensions,
        is_manager=_is_manager(),
        now=now_datetime(),
    )
    if isinstance(until, Refusal):
        throw(until)
    locks.change(held, "Extended", reason.strip(), expires_at=until, extensions=held.extensions + 1, warned=0)


def release(hold: str, reason: str) -> None:
    """Give the stock back before the hold's time is over; whoever made the offer is told."""
    held = _locked_hold(hold)
    refusal = rules.release(held.status, reason)
    if isinstance(refusal, Refusal):
        throw(refusal)
    locks.close([held], "Released", "Released", reason.strip())
    telling.tell(
        telling.owners([held.quotation])[held.quotation],
        _("{0} of {1} are no longer held for {2}: {3}").format(
            number(held.qty), held.item_name, held.quotation, reason.strip()
        ),
        held.quotation,
    )


def take_over(hold: str, quotation: str, reason: str) -> HoldResult:
    """A better customer's quotation takes what it lacks from another offer's hold; a Sales Manager decides it.

    What it does not need stays with the other offer, whose owner is told.
    """
    offer = _open_offer(quotation)
    found = frappe.db.get_value("Stock Hold", hold, ["item_code", "warehouse"])
    wanted = _wanted(queries.offered_lines(quotation), None)
    locks.lock_stock({found} | _pairs(wanted, offer.company))
    held = queries.locked([hold])[0]
    refusal = rules.take_over(
        status=held.status,
        priority=held.priority,
        new_priority=_priority(offer),
        reason=reason,
        is_manager=_is_manager(),
        same_offer=held.quotation == quotation,
    )
    if isinstance(refusal, Refusal):
        throw(refusal)
    lacking = _lacking(wanted, queries.locked(queries.active_of(quotation)), held)
    taken = min(lacking, to_decimal(held.qty))
    if taken <= 0:
        throw(refuse("takeover_not_needed"))
    _give_up(held, taken, quotation, reason.strip())
    return _place(offer, [line for line in wanted if line.item_code == held.item_code], prefer=held.warehouse)


def _give_up(held: Mapping, taken: Decimal, quotation: str, reason: str) -> None:
    left = to_decimal(held.qty) - taken
    words = _("{0} for {1}: {2}").format(number(taken), quotation, reason)
    if left > _NOTHING:
        locks.change(held, "Taken Over", words, qty=left)
    else:
        locks.close([held], "Released", "Taken Over", words)
    telling.tell(
        telling.owners([held.quotation])[held.quotation],
        _("{0} of {1} went from {2} to {3}: {4}").format(
            number(taken), held.item_name, held.quotation, quotation, reason
        ),
        held.quotation,
    )


def _lacking(wanted: Sequence[OfferedLine], own: Sequence[Mapping], held: Mapping) -> Decimal:
    asked = sum((line.qty for line in wanted if line.item_code == held.item_code), Decimal(0))
    has = sum(
        (to_decimal(one.qty) for one in own if one.item_code == held.item_code and one.status == "Active"),
        Decimal(0),
    )
    return asked - has


# Placing


def _open_offer(quotation: str) -> Mapping:
    offer = queries.offer(quotation)
    if offer is None or offer.docstatus != 1:
        throw(refuse("offer_not_submitted"))
    if _is_closed(offer.status):
        throw(refuse("offer_closed", status=offer.status))
    if offer.valid_till and offer.valid_till < getdate():
        throw(refuse("offer_closed", status="Expired"))
    return offer


def _is_closed(status: str) -> bool:
    return status in _CLOSED


def _wanted(lines: Sequence[OfferedLine], quantities: Mapping[str, object] | None) -> list[OfferedLine]:
    """The lines with the quantity that each is to hold."""
    if quantities is None:
        return [line for line in lines if not line.is_alternative and line.qty > 0]
    if set(quantities) - {line.row for line in lines}:
        throw(refuse("line_unknown"))
    return [_reduced(line, quantities[line.row]) for line in lines if line.row in quantities and line.qty > 0]


def _reduced(line: OfferedLine, typed: object) -> OfferedLine:
    """A bundle's part is held in proportion to the bundles asked for."""
    qty = rules.quantity_to_hold(typed, line.qty / line.per_unit)
    if isinstance(qty, Refusal):
        throw(qty)
    return line.with_quantity(qty * line.per_unit)


def _pairs(wanted: Sequence[OfferedLine], company: str) -> set[Pair]:
    return _pairs_of(_places(wanted, company))


def _pairs_of(places: Mapping[OfferedLine, Sequence[str]]) -> set[Pair]:
    return {(line.item_code, place) for line, own in places.items() for place in own}


def _places(wanted: Sequence[OfferedLine], company: str) -> dict[OfferedLine, list[str]]:
    """The warehouses in which a line may hold: its own, those below it, or the item's usual one."""
    nameless = {line.item_code for line in wanted if not line.warehouse}
    usual = queries.default_warehouses(nameless, company) if nameless else {}
    named = {line: line.warehouse or usual.get(line.item_code) for line in wanted}
    below = queries.leaves({place for place in named.values() if place})
    return {line: below.get(place, []) for line, place in named.items()}


def _place(offer: Mapping, wanted: Sequence[OfferedLine], prefer: str | None = None) -> HoldResult:
    places = _places(wanted, offer.company)
    stock = locks.lock_stock(_pairs_of(places))
    free = locks.free_stock(stock, offer.company)
    own = [one for one in queries.locked(queries.active_of(offer.name)) if one.status == "Active"]
    has: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in own:
        has[one.quotation_item, one.item_code] += to_decimal(one.qty)
    items = queries.items({line.item_code for line in wanted})
    wishes = []
    for line in wanted:
        missing = line.qty - has[line.row, line.item_code]
        if missing > _NOTHING and places[line]:
            order = sorted(places[line], key=lambda place: place != prefer)
            wishes.append(
                Wish(
                    key=line.row,
                    item_code=line.item_code,
                    warehouses=tuple(order),
                    qty=missing,
                    whole_numbers=bool(items[line.item_code].must_be_whole_number),
                )
            )
    allotments = rules.allot(wishes, free)
    _keep(offer, allotments, own, items, {(line.row, line.item_code): line.qty for line in wanted})
    for one in allotments:
        has[one.key, one.item_code] += one.qty
    return HoldResult(
        tuple(_line_result(line, has[line.row, line.item_code], bool(places[line])) for line in wanted)
    )


def _keep(
    offer: Mapping,
    allotments: Sequence[rules.Allotment],
    own: Sequence[Mapping],
    items: Mapping[str, Mapping],
    asked: Mapping[tuple[str, str], Decimal],
) -> None:
    """New holds for what was allotted; a hold that is there already grows."""
    there = {(one.quotation_item, one.item_code, one.warehouse): one for one in own}
    fresh = []
    for one in allotments:
        if known := there.get((one.key, one.item_code, one.warehouse)):
            locks.change(known, "Changed", qty=to_decimal(known.qty) + one.qty)
        else:
            fresh.append(one)
    settings = frappe.get_cached_doc("Offer Desk Settings")
    until = rules.held_until(
        getdate(), offer.grade and offer.grade.hold_days, settings.hold_days, offer.valid_till
    )
    locks.insert(
        [
            {
                "item_code": one.item_code,
                "item_name": items[one.item_code].item_name,
                "warehouse": one.warehouse,
                "qty": one.qty,
                "stock_uom": items[one.item_code].stock_uom,
                "asked_qty": asked[one.key, one.item_code],
                "expires_at": until,
                "priority": _priority(offer),
                "extensions": 0,
                "warned": 0,
                "quotation": offer.name,
                "quotation_item": one.key,
                "company": offer.company,
                "customer": offer.customer,
                "customer_name": offer.customer_name,
            }
            for one in fresh
        ],
        "Held",
    )


def _line_result(line: OfferedLine, held: Decimal, has_place: bool) -> LineResult:
    if not has_place:
        cause = "no_warehouse"
    elif held <= 0:
        cause = "nothing_free"
    elif held + _NOTHING < line.qty:
        cause = "less_free"
    else:
        cause = None
    return LineResult(line.row, line.number, line.item_code, line.qty, held, cause)


def _line_sentence(line: LineResult) -> str:
    match line.cause:
        case "no_warehouse":
            return _("Row {0}: name a warehouse for {1}, then hold it.").format(line.number, line.item_code)
        case "nothing_free":
            return _("Row {0}: nothing of {1} is free.").format(line.number, line.item_code)
    return _("Row {0}: {1} of {2} {3} are held; no more is free.").format(
        line.number, number(line.held), number(line.asked), line.item_code
    )


def _locked_hold(name: str) -> Mapping:
    """The hold as it is now, after its quotation and its stock were locked."""
    found = frappe.db.get_value("Stock Hold", name, ["quotation", "item_code", "warehouse"], as_dict=True)
    queries.offer(found.quotation)
    locks.lock_stock([(found.item_code, found.warehouse)])
    held = queries.locked([name])[0]
    held.expires_at = get_datetime(held.expires_at)
    return held


def _priority(offer: Mapping) -> int:
    return min(offer.grade.priority, UNGRADED - 1) if offer.grade else UNGRADED


def _is_manager() -> bool:
    return "Sales Manager" in frappe.get_roles()
