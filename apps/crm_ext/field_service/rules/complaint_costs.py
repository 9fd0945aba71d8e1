"""What complaints cost, shared out over what they are blamed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

IN_LEDGER = ("parts", "credit_notes", "service_credits", "posted_labour")
OUTSIDE = ("labour", "travel", "desk")


@dataclass(frozen=True)
class Costs:
    """Amounts in the company's currency.

    parts: Stock Ledger. credit_notes: revenue given back. service_credits: given back because a promised time was missed.
    posted_labour: work and travel that a journal has put into the ledger. labour, travel, desk: work that no ledger shows.
    claimed, recovered: open with suppliers, settled by them.
    """

    parts: Decimal = Decimal(0)
    credit_notes: Decimal = Decimal(0)
    service_credits: Decimal = Decimal(0)
    posted_labour: Decimal = Decimal(0)
    labour: Decimal = Decimal(0)
    travel: Decimal = Decimal(0)
    desk: Decimal = Decimal(0)
    claimed: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)

    def __add__(self, other: Costs) -> Costs:
        return Costs(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Costs)))

    @property
    def total(self) -> Decimal:
        return sum((getattr(self, name) for name in (*IN_LEDGER, *OUTSIDE)), Decimal(0))

    @property
    def net(self) -> Decimal:
        """What stays with us once suppliers have paid what they settled."""
        return self.total - self.recovered


@dataclass(frozen=True)
class Complaint:
    """What a complaint is about; None where it is not known."""

    issue: str
    opened_on: date | None
    customer: str | None = None
    equipment: str | None = None
    item_code: str | None = None
    batch_no: str | None = None
    supplier: str | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Group:
    key: str | None
    costs: Costs
    complaints: tuple[str, ...] = field(default=())


def grouped(
    entries: Iterable[tuple[str, date, Costs]],
    complaints: Mapping[str, Complaint],
    by: str,
    month: Mapping[date, str],
) -> list[Group]:
    """Costs by a field of the complaint or by month ('month': of the cost's own day), the dearest first.

    entries: (issue, day of the posting, costs). month: the word for the month that each day lies in.
    """
    costs: dict[str | None, Costs] = {}
    members: dict[str | None, dict[str, None]] = {}
    for issue, day, cost in entries:
        key = month[day] if by == "month" else getattr(complaints[issue], by)
        costs[key] = costs.get(key, Costs()) + cost
        members.setdefault(key, {})[issue] = None
    groups = [Group(key, costs[key], tuple(members[key])) for key in costs]
    return sorted(groups, key=lambda group: (-group.costs.net, str(group.key or "")))
