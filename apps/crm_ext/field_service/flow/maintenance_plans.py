"""Plans of maintenance become visits, and visits that are due become Service Orders.

Planning compares the visits that a plan wants with those that are written and writes the difference, for many plans by
the same few statements. So it may be done as often as anybody likes, and what changed in the meantime (the plan, its
contract, the place of a unit, its meter) is followed by doing it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now, strip_html

from crm_ext.field_service.flow.service_orders import make_from
from crm_ext.field_service.queries import maintenance_plans as queries
from crm_ext.field_service.queries import meters as meter_queries
from crm_ext.field_service.rules.visits import (
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

Step = Callable[[], None]

_CHUNK = 200
_ORDERS_A_RUN = 500
# Above this many units a plan is planned in the background when it is saved.
_AT_ONCE = 50
_STEPS = {"Keep the Day": 0, "The Day Before": -1, "The Day After": 1}
_COLUMNS = (
    "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "maintenance_plan", "equipment",
    "customer", "company", "service_contract", "contract_line", "due_on", "period_start", "period_end", "status",
    "cause", "visit_key",
)  # fmt: skip


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

    def is_served_on(self, day: date) -> bool:
        return not any(start <= day and (end is None or day <= end) for start, end in self.suspensions)


def validate(plan: Document) -> None:
    """Before every save: one customer, a rhythm that leads somewhere."""
    if not plan.equipment and not plan.service_contract:
        frappe.throw(_("Choose an equipment or a service contract: the plan says when to visit it."))
    plan.customer = _customer(plan)
    if plan.rhythm == "Calendar" and (plan.interval_count or 0) < 1:
        frappe.throw(_("A visit every 0 periods never ends. Enter at least 1."))
    if plan.rhythm == "Meter" and (plan.meter_interval or 0) <= 0:
        frappe.throw(_("Say after how many units of the meter a visit is due: more than 0."))
    if plan.end_date and getdate(plan.end_date) < getdate(plan.start_date):
        frappe.throw(_("The plan ends before it begins. Correct one of the two dates."))


def saved(plan: Document) -> None:
    """The visits follow the plan at once; those of many units in the background."""
    if _number_of_units(plan) <= _AT_ONCE:
        generate(plan.name)
        plan.reload()
    else:
        frappe.enqueue(
            f"{__name__}.generate",
            queue="long",
            job_id=f"maintenance_plan:{plan.name}",
            deduplicate=True,
            enqueue_after_commit=True,
            plan=plan.name,
        )


def forget(plan: Document) -> None:
    """With a plan go the visits that are only planned; what was ordered or done keeps the plan from being deleted."""
    frappe.db.delete("Planned Visit", {"maintenance_plan": plan.name, "status": "Planned"})


def generate(plan: str, today: date | str | None = None) -> dict[str, int]:
    """Plan the visits of one plan anew: {"new": …, "moved": …, "gone": …}."""
    return _plan([plan], getdate(today))


def generate_all(company: str | None = None, today: date | str | None = None, end_step: Step | None = None) -> dict[str, int]:
    """The same for all plans, every chunk of them in one transaction; a run that is stopped is simply done again.

    end_step: called when a chunk is whole; commits unless the caller has another use for it.
    """
    done: dict[str, int] = defaultdict(int)
    for names in _chunks(company):
        for word, number in _plan(names, getdate(today)).items():
            done[word] += number
        (end_step or _commit)()
    return dict(done)


def order_due_visits(
    company: str | None = None, up_to: date | str | None = None, end_step: Step | None = None
) -> list[str]:
    """Make the Service Orders of planned visits that are due, each exactly once, and give their names.

    up_to: the last due day (inclusive); None: as many days ahead as each plan says. Every visit is a transaction of its
    own under its lock; one that cannot be ordered keeps the reason and is tried again on another day.
    """
    end_step = end_step or _commit
    made = []
    due = queries.due_visits(getdate(), up_to and getdate(up_to), company, _ORDERS_A_RUN)
    # A fresh look for every lock: what another process ordered in the meantime must be seen.
    end_step()
    for visit in due:
        order = order_visit(visit)
        if order:
            made.append(order)
        end_step()
    return made


def order_visit(visit: str) -> str | None:
    """The Service Order of a planned visit; None where it has one already or cannot have one (the visit says why)."""
    # The lock decides: whoever comes second reads that it is ordered.
    row = frappe.db.sql(
        "select status, maintenance_plan from `tabPlanned Visit` where name = %s for update", [visit], as_dict=True
    )
    if not row or row[0].status != "Planned":
        return None
    frappe.db.savepoint("planned_visit")
    try:
        order = make_from("Planned Visit", visit)
        for part in queries.parts_of(row[0].maintenance_plan) if row[0].maintenance_plan else ():
            order.append(
                "parts", {"item_code": part.item_code, "item_name": part.item_name, "planned_qty": part.qty, "uom": part.uom}
            )
        order.insert()
        values = {"status": "Ordered", "service_order": order.name, "problem": None}
    except frappe.ValidationError as problem:
        frappe.db.rollback(save_point="planned_visit")
        frappe.clear_messages()
        order, values = None, {"problem": strip_html(str(problem)) or type(problem).__name__}
    frappe.db.set_value("Planned Visit", visit, values)
    return order.name if order else None


def nightly() -> None:
    """Visits as the plans want them now, then the Service Orders of those that come near."""
    generate_all()
    while order_due_visits():
        pass


# Planning


def _chunks(company: str | None) -> Iterator[list[str]]:
    position = ""
    while names := queries.names_after(position, _CHUNK, company):
        yield names
        position = names[-1]


def _plan(names: Collection[str], today: date) -> dict[str, int]:
    facts = _Facts(names, today)
    new: list[tuple[frappe._dict, Target, Visit]] = []
    moved: dict[str, date] = {}
    gone: list[str] = []
    for plan in facts.plans:
        for target, changes in facts.changes_of(plan):
            new += [(plan, target, visit) for visit in changes.new]
            moved |= {_key(plan.name, target.equipment, key): visit.due_on for key, visit in changes.moved}
        gone += facts.unwanted_of(plan)
    _insert(new)
    _move(moved)
    for start in range(0, len(gone), 5000):
        # Only what is still planned: somebody may have ordered it since it was read.
        frappe.db.delete(
            "Planned Visit", {"visit_key": ("in", gone[start : start + 5000]), "status": "Planned"}
        )
    _note_states(facts)
    return {"new": len(new), "moved": len(moved), "gone": len(gone)}


class _Facts:
    """Everything that some plans are made from, read once."""

    def __init__(self, names: Collection[str], today: date) -> None:
        self.today = today
        self.plans = queries.plans(names)
        self.contracts = queries.contracts(plan.service_contract for plan in self.plans)
        self.units = queries.equipment(self._all_equipment())
        self.written = queries.visits_of(names) if names else {}
        self.kept: dict[str, set[str]] = defaultdict(set)
        self.problems: dict[str, str] = {}
        self.reckoned: dict[tuple, list[Visit]] = {}
        lists = queries.holiday_lists({plan.company for plan in self.plans})
        self.holiday_list = {plan.name: plan.holiday_list or lists.get(plan.company) for plan in self.plans}
        self.targets = {plan.name: self._targets(plan) for plan in self.plans}
        last = max((self.last_day(plan) for plan in self.plans), default=today)
        self.holidays = queries.holidays(self.holiday_list.values(), today, last + timedelta(days=62))
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
                if row.visit_key.removeprefix(_key(plan.name, target.equipment, "")) not in gone
            )
            yield target, changes

    def unwanted_of(self, plan: frappe._dict) -> list[str]:
        """Keys of planned visits that nobody wants any more: no longer in the rhythm, the unit gone, the plan ended.

        Overdue ones stay only while their unit is served."""
        return [
            row.visit_key
            for (name, _equipment), rows in self.written.items()
            if name == plan.name
            for row in rows
            if row.status == "Planned" and row.visit_key not in self.kept[plan.name]
        ]

    def _visits(self, rhythm: Rhythm, first: date, last: date, holiday_list: str | None) -> list[Visit]:
        """Units with the same rhythm are many, and so are their visits: reckoned once."""
        asked = (rhythm, first, last, holiday_list)
        if asked not in self.reckoned:
            self.reckoned[asked] = visits(rhythm, first, last, self.holidays.get(holiday_list, frozenset()))
        return self.reckoned[asked]

    def _written(self, plan: str, equipment: str) -> dict[str, Written]:
        prefix = _key(plan, equipment, "")
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
            customer = contract.customer if contract else unit and unit.customer
            if unit and unit.status == "In Use" and unit.customer and unit.customer == customer:
                found.append(
                    Target(
                        equipment, customer, plan.company,
                        max(first, getdate(plan.start_date)), last,
                        plan.service_contract, line, _suspensions(contract),
                    )  # fmt: skip
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
        listed = [(row.equipment, row.from_date, row.to_date) for row in contract.listed if row.line_number == line.line_number]
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
        Decimal(str(plan.meter_interval)), used or Decimal(0), max(start, last), meter_usage.daily_average(readings)
    )


def _key(plan: str, equipment: str, visit: str) -> str:
    return f"{plan}:{equipment}:{visit}"


# Writing


def _insert(new: Sequence[tuple[frappe._dict, Target, Visit]]) -> None:
    stamp, user = now(), frappe.session.user
    frappe.db.bulk_insert(
        "Planned Visit",
        list(_COLUMNS),
        (
            [
                frappe.generate_hash(length=10), user, stamp, stamp, user, 0, 0, plan.name, target.equipment,
                target.customer, target.company, target.contract, target.contract_line, visit.due_on,
                visit.span.start, visit.span.end, "Planned", visit.cause,
                _key(plan.name, target.equipment, visit.key),
            ]  # fmt: skip
            for plan, target, visit in new
        ),
        # Whoever plans at the same moment wants the same visits.
        ignore_duplicates=True,
    )


def _move(moved: Mapping[str, date]) -> None:
    if not moved:
        return
    rows = frappe.get_all(
        "Planned Visit",
        filters={"visit_key": ("in", list(moved)), "status": "Planned"},
        fields=["name", "visit_key"],
        order_by="name",
    )
    frappe.db.bulk_update("Planned Visit", {row.name: {"due_on": moved[row.visit_key]} for row in rows})


def _note_states(facts: _Facts) -> None:
    """On the plans: how far they are planned, or why not. Only where that is another than before."""
    updates = {}
    for plan in facts.plans:
        problem = facts.problems.get(plan.name) if plan.status == "Active" else None
        until = facts.last_day(plan) if plan.status == "Active" and not problem else None
        if (plan.problem or None, plan.planned_until) != (problem, until):
            updates[plan.name] = {"problem": problem, "planned_until": until}
    if updates:
        frappe.db.bulk_update("Maintenance Plan", updates, update_modified=False)


def _customer(plan: Document) -> str | None:
    of_unit = plan.equipment and frappe.db.get_value("Equipment", plan.equipment, "customer")
    if not plan.service_contract:
        return of_unit
    of_contract = frappe.db.get_value("Service Contract", plan.service_contract, "customer")
    if of_unit and of_unit != of_contract:
        frappe.throw(
            _("{0} is at {1}, but the contract is with {2}. Choose equipment of the same customer.").format(
                plan.equipment, of_unit, of_contract
            )
        )
    return of_contract


def _number_of_units(plan: Document) -> int:
    if plan.equipment:
        return 1
    return frappe.db.count("Contract Equipment", {"parent": plan.service_contract})


def _commit() -> None:
    # One transaction a step: what is planned or ordered stays, and a stopped run goes on behind it.
    frappe.db.commit()
