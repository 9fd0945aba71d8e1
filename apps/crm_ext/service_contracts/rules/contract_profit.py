"""What contracts really earn: ledger sums and the work behind them, seen by contract, customer, equipment, technician or month.

Everything is in the currency of one company. A figure of the ledger is shown once: labour that was posted by a journal is
taken from there, labour that only a timesheet knows is added and named apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from crm_ext.shared.money import share

CONTRACT, CUSTOMER, EQUIPMENT, TECHNICIAN, MONTH = "Contract", "Customer", "Equipment", "Technician", "Month"
VIEWS = (CONTRACT, CUSTOMER, EQUIPMENT, TECHNICIAN, MONTH)

# What a ledger row of a contract is. Deferred revenue is a balance, the others are movements of the period.
REVENUE, PARTS, LABOUR, PENALTIES, OTHER, DEFERRED = (
    "revenue",
    "parts",
    "labour",
    "penalties",
    "other_costs",
    "deferred",
)
COSTS = (PARTS, LABOUR, PENALTIES, OTHER)


@dataclass(frozen=True)
class LedgerSum:
    """The sum of one kind. Revenue and deferred revenue: credit less debit; costs: debit less credit.

    `month` is the first day as text. `equipment` and `technician` are those of the service orders that posted it, empty
    where an order names none, None where no service order did. What a view does not need may be left out.
    """

    contract: str
    kind: str
    amount: Decimal
    month: str = ""
    equipment: str | None = None
    technician: str | None = None
    is_complaint: bool = False


@dataclass(frozen=True)
class Work:
    """Finished service orders of a contract. `labour` and `travel` are what no ledger row knows."""

    contract: str
    equipment: str
    technician: str
    month: str
    labour: Decimal
    travel: Decimal
    hours: Decimal
    visits: int
    is_complaint: bool


@dataclass(frozen=True)
class Billed:
    """What was billed for one line of a contract, in the contract's currency; less what was credited."""

    contract: str
    line_number: int
    equipment: str
    amount: Decimal


@dataclass(frozen=True)
class Covered:
    """A unit that is listed for a line of a contract; None where a day is open."""

    contract: str
    line_number: int
    equipment: str
    start: date | None
    end: date | None

    def days(self, start: date, end: date) -> int:
        """Of a period, both ends inclusive."""
        first, last = max(self.start or start, start), min(self.end or end, end)
        return max((last - first).days + 1, 0)


@dataclass(frozen=True)
class Part:
    """What of contracts falls to one record of a finer view: equipment, or a technician. Empty: to nobody."""

    view: str
    key: str


@dataclass
class Profit:
    """One line of the report. `complaint_costs` is a part of the costs and not one more of them."""

    key: str
    revenue: Decimal = Decimal(0)
    deferred: Decimal = Decimal(0)
    parts: Decimal = Decimal(0)
    labour: Decimal = Decimal(0)
    penalties: Decimal = Decimal(0)
    other_costs: Decimal = Decimal(0)
    labour_outside: Decimal = Decimal(0)
    travel_outside: Decimal = Decimal(0)
    complaint_costs: Decimal = Decimal(0)
    hours: Decimal = Decimal(0)
    visits: int = 0
    complaints: int = 0

    @property
    def ledger_costs(self) -> Decimal:
        return self.parts + self.labour + self.penalties + self.other_costs

    @property
    def ledger_profit(self) -> Decimal:
        """What the general ledger shows."""
        return self.revenue - self.ledger_costs

    @property
    def profit(self) -> Decimal:
        """The ledger's profit less work and travel that only timesheets and kilometres know."""
        return self.ledger_profit - self.labour_outside - self.travel_outside

    @property
    def margin(self) -> Decimal | None:
        """Profit as a share of revenue; None where there is none."""
        return self.profit / self.revenue if self.revenue > 0 else None

    def __iadd__(self, other: Profit) -> Profit:
        for field in fields(self):
            if field.name != "key":
                setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self


