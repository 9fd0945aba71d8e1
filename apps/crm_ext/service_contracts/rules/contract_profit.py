"""What contracts really earn: ledger sums and the work behind them, seen by contract, customer, equipment, technician or month.

Everything is in the currency of one company. A figure of the ledger is shown once: labour that was posted by a journal is
taken from there, labour that only a timesheet knows is added and named apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
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


@dataclass(frozen=True)
class LedgerSum:
    """The sum of one kind. Revenue and deferred revenue: credit less debit; costs: debit less credit.

    `month` is the first day as text and empty where months do not matter; `service_order` is set where a document of a
    service order was posted.
    """

    contract: str
    kind: str
    amount: Decimal
    month: str = ""
    service_order: str = ""


@dataclass(frozen=True)
class Job:
    """A finished service order of a contract. `labour` and `travel` are what no ledger row knows."""

    service_order: str
    contract: str
    equipment: str
    technician: str
    month: str
    labour: Decimal
    travel: Decimal
    hours: Decimal
    is_complaint: bool


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
    jobs: Sequence[Job],
    *,
    customers: Mapping[str, str],
    equipment: Mapping[str, Mapping[str, Decimal]],
    decimals: int,
) -> list[Profit]:
    """One line for each record of the view; the lines of every view have the same totals.

    `customers`: contract -> customer. `equipment`: contract -> equipment -> what was billed for it. Where the view is
    finer than the contract (equipment, technician), costs of a service order go where it was; revenue and costs that
    belong to no service order are shared out: by what was billed, by hours worked. An empty key takes what nobody has.
    """
    by_order = {job.service_order: job for job in jobs}
    weights = _weights(view, jobs, equipment)
    lines: dict[str, Profit] = {}

    def line(key: str) -> Profit:
        return lines.setdefault(key, Profit(key))

    for one in sums:
        for key, amount in _where(view, one, by_order, customers, weights, decimals):
            found = line(key)
            setattr(found, one.kind, getattr(found, one.kind) + amount)
        job = by_order.get(one.service_order)
        if job and job.is_complaint and one.kind in (PARTS, LABOUR, OTHER):
            line(_key_of(view, job, customers)).complaint_costs += one.amount
    for job in jobs:
        found = line(_key_of(view, job, customers))
        found.labour_outside += job.labour
        found.travel_outside += job.travel
        found.hours += job.hours
        found.visits += 1
        if job.is_complaint:
            found.complaints += 1
            found.complaint_costs += job.labour + job.travel
    return [lines[key] for key in sorted(lines)]


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
    by_order: Mapping[str, Job],
    customers: Mapping[str, str],
    weights: Mapping[str, Mapping[str, Decimal]],
    decimals: int,
) -> list[tuple[str, Decimal]]:
    if view == MONTH:
        return [(one.month, one.amount)]
    if view == CONTRACT:
        return [(one.contract, one.amount)]
    if view == CUSTOMER:
        return [(customers.get(one.contract, ""), one.amount)]
    job = by_order.get(one.service_order)
    if job and one.kind != REVENUE:
        return [(_key_of(view, job, customers), one.amount)]
    shares = weights.get(one.contract)
    if not shares:
        return [("", one.amount)]
    return list(zip(shares, share(one.amount, list(shares.values()), decimals), strict=True))


def _key_of(view: str, job: Job, customers: Mapping[str, str]) -> str:
    return {
        CONTRACT: job.contract,
        CUSTOMER: customers.get(job.contract, ""),
        EQUIPMENT: job.equipment,
        TECHNICIAN: job.technician,
        MONTH: job.month,
    }[view]


def _weights(
    view: str, jobs: Sequence[Job], equipment: Mapping[str, Mapping[str, Decimal]]
) -> Mapping[str, Mapping[str, Decimal]]:
    if view == EQUIPMENT:
        return equipment
    if view != TECHNICIAN:
        return {}
    hours: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for job in jobs:
        if job.technician and job.hours > 0:
            hours[job.contract][job.technician] += job.hours
    return hours
