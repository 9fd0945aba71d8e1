"""Reads what a promise rests on: what stands in stock, what comes and what is wanted; and asks the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from crm_ext.offer_desk.queries import promises as queries
from crm_ext.offer_desk.rules import lead_times
from crm_ext.offer_desk.rules import promises as rules
from crm_ext.offer_desk.rules.availability import Lot, Movement
from crm_ext.offer_desk.rules.promises import Ask, ItemFacts, LeadTime, Promise
from crm_ext.offer_desk.rules.working_days import WorkingDays
from crm_ext.shared.money import to_decimal

# How far back the days are read on which suppliers delivered.
_EXPERIENCE = timedelta(days=366)
# Where the settings were never saved.
_HORIZON_DAYS = 365


@dataclass(frozen=True)
class Line:
    """A line as it stands in a document. qty in `unit` where one is named and no factor, else times factor.

    parts: (item, quantity in stock units, warehouse) of what is packed for it, where the document knows.
    """

    key: Hashable
    item_code: str
    qty: Decimal
    warehouse: str | None = None
    unit: str = ""
    optional: bool = False
    drop_ship: bool | None = None
    parts: Sequence[tuple[str, Decimal, str | None]] = field(default=())


def is_late(promised: Promise, today: date) -> bool:
    """Whether something stands between a line and its truck."""
    return promised.cause.code not in ("in_stock", "service", "nothing_asked") and promised.day != today


class Reading:
    """Everything that is read for the promises of one company on one day, each thing once and only where needed."""

    def __init__(self, company: str, own: queries.Own, today: date | None) -> None:
        self.company = company
        self.today = today or getdate()
        self._own = own
        self._masters: dict[str, dict] = {}
        self._asked: set[str] = set()

    def promise_lines(self, lines: Sequence[Line]) -> dict[Hashable, Promise]:
        """Bundles are promised by what is packed for them."""
        self._read_masters({line.item_code for line in lines})
        factors = self._factors(lines)
        contents = self._contents(lines)
        self._read_masters({code for parts in contents.values() for code, _qty in parts})
        asks, bundles = [], {}
        for line in lines:
            qty = line.qty * factors.get((line.item_code, line.unit), Decimal(1))
            parts = self._parts(line, qty, contents)
            if not parts:
                asks.append(self._ask(line, line.key, line.item_code, qty, line.warehouse))
                continue
            keys = [(line.key, number) for number, _part in enumerate(parts)]
            asks.extend(self._ask(line, key, *part) for key, part in zip(keys, parts, strict=True))
            bundles[line.key] = (qty, [(part[1] / qty, key) for key, part in zip(keys, parts, strict=True)])
        promised = self.promise(asks)
        for key, (qty, parts) in bundles.items():
            together = [(per_bundle, promised.pop(part)) for per_bundle, part in parts]
            promised[key] = rules.together(key, qty, together)
        return promised

    def promise(self, asks: Sequence[Ask]) -> dict[Hashable, Promise]:
        """Lead times that nobody wrote into an item are searched for those items only that are not all in stock."""
        codes = {ask.item_code for ask in asks}
        if not codes:
            return {}
        self._read_masters(codes)
        supply = self._supply(asks)
        promised = rules.promise(asks, supply)
        late = {ask.item_code for ask in asks if is_late(promised[ask.key], self.today)}
        searched = {code for code in late if code in self._masters and not self._masters[code].lead_time_days}
        if not searched:
            return promised
        found = self._found_lead_times(asks, searched)
        items = {code: self._facts(code, found.get(code)) for code in codes if code in self._masters}
        return rules.promise(asks, replace(supply, items=items))

    # Items

    def _read_masters(self, codes: Collection[str]) -> None:
        missing = set(codes) - self._asked
        if missing:
            self._asked |= missing
            self._masters |= queries.items(missing)

    def _parts(
        self, line: Line, qty: Decimal, contents: Mapping[str, Sequence[tuple[str, Decimal]]]
    ) -> list[tuple[str, Decimal, str | None]]:
        """(item, quantity, warehouse) of what a bundle is made of; empty for what is no bundle or cannot be sold."""
        if qty <= 0 or self._refusal(line.item_code):
            return []
        parts = line.parts or [
            (code, qty * per_bundle, line.warehouse)
            for code, per_bundle in contents.get(self._masters[line.item_code].bundle, ())
        ]
        return [part for part in parts if part[1] > 0]

    def _refusal(self, code: str) -> str:
        master = self._masters.get(code)
        if master is None:
            return "item_unknown"
        if master.disabled:
            return "item_disabled"
        if master.end_of_life and getdate(master.end_of_life) <= self.today:
            return "item_ended"
        return "item_is_template" if master.has_variants else ""

    def _facts(self, code: str, lead_time: LeadTime | None = None) -> ItemFacts:
        master = self._masters[code]
        if master.lead_time_days:
            lead_time = LeadTime(int(master.lead_time_days), "item")
        return ItemFacts(
            is_stocked=bool(master.is_stock_item),
            refusal=self._refusal(code),
            lead_time=lead_time,
            is_drop_shipped=bool(master.delivered_by_supplier),
            allows_negative_stock=bool(master.allow_negative_stock) or queries.negative_stock_allowed(),
        )

    def _factors(self, lines: Sequence[Line]) -> dict[tuple[str, str], Decimal]:
        pairs = {
            (line.item_code, line.unit)
            for line in lines
            if line.unit
            and line.item_code in self._masters
            and line.unit != self._masters[line.item_code].stock_uom
        }
        if not pairs:
            return {}
        return {pair: to_decimal(factor) for pair, factor in queries.unit_factors(pairs).items()}

    def _contents(self, lines: Sequence[Line]) -> dict[str, list[tuple[str, Decimal]]]:
        bundles = {
            self._masters[line.item_code]["bundle"]
            for line in lines
            if not line.parts and line.item_code in self._masters
        }
        contents: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
        for row in queries.bundle_items(bundles - {None}) if bundles - {None} else ():
            contents[row.bundle].append((row.item_code, to_decimal(row.qty)))
        return contents

    @staticmethod
    def _ask(line: Line, key: Hashable, code: str, qty: Decimal, warehouse: str | None) -> Ask:
        return Ask(key, code, qty, warehouse, optional=line.optional, drop_ship=line.drop_ship)

    # Supply and demand

    @cached_property
    def _settings(self) -> Document:
        return queries.settings()

    @cached_property
    def _horizon(self) -> date:
        return self.today + timedelta(days=self._settings.horizon_days or _HORIZON_DAYS)

    @cached_property
    def _working_days(self) -> WorkingDays:
        return WorkingDays(queries.holidays(self.company, self.today - _EXPERIENCE, self._horizon))

    @cached_property
    def _warehouses(self) -> list[dict]:
        return queries.warehouses(self.company)

    def _pool(self, asked: str | None) -> tuple[str, ...]:
        """The warehouses that an ask takes from; goods on the way to no known place are nearest to none of them."""
        sellable = [row for row in self._warehouses if not (row.is_group or row.is_out_of_use)]
        if not asked:
            not_for_sale = queries.warehouses_not_for_sale()
            return tuple(row.name for row in sellable if row.name not in not_for_sale)
        root = next((row for row in self._warehouses if row.name == asked), None)
        if root is None:
            return ()
        return tuple(row.name for row in sellable if root.lft <= row.lft and row.rgt <= root.rgt)

    def _supply(self, asks: Sequence[Ask]) -> rules.Supply:
        codes = {ask.item_code for ask in asks if ask.item_code in self._masters}
        stocked = {code for code in codes if self._masters[code].is_stock_item}
        asked = {None, *(ask.warehouse for ask in asks)} if stocked else ()
        return rules.Supply(
            today=self.today,
            items={code: self._facts(code) for code in codes},
            pools={warehouse: self._pool(warehouse) for warehouse in asked},
            stock=self._stock(stocked),
            movements=self._movements(stocked) if stocked else (),
            lots=self._lots(stocked),
            working_days=self._working_days,
            handling_days=self._settings.handling_days or 0,
        )

    def _stock(self, codes: Collection[str]) -> dict[tuple[str, str], Decimal]:
        """What is in a transit warehouse is on the road, and counts by its transfer."""
        places = (
            [row.name for row in self._warehouses if not row.is_group and not row.is_transit] if codes else ()
        )
        if not places:
            return {}
        return {(code, place): to_decimal(qty) for code, place, qty in queries.bins(codes, places)}

    def _lots(self, codes: Collection[str]) -> list[Lot]:
        expiring = {code for code in codes if self._masters[code].has_expiry_date}
        if not expiring:
            return []
        rows = queries.expiring(expiring)
        return [Lot(code, place, to_decimal(qty), getdate(until)) for code, place, qty, until in rows]

    def _movements(self, codes: Collection[str]) -> list[Movement]:
        counts_requests = bool(self._settings.count_material_requests)
        transit = {row.name for row in self._warehouses if row.is_transit and not row.is_group}
        coming = queries.supply(codes, self.company, transit, counts_requests)
        wanted = queries.demand(codes, self.company, self._own, now_datetime())
        places = {row.name for row in self._warehouses if not row.is_group}
        moving = [*self._coming(coming), *self._wanted(wanted)]
        return [one if one.warehouse in places else replace(one, warehouse="") for one in moving]

    def _coming(self, rows: Iterable[tuple]) -> Iterable[Movement]:
        for doctype, name, code, place, day, qty in rows:
            day = self._day_of_supply(doctype, code, getdate(day) if day else None)
            if qty > 0 and day <= self._horizon:
                yield Movement(code, place or "", day, to_decimal(qty), doctype, name)

    def _day_of_supply(self, doctype: str, code: str, day: date | None) -> date:
        """A request is not ordered yet and takes the item's lead time; goods on the road arrive on no working day past."""
        if doctype == "Material Request":
            ordered_now = self._working_days.after(self.today, int(self._masters[code].lead_time_days))
            return max(day or ordered_now, ordered_now)
        return day or self._working_days.after(self.today, 1)

    def _wanted(self, rows: Sequence[tuple]) -> Iterable[Movement]:
        """What is reserved for an order is wanted at once, and no more by the order itself."""
        reserved: dict[str, Decimal] = defaultdict(Decimal)
        for doctype, _name, row, *_place, qty in rows:
            if doctype == "Stock Reservation Entry":
                reserved[row] += to_decimal(qty)
        for doctype, name, row, code, place, day, qty in rows:
            left = to_decimal(qty) - (reserved[row] if doctype == "Sales Order" else 0)
            day = getdate(day) if day else self.today
            if left > 0 and day <= self._horizon:
                yield Movement(code, place or "", day, -left, doctype, name)

    # Lead times

    def _found_lead_times(self, asks: Sequence[Ask], codes: Collection[str]) -> dict[str, LeadTime]:
        """By what suppliers said or did, else by what production takes, else by the settings."""
        found: dict[str, LeadTime] = {}
        signs: dict[str, list[lead_times.Sign]] = defaultdict(list)
        for code, supplier, is_default, days, ordered, on in queries.suppliers_words_and_deeds(
            codes, self.company, self.today - _EXPERIENCE
        ):
            signs[code].append(lead_times.Sign(supplier, bool(is_default), getdate(on), days, ordered))
        for code, of_item in signs.items():
            if lead := lead_times.of_suppliers(of_item, self._working_days):
                found[code] = lead
        if unknown := set(codes) - found.keys():
            found |= self._production_times(asks, unknown)
        if fallback := self._settings.fallback_lead_time_days:
            found |= {code: LeadTime(fallback, "settings") for code in set(codes) - found.keys()}
        return found

    def _production_times(self, asks: Sequence[Ask], codes: Collection[str]) -> dict[str, LeadTime]:
        wanted: dict[str, Decimal] = defaultdict(Decimal)
        for ask in asks:
            wanted[ask.item_code] += ask.qty
        times = {
            row.item: lead_times.of_production(
                row.bom,
                wanted[row.item],
                to_decimal(row.quantity),
                to_decimal(row.minutes),
                int(row.lead_time_days or 0),
            )
            for row in queries.bills_of_materials(codes)
        }
        return {code: lead for code, lead in times.items() if lead}