def profits(
    view: str,
    sums: Iterable[LedgerSum],
    works: Sequence[Work],
    *,
    customers: Mapping[str, str],
    equipment: Mapping[str, Mapping[str, Decimal]],
    decimals: int,
    part: Part | None = None,
) -> list[Profit]:
    """One line for each record of the view; the lines of every view have the same totals.

    `customers`: contract -> customer. `equipment`: as of `weights_of_equipment`. Where the view is finer than the contract
    (equipment, technician), costs of service orders go where they were; revenue and costs that belong to no service order
    are shared out: by what was billed, by hours worked. An empty key takes what nobody has.
    `part`: of every contract only what a finer view gives to one record.
    """
    finest = part.view if part else view
    weights = _weights(finest, works, equipment)
    lines: dict[str, Profit] = {}

    def line(key: str, one: LedgerSum | Work) -> Profit | None:
        if part:
            if key != part.key:
                return None
            if view != part.view:
                key = _key_of(view, one, customers)
        return lines.get(key) or lines.setdefault(key, Profit(key))

    for one in sums:
        for key, amount in _where(finest, one, customers, weights, decimals):
            if found := line(key, one):
                setattr(found, one.kind, getattr(found, one.kind) + amount)
                if one.is_complaint and one.kind in COSTS:
                    found.complaint_costs += amount
    for work in works:
        if found := line(_key_of(finest, work, customers), work):
            found.labour_outside += work.labour
            found.travel_outside += work.travel
            found.hours += work.hours
            found.visits += work.visits
            if work.is_complaint:
                found.complaints += work.visits
                found.complaint_costs += work.labour + work.travel
    return [lines[key] for key in sorted(lines)]


def weights_of_equipment(
    billed: Iterable[Billed], covered: Iterable[Covered], start: date, end: date
) -> dict[str, dict[str, Decimal]]:
    """Contract -> unit -> by what the contract's revenue is shared out to it; an empty unit stands for none.

    What was billed for a line is its unit's. A line that lists several units gives each its part by the days of the period
    that it was covered. A line without units gives to none.
    """
    listed: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit in covered:
        if days := unit.days(start, end):
            listed[unit.contract, unit.line_number][unit.equipment] += days
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in billed:
        if line.amount <= 0:
            continue
        units = {line.equipment: 1} if line.equipment else listed.get((line.contract, line.line_number))
        units = units or {"": 1}
        whole = sum(units.values())
        for unit, days in units.items():
            found[line.contract][unit] += line.amount * days / whole
    return found


def total(lines: Iterable[Profit]) -> Profit:
    whole = Profit("")
    for line in lines:
        whole += line
    return whole


def proposed_change(
    past: Profit, target_margin: Decimal, most_down: Decimal, most_up: Decimal
) -> Decimal | None:
    """By which share the price should change so that costs like those of the past leave the target margin.

    Cost-plus on the margin: price = cost / (1 - target). All are shares (0.1 is ten percent); the answer is kept between
    -most_down and +most_up, and None where nothing was earned by which a price could be changed.
    """
    if past.revenue <= 0 or target_margin >= 1:
        return None
    costs = past.revenue - past.profit
    change = costs / (1 - target_margin) / past.revenue - 1
    return max(-most_down, min(most_up, change))


def _where(
    view: str,
    one: LedgerSum,
    customers: Mapping[str, str],
    weights: Mapping[str, Mapping[str, Decimal]],
    decimals: int,
) -> list[tuple[str, Decimal]]:
    if view not in (EQUIPMENT, TECHNICIAN) or one.equipment is not None or one.technician is not None:
        return [(_key_of(view, one, customers), one.amount)]
    shares = weights.get(one.contract) or {"": Decimal(1)}
    if len(shares) == 1:
        return [(next(iter(shares)), one.amount)]
    return list(zip(shares, share(one.amount, list(shares.values()), decimals), strict=True))


def _key_of(view: str, one: LedgerSum | Work, customers: Mapping[str, str]) -> str:
    if view == CONTRACT:
        return one.contract
    if view == CUSTOMER:
        return customers.get(one.contract, "")
    if view == MONTH:
        return one.month
    return (one.equipment if view == EQUIPMENT else one.technician) or ""


def _weights(
    view: str, works: Sequence[Work], equipment: Mapping[str, Mapping[str, Decimal]]
) -> Mapping[str, Mapping[str, Decimal]]:
    if view == EQUIPMENT:
        return equipment
    if view != TECHNICIAN:
        return {}
    hours: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for work in works:
        if work.technician and work.hours > 0:
            hours[work.contract][work.technician] += work.hours
    return hours
