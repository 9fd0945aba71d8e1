"""What makes a contract sound: its days, its lines, whom and what they name; its status; the numbers of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Literal

from crm_ext.service_contracts.rules.service_credits import Terms, fault
from crm_ext.shared.periods import LAST_DAY, Period, Recurrence, number_of, period
from crm_ext.shared.results import Refusal, refuse

Status = Literal["Draft", "Upcoming", "Active", "Suspended", "Expired", "Terminated", "Cancelled"]


@dataclass(frozen=True)
class LineTerms:
    """A row of the table as it is judged. start, end: as typed, None: those of the contract.

    equipment: what the row names itself or has listed; empty: all that the customer has. rate None: from a price list.
    """

    number: int
    item_code: str
    start: date | None
    end: date | None
    recurrence: Recurrence
    interval_count: int
    kind: str = "Flat Fee"
    equipment: frozenset[str] = frozenset()
    qty: Decimal = Decimal(1)
    rate: Decimal | None = None
    discount_percentage: Decimal = Decimal(0)
    parts_percent: Decimal = Decimal(0)
    periods_from: date | None = None
    meter: str | None = None
    defers_revenue: bool = False
    credit: Terms | None = None


@dataclass(frozen=True)
class ContractTerms:
    start: date
    end: date | None
    lines: Sequence[LineTerms]
    customer: str
    company: str
    currency: str
    price_list: str | None = None
    renewal: str = "None"
    renewal_months: int = 0
    # (line number, equipment, from, to) and (line number, cause) of the coverage tables.
    listed_equipment: Sequence[tuple[int, str, date | None, date | None]] = ()
    listed_causes: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Surroundings:
    """What the database knows about what a contract names.

    equipment: {name: (customer, company, status)}; items: {code: (disabled, sold, is template)}; foreign: (label, name)
    of what belongs to another company; account_currency: of the customer's receivable account; closed_until: the last
    day of closed books, if any; items_without_deferred_account: those that could not defer revenue.
    """

    customer_is_disabled: bool = False
    company_currency: str = ""
    account_currency: str = ""
    price_list_is_usable: bool = True
    closed_until: date | None = None
    equipment: Mapping[str, tuple[str | None, str | None, str]] = field(default_factory=dict)
    items: Mapping[str, tuple[bool, bool, bool]] = field(default_factory=dict)
    items_without_deferred_account: frozenset[str] = frozenset()
    foreign: Sequence[tuple[str, str]] = ()


def faults(contract: ContractTerms, around: Surroundings) -> Iterator[Refusal]:
    """Everything that is wrong with a contract, the most basic first; nothing where it is sound."""
    if contract.end is not None and contract.end < contract.start:
        yield refuse("contract_ends_before_start", start=contract.start, end=contract.end)
        return
    yield from _party_faults(contract, around)
    for line in contract.lines:
        yield from _line_faults(contract, line, around)
    yield from _overlaps(contract)
    yield from _coverage_faults(contract, around)
    if contract.renewal != "None":
        if contract.end is None:
            yield refuse("renewal_needs_end")
        elif contract.renewal_months < 1:
            yield refuse("renewal_needs_months")


def _party_faults(contract: ContractTerms, around: Surroundings) -> Iterator[Refusal]:
    if around.customer_is_disabled:
        yield refuse("customer_disabled", customer=contract.customer)
    if around.account_currency not in ("", around.company_currency, contract.currency):
        yield refuse(
            "currency_of_account", currency=contract.currency, account_currency=around.account_currency
        )
    for label, name in around.foreign:
        yield refuse("of_another_company", label=label, name=name, company=contract.company)
    if contract.price_list and not around.price_list_is_usable:
        yield refuse("price_list_not_for_selling", price_list=contract.price_list)


def _line_faults(contract: ContractTerms, line: LineTerms, around: Surroundings) -> Iterator[Refusal]:
    yield from _day_faults(contract, line)
    yield from _item_faults(line, around)
    if line.qty <= 0:
        yield refuse("quantity_missing", line=line.number)
    if line.rate is None and not contract.price_list:
        yield refuse("price_list_missing", line=line.number)
    if line.rate is not None and not line.rate and line.discount_percentage < 100:
        yield refuse("rate_missing", line=line.number)
    if not 0 <= line.discount_percentage <= 100:
        yield refuse("discount_out_of_range", line=line.number)
    if not 0 <= line.parts_percent <= 100:
        yield refuse("parts_out_of_range", line=line.number)
    if line.kind == "Metered" and not line.meter:
        yield refuse("meter_missing", line=line.number)
    if line.kind == "Metered" and not line.equipment:
        yield refuse("metered_without_equipment", line=line.number)
    if line.credit and (wrong := fault(line.credit, line.number)) is not None:
        yield wrong
    start = line.start or contract.start
    if line.defers_revenue and around.closed_until and start <= around.closed_until:
        yield refuse(
            "deferred_in_closed_period", line=line.number, start=start, closed_until=around.closed_until
        )


def _day_faults(contract: ContractTerms, line: LineTerms) -> Iterator[Refusal]:
    start, end = line.start or contract.start, line.end or contract.end
    if line.end is not None and line.end < start:
        yield refuse("line_ends_before_start", line=line.number, start=start, end=line.end)
    elif start < contract.start or (contract.end is not None and start > contract.end):
        yield refuse(
            "line_starts_outside", line=line.number, start=start, first=contract.start, last=contract.end
        )
    elif contract.end is not None and end is not None and end > contract.end:
        yield refuse("line_ends_outside", line=line.number, end=end, last=contract.end)
    if line.recurrence.unit != "Once" and line.interval_count < 1:
        yield refuse("interval_missing", line=line.number)
    if line.periods_from is not None and line.periods_from > start:
        yield refuse(
            "periods_counted_too_late", line=line.number, start=start, periods_from=line.periods_from
        )


def _item_faults(line: LineTerms, around: Surroundings) -> Iterator[Refusal]:
    disabled, is_sold, is_template = around.items.get(line.item_code, (False, True, False))
    if disabled:
        yield refuse("item_disabled", line=line.number, item=line.item_code)
    if not is_sold:
        yield refuse("item_not_sold", line=line.number, item=line.item_code)
    if is_template:
        yield refuse("item_is_template", line=line.number, item=line.item_code)
    if line.defers_revenue and line.item_code in around.items_without_deferred_account:
        yield refuse("deferred_account_missing", line=line.number, item=line.item_code)


def _overlaps(contract: ContractTerms) -> Iterator[Refusal]:
    """Two rows that would bill the same item for the same equipment (or for all) on the same days."""
    for one, other in combinations(contract.lines, 2):
        if one.item_code != other.item_code or not _same_equipment(one, other):
            continue
        if one.recurrence.unit == "Once" and other.recurrence.unit == "Once" and one.number != other.number:
            continue
        first = max(one.start or contract.start, other.start or contract.start)
        last = min(_end(contract, one), _end(contract, other))
        if first <= last:
            yield refuse(
                "lines_overlap",
                line=one.number,
                other=other.number,
                item=one.item_code,
                equipment=", ".join(sorted(one.equipment & other.equipment)),
                first=first,
                last=None if last == LAST_DAY else last,
            )


def _same_equipment(one: LineTerms, other: LineTerms) -> bool:
    if one.number == other.number:
        return True
    return bool(one.equipment & other.equipment) or one.equipment == other.equipment


def _end(contract: ContractTerms, line: LineTerms) -> date:
    return min(line.end or LAST_DAY, contract.end or LAST_DAY)


def _coverage_faults(contract: ContractTerms, around: Surroundings) -> Iterator[Refusal]:
    numbers = {line.number for line in contract.lines}
    for number, _, first, last in contract.listed_equipment:
        if number not in numbers:
            yield refuse("coverage_of_unknown_line", line=number)
        if first and last and last < first:
            yield refuse("coverage_ends_before_start", line=number, start=first, end=last)
    for number, _ in contract.listed_causes:
        if number not in numbers:
            yield refuse("coverage_of_unknown_line", line=number)
    for line in contract.lines:
        for name in sorted(line.equipment):
            customer, company, status = around.equipment.get(name, (None, None, ""))
            if customer != contract.customer:
                yield refuse(
                    "equipment_of_another", line=line.number, equipment=name, customer=contract.customer
                )
            elif company != contract.company:
                yield refuse(
                    "equipment_of_another_company", line=line.number, equipment=name, company=contract.company
                )
            elif status == "Scrapped":
                yield refuse("equipment_scrapped", line=line.number, equipment=name)


def status_on(
    today: date,
    *,
    docstatus: int,
    start: date,
    end: date | None,
    terminated_on: date | None,
    suspensions: Sequence[Period] = (),
) -> Status:
    """The status on a day. terminated_on is the last day of service; an open suspension ends on the last day there is."""
    if docstatus != 1:
        return "Draft" if docstatus == 0 else "Cancelled"
    if terminated_on and (terminated_on < today or terminated_on < start):
        return "Terminated"
    if end and end < today:
        return "Expired"
    if start > today:
        return "Upcoming"
    return "Suspended" if any(today in off for off in suspensions) else "Active"


def numbered(rows: Sequence[tuple[int, int]]) -> list[int]:
    """A number for each row of (number or 0, version): new rows, and copies of a row, get the next free one."""
    highest = max((number for number, _ in rows), default=0)
    given: list[int] = []
    seen: set[tuple[int, int]] = set()
    for number, version in rows:
        if not number or (number, version) in seen:
            highest += 1
            number = highest
        seen.add((number, version))
        given.append(number)
    return given


def next_period_start(recurrence: Recurrence, anchor: date, day: date) -> date:
    """The first day on or after `day` on which a period begins."""
    number = number_of(recurrence, anchor, day)
    begins = period(recurrence, anchor, number).start
    return begins if begins == day else period(recurrence, anchor, number + 1).start


def last_day_to_give_notice(end: date, notice_days: int) -> date:
    """Notice given on this day still ends the contract with `end`: notice_days whole days lie between."""
    return end - timedelta(days=notice_days + 1)
