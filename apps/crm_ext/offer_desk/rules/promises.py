"""The day on which goods can be promised, and how much of them sooner.

A promise is the earliest day on which the whole quantity can leave: out of stock and dated supply as far as nobody else
is promised them (`availability`), or bought or made anew within the lead time, whichever is sooner. Asks compete with
each other in their order. All quantities are in stock units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from crm_ext.offer_desk.rules.availability import Lot, Movement, Shelf
from crm_ext.offer_desk.rules.working_days import WorkingDays

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Ask:
    """What somebody wants.

    warehouse: a warehouse, a group of warehouses, or None for any of the company's own.
    optional: sees what the others take and takes nothing itself, like an option or an alternative line.
    drop_ship: the supplier delivers it to the customer; None leaves it to the item.
    """

    key: Hashable
    item_code: str
    qty: Decimal
    warehouse: str | None = None
    optional: bool = False
    drop_ship: bool | None = None


@dataclass(frozen=True)
class Arrival:
    """How much more can leave on a day."""

    day: date
    qty: Decimal


@dataclass(frozen=True)
class Cause:
    """What a promise rests on.

    code: 'in_stock', 'supply' (doctype, name, due), 'lead_time' (days, basis), 'service', 'drop_ship' (days, basis);
    without a day: 'no_lead_time', 'negative_stock' (ERPNext delivers it all the same), 'drop_ship_no_lead_time',
    'item_unknown', 'item_disabled', 'item_ended', 'item_is_template', 'no_warehouse', 'nothing_asked'.
    basis: 'item', 'supplier' (party), 'receipts' (party), 'production' (party: the BOM), 'settings'.
    """

    code: str
    item_code: str
    doctype: str = ""
    name: str = ""
    due: date | None = None
    days: int = 0
    basis: str = ""
    party: str = ""


@dataclass(frozen=True)
class Promise:
    """day: the whole quantity can leave; None: not known. schedule: what can leave by then in parts, by day.

    in_stock: how much of the quantity is in the house and free.
    """

    key: Hashable
    day: date | None
    schedule: tuple[Arrival, ...]
    in_stock: Decimal
    cause: Cause


@dataclass(frozen=True)
class LeadTime:
    """Working days until goods are there that are ordered today, and who says so (see `Cause.basis`)."""

    days: int
    basis: str
    party: str = ""


@dataclass(frozen=True)
class ItemFacts:
    """refusal: why the item cannot be sold at all, one of the codes of `Cause`."""

    is_stocked: bool = True
    refusal: str = ""
    lead_time: LeadTime | None = None
    is_drop_shipped: bool = False
    allows_negative_stock: bool = False


@dataclass(frozen=True)
class Supply:
    """All that is known of items on a day.

    pools: warehouses whose goods count, by the warehouse that is asked for; those under None are all. Demand of a
    movement whose warehouse is '' is met from any of them, supply of such a movement is nowhere and does not count.
    """

    today: date
    items: Mapping[str, ItemFacts]
    pools: Mapping[str | None, Sequence[str]]
    stock: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    movements: Iterable[Movement] = ()
    lots: Iterable[Lot] = ()
    working_days: WorkingDays = field(default_factory=WorkingDays)
    handling_days: int = 0

    def leaving(self, day: date) -> date:
        """The working day on which goods leave that are there on a day."""
        return self.working_days.after(day, self.handling_days)

    def last_day_to_pick(self, until: date) -> date:
        """The last day to take goods from the shelf that may be delivered until a day."""
        day = until
        while self.leaving(day) > until:
            day -= timedelta(days=1)
        return day


def promise(asks: Iterable[Ask], supply: Supply) -> dict[Hashable, Promise]:
    """One promise for each ask, by its key. Optional asks come after all others."""
    shelves = _Shelves(supply)
    return {ask.key: _promise_one(ask, supply, shelves) for ask in sorted(asks, key=lambda ask: ask.optional)}


class _Shelves:
    """Shelves of items in warehouses, filled when first asked for."""

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._movements: dict[tuple[str, str], list[Movement]] = defaultdict(list)
        self._lots: dict[tuple[str, str], list[Lot]] = defaultdict(list)
        homeless = []
        for movement in supply.movements:
            if movement.warehouse:
                self._movements[movement.item_code, movement.warehouse].append(movement)
            elif movement.qty < 0:
                homeless.append(movement)
        for lot in supply.lots:
            usable = replace(lot, until=supply.last_day_to_pick(lot.until))
            self._lots[lot.item_code, lot.warehouse].append(usable)
        for movement in sorted(homeless, key=lambda one: (one.day, one.doctype, one.name, one.qty)):
            day = max(movement.day, supply.today)
            _take(-movement.qty, day, self.of(movement.item_code, None))

    def of(self, item_code: str, warehouse: str | None) -> list[Shelf]:
        return [self._shelf((item_code, place)) for place in self._supply.pools.get(warehouse, ())]

    def _shelf(self, place: tuple[str, str]) -> Shelf:
        if place not in self._shelves:
            self._shelves[place] = Shelf(
                self._supply.today,
                self._supply.stock.get(place, _NOTHING),
                self._movements[place],
                self._lots[place],
            )
        return self._shelves[place]


def _promise_one(ask: Ask, supply: Supply, shelves: _Shelves) -> Promise:
    facts = supply.items.get(ask.item_code, ItemFacts(refusal="item_unknown"))
    if facts.refusal:
        return _without_day(ask, facts.refusal)
    if ask.qty <= 0:
        return _without_day(ask, "nothing_asked")
    if facts.is_drop_shipped if ask.drop_ship is None else ask.drop_ship:
        return _drop_shipped(ask, facts, supply)
    if not facts.is_stocked:
        return _on(ask, supply.today, Cause("service", ask.item_code))
    return _from_stock(ask, facts, supply, shelves.of(ask.item_code, ask.warehouse))


def _without_day(ask: Ask, code: str) -> Promise:
    return Promise(ask.key, None, (), _NOTHING, Cause(code, ask.item_code))


def _on(ask: Ask, day: date, cause: Cause) -> Promise:
    return Promise(ask.key, day, (Arrival(day, ask.qty),), _NOTHING, cause)


def _drop_shipped(ask: Ask, facts: ItemFacts, supply: Supply) -> Promise:
    """The goods never see a warehouse of ours, so that nobody here handles them."""
    lead = facts.lead_time
    if lead is None:
        return _without_day(ask, "drop_ship_no_lead_time")
    day = supply.working_days.after(supply.today, lead.days)
    cause = Cause("drop_ship", ask.item_code, days=lead.days, basis=lead.basis, party=lead.party)
    return _on(ask, day, cause)


def _from_stock(ask: Ask, facts: ItemFacts, supply: Supply, shelves: Sequence[Shelf]) -> Promise:
    lead = facts.lead_time
    renewed = supply.working_days.after(supply.today, lead.days) if lead else None
    in_stock = min(sum((shelf.in_hand() for shelf in shelves), _NOTHING), ask.qty)
    arrivals, day = _arrivals(ask.qty, supply.today, shelves, renewed)
    if not ask.optional and arrivals:
        _take(ask.qty, day or arrivals[-1].day, shelves)
    return Promise(
        key=ask.key,
        day=supply.leaving(day) if day else None,
        schedule=tuple(Arrival(supply.leaving(arrival.day), arrival.qty) for arrival in arrivals),
        in_stock=in_stock,
        cause=_cause(ask, facts, day, in_stock, shelves),
    )


def _arrivals(
    qty: Decimal, today: date, shelves: Sequence[Shelf], renewed: date | None
) -> tuple[list[Arrival], date | None]:
    """What can be taken from the shelves day by day, and the day on which it is the whole quantity at once."""
    arrivals, promised = [], _NOTHING
    for day in sorted(
        {today, *(day for shelf in shelves for day in shelf.days_of_supply), *filter(None, [renewed])}
    ):
        free = qty if day == renewed else min(sum((shelf.free(day) for shelf in shelves), _NOTHING), qty)
        if free > promised:
            arrivals.append(Arrival(day, free - promised))
            promised = free
        if free >= qty:
            return arrivals, day
    return arrivals, None


def _take(qty: Decimal, day: date, shelves: Sequence[Shelf]) -> None:
    for shelf in shelves:
        part = min(qty, shelf.free(day))
        if part > 0:
            shelf.take(part, day)
            qty -= part


def _cause(
    ask: Ask, facts: ItemFacts, day: date | None, in_stock: Decimal, shelves: Sequence[Shelf]
) -> Cause:
    if day is None:
        if not shelves:
            return Cause("no_warehouse", ask.item_code)
        return Cause("negative_stock" if facts.allows_negative_stock else "no_lead_time", ask.item_code)
    if in_stock >= ask.qty:
        return Cause("in_stock", ask.item_code)
    arriving = [one for shelf in shelves for one in shelf.supplies_on(day)]
    if arriving:
        decisive = max(arriving, key=lambda one: (one.qty, one.doctype, one.name))
        return Cause("supply", ask.item_code, decisive.doctype, decisive.name, due=decisive.day)
    lead = facts.lead_time
    return Cause("lead_time", ask.item_code, days=lead.days, basis=lead.basis, party=lead.party)


def together(key: Hashable, qty: Decimal, parts: Sequence[tuple[Decimal, Promise]]) -> Promise:
    """The promise of a bundle: each part with how many of it one bundle needs. The slowest part governs.

    Where bundles are ordered whole, only whole ones leave sooner.
    """
    governing = max(parts, key=lambda part: part[1].day or date.max)[1]
    whole = qty == qty.to_integral_value()
    arrivals, promised = [], _NOTHING
    for day in sorted({arrival.day for _per_bundle, part in parts for arrival in part.schedule}):
        complete = min(_by(day, part) / per_bundle for per_bundle, part in parts)
        complete = min(complete.to_integral_value(ROUND_FLOOR) if whole else complete, qty)
        if complete > promised:
            arrivals.append(Arrival(day, complete - promised))
            promised = complete
    stocked = [part.in_stock / per_bundle for per_bundle, part in parts if part.cause.code != "service"]
    in_stock = min(stocked, default=_NOTHING)
    return Promise(
        key=key,
        day=governing.day,
        schedule=tuple(arrivals),
        in_stock=in_stock.to_integral_value(ROUND_FLOOR) if whole else in_stock,
        cause=governing.cause,
    )


def _by(day: date, part: Promise) -> Decimal:
    return sum((arrival.qty for arrival in part.schedule if arrival.day <= day), _NOTHING)
