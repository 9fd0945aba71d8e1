"""What plans of maintenance want, and what is written of it: everything that some plans are made from, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import getdate

from crm_ext.field_service.queries import maintenance_plans as queries
from crm_ext.field_service.queries import meters as meter_queries
from crm_ext.field_service.rules.visits import (
    LONGEST_HOLIDAY,
    Changes,
    MeterInterval,
    Rhythm,
    Season,
    Visit,
    Written,
    reconcile,
    visits,
)
from crm_ext.shared import meter_usage
from crm_ext.shared.meter_usage import Reading
from crm_ext.shared.periods import Recurrence

_STEPS = {"Keep the Day": 0, "The Day Before": -1, "The Day After": 1}


@dataclass(frozen=True)
class Target:
    """A unit that a plan serves, and the days on which it does."""

    equipment: str
    customer: str
    company: str
    first: date
    last: date
    contract: str | None = None
    contract_line: str | None = None
    suspensions: tuple[tuple[date, date | None], ...] = ()

    def stamp(self) -> dict:
        """What visits say of whom they are for, as columns."""
        return {
            "customer": self.customer,
            "service_contract": self.contract,
            "contract_line": self.contract_line,
        }

    def is_served_on(self, day: date) -> bool:
        return not any(start <= day and (end is None or day <= end) for start, end in self.suspensions)


class Facts:
    """Everything that some plans are made from, read once."""

    def __init__(self, names: Collection[str], today: date) -> None:
        self.today = today
        self.plans = queries.plans(names)
        self.contracts = queries.contracts(plan.service_contract for plan in self.plans)
        self.units = queries.equipment(self._all_equipment())
        self.written = queries.visits_of(names)
        self.written_of: dict[str, list[frappe._dict]] = defaultdict(list)
        for (plan, _equipment), rows in self.written.items():
            self.written_of[plan] += rows
        self.kept: dict[str, set[str]] = defaultdict(set)
        self.problems: dict[str, str] = {}
        self.reckoned: dict[tuple, list[Visit]] = {}
        lists = queries.holiday_lists({plan.company for plan in self.plans})
        self.holiday_list = {plan.name: plan.holiday_list or lists.get(plan.company) for plan in self.plans}
        self.targets = {plan.name: self._targets(plan) for plan in self.plans}
        last = max((self.last_day(plan) for plan in self.plans), default=today)
        margin = timedelta(days=LONGEST_HOLIDAY)
        self.holidays = queries.holidays(self.holiday_list.values(), today - margin, last + margin)
        self._read_meters()

    def last_day(self, plan: frappe._dict) -> date:
        last = self.today + timedelta(days=plan.horizon_days or 0)
        return min(last, getdate(plan.end_date)) if plan.end_date else last

    def changes_of(self, plan: frappe._dict) -> Iterator[tuple[Target, Changes]]:
        """What to change for each unit of a plan; remembers which written visits stay."""
        if plan.status != "Active":
            return
        for target in self.targets[plan.name]:
            rhythm = self._rhythm(plan, target)
            if rhythm is None:
                continue
            span = (max(target.first, self.today), min(target.last, self.last_day(plan)))
            wanted = [
                visit
                for visit in self._visits(rhythm, *span, self.holiday_list[plan.name])
                if target.is_served_on(visit.due_on)
            ]
            changes = reconcile(wanted, self._written(plan.name, target.equipment), self.today)
            gone = set(changes.gone)
            self.kept[plan.name].update(
                row.visit_key
                for row in self.written.get((plan.name, target.equipment), ())
                if row.visit_key.removeprefix(visit_key(plan.name, target.equipment, "")) not in gone
            )
            yield target, changes

    def stamps_of(self, plan: frappe._dict) -> dict[str, dict]:
        """{planned visit: its columns that are others now}: the contract was renewed, its line amended."""
        found = {}
        for target in self.targets[plan.name] if plan.status == "Active" else ():
            stamp = target.stamp()
            for row in self.written.get((plan.name, target.equipment), ()):
                if row.status == "Planned" and any(row[field] != now for field, now in stamp.items()):
                    found[row.name] = stamp
        return found

    def unwanted_of(self, plan: frappe._dict) -> list[str]:
        """Keys of planned visits that nobody wants any more: no longer in the rhythm, the unit gone, the plan ended.

        Overdue ones stay only while their unit is served."""
        kept = self.kept[plan.name]
        return [
            row.visit_key
            for row in self.written_of[plan.name]
            if row.status == "Planned" and row.visit_key not in kept
        ]

    def _visits(self, rhythm: Rhythm, first: date, last: date, holiday_list: str | None) -> list[Visit]:
        """Units with the same rhythm are many, and so are their visits: reckoned once."""
        asked = (rhythm, first, last, holiday_list)
        if asked not in self.reckoned:
            self.reckoned[asked] = visits(rhythm, first, last, self.holidays.get(holiday_list, frozenset()))
        return self.reckoned[asked]

    def _written(self, plan: str, equipment: str) -> dict[str, Written]:
        prefix = visit_key(plan, equipment, "")
        return {
            key: Written(key, getdate(row.due_on), row.status)
            for row in self.written.get((plan, equipment), ())
            if (key := row.visit_key.removeprefix(prefix))
        }

    def _all_equipment(self) -> set[str]:
        named = {plan.equipment for plan in self.plans}
        for contract in self.contracts.values():
            named.update(row.equipment for row in (*contract.lines, *contract.listed))
        return named - {None, ""}

    def _targets(self, plan: frappe._dict) -> list[Target]:
        contract = self.contracts.get(plan.service_contract)
        if plan.service_contract and (contract is None or contract.docstatus != 1):
            self.problems[plan.name] = _("The service contract is not in force.")
            return []
        found = []
        for equipment, line, first, last in _covered(plan, contract):
            unit = self.units.get(equipment)
            # A unit that moved to somebody else is not visited there until the plan is saved for its new customer.
            customer = contract.customer if contract else plan.customer or (unit and unit.customer)
            if unit and unit.status == "In Use" and unit.customer and unit.customer == customer:
                found.append(
                    Target(
                        equipment,
                        customer,
                        plan.company,
                        max(first, getdate(plan.start_date)),
                        last,
                        plan.service_contract or None,
                        line,
                        _suspensions(contract),
                    )
                )
        if not found:
            self.problems[plan.name] = _("No equipment of the plan is in use at the customer.")
        return found

    def _read_meters(self) -> None:
        pairs = {
            (target.equipment, plan.meter)
            for plan in self.plans
            if plan.rhythm == "Meter"
            for target in self.targets[plan.name]
        }
        self.meters = meter_queries.meters_of(pairs)
        self.readings = meter_queries.readings_of(set(self.meters.values()))

    def _rhythm(self, plan: frappe._dict, target: Target) -> Rhythm | None:
        start, step = getdate(plan.start_date), _STEPS[plan.holiday_shift or "Keep the Day"]
        if plan.rhythm == "Calendar":
            recurrence = Recurrence(plan.interval_unit, plan.interval_count, plan.calendar or "Gregorian")
            return Rhythm(start, recurrence=recurrence, holiday_step=step)
        if plan.rhythm == "Season":
            days = plan.season_days if plan.season_side == "Before It Begins" else -plan.season_days
            return Rhythm(start, season=Season(plan.season, days), holiday_step=step)
        readings = self.readings.get(self.meters.get((target.equipment, plan.meter)), ())
        if not readings:
            self.problems[plan.name] = _("{0} has no reading of its meter {1} yet.").format(
                target.equipment, plan.meter
            )
            return None
        return Rhythm(start, meter=_interval(plan, readings), holiday_step=step)


def _covered(
    plan: frappe._dict, contract: frappe._dict | None
) -> Iterator[tuple[str, str | None, date, date]]:
    """(equipment, row of the contract, first day, last day) of what a plan serves; each equipment once."""
    if contract is None:
        yield plan.equipment, None, date.min, date.max
        return
    seen = set()
    lines = [line for line in contract.lines if not plan.line_number or line.line_number == plan.line_number]
    for line in sorted(lines, key=lambda line: line.end_date or date.max, reverse=True):
        listed = [
            (row.equipment, row.from_date, row.to_date)
            for row in contract.listed
            if row.line_number == line.line_number
        ]
        own = [(line.equipment, None, None)] if line.equipment else []
        if not own and not listed and plan.equipment:
            # A line without equipment covers all that the customer has.
            own = [(plan.equipment, None, None)]
        for equipment, since, until in [*own, *listed]:
            if equipment in seen or (plan.equipment and equipment != plan.equipment):
                continue
            seen.add(equipment)
            starts = [contract.start_date, since, *_first_of(lines, line)]
            ends = [contract.end_date, contract.terminated_on, line.end_date, until]
            yield equipment, line.name, max(filter(None, starts)), min(filter(None, ends), default=date.max)


def _first_of(lines: Sequence[frappe._dict], line: frappe._dict) -> list[date]:
    """The first day of a line through all its versions; nothing where it begins with the contract."""
    starts = [row.start_date for row in lines if row.line_number == line.line_number]
    return [] if None in starts else [min(starts)]


def _suspensions(contract: frappe._dict | None) -> tuple[tuple[date, date | None], ...]:
    return tuple((row.from_date, row.to_date) for row in contract.suspensions) if contract else ()


def _interval(plan: frappe._dict, readings: Sequence[Reading]) -> MeterInterval:
    """How far the meter has gone since the plan began, and how fast it goes."""
    start, last = getdate(plan.start_date), readings[-1].read_on.date()
    used = meter_usage.usage(readings, start, last) if start <= last else Decimal(0)
    return MeterInterval(
        Decimal(str(plan.meter_interval)),
        used or Decimal(0),
        max(start, last),
        meter_usage.daily_average(readings),
    )


def visit_key(plan: str, equipment: str, visit: str) -> str:
    return f"{plan}:{equipment}:{visit}"
