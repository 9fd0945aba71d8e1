"""From the site's records to the words of the rules: settings, travel times, technicians with their shifts, jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import frappe
from frappe.model.document import Document
from frappe.utils import get_system_timezone, get_time, now_datetime

from crm_ext.dispatch.flow import road_engine
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as queries
from crm_ext.dispatch.rules.moves import Busy
from crm_ext.dispatch.rules.problem import Job, Prices, Shift, Technician, Window
from crm_ext.dispatch.rules.travel import Coordinates, Roads, SpeedBand, Traffic, TravelTimes, coordinates
from crm_ext.dispatch.rules.working_hours import WEEKDAYS, Clock, Hours, shifts_of, without
from crm_ext.shared.results import Refusal

_MINUTE, _HOUR = 60, 3600
_SLOWEST = 1.0
# What leaving a job undone costs, in seconds of travel: always more than any way, and each step twice the one before.
_VALUES = {"Low": 250_000, "Medium": 500_000, "High": 1_000_000, "Urgent": 2_000_000}


class Settings:
    """Dispatch Settings, read once. A field that is empty or was never saved has the default of its form."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.clock = clock()

    @classmethod
    def read(cls) -> Settings:
        return cls(frappe.get_cached_doc("Dispatch Settings"))

    def number(self, fieldname: str) -> float:
        return float(self._value(fieldname) or 0)

    def _value(self, fieldname: str) -> object:
        value = self._document.get(fieldname)
        return self._document.meta.get_field(fieldname).default if value in (None, "") else value

    @cached_property
    def roads(self) -> Roads:
        usual = max(self.number("kilometres_per_hour"), _SLOWEST)
        bands = sorted(
            (
                SpeedBand(row.up_to_kilometres, max(row.kilometres_per_hour, _SLOWEST))
                for row in self._document.speeds
            ),
            key=lambda band: band.up_to,
        )
        return Roads(tuple(bands) or (SpeedBand(0, usual),), max(self.number("detour_factor"), 1))

    @cached_property
    def traffic(self) -> tuple[Traffic, ...]:
        return tuple(
            Traffic(get_time(row.from_time), get_time(row.to_time), 1 + (row.percent_longer or 0) / 100)
            for row in self._document.traffic
        )

    @cached_property
    def hours(self) -> tuple[Hours, ...]:
        start, end = (get_time(self._value(name)) for name in ("working_from", "working_until"))
        if not self._value("break_start") or not self._value("break_end"):
            return (Hours(start, end),)
        away, back = get_time(self._value("break_start")), get_time(self._value("break_end"))
        return (Hours(start, away), Hours(back, end)) if start < away < back < end else (Hours(start, end),)

    @cached_property
    def weekdays(self) -> frozenset[str]:
        return frozenset(day.strip() for day in str(self._value("working_days")).split(","))

    @property
    def keep_seconds(self) -> int:
        """Jobs that begin within so many seconds stay where they are."""
        return self._seconds("keep_minutes")

    @cached_property
    def seconds_per_money(self) -> float:
        """How many seconds on the road cost as much as one unit of currency."""
        return _HOUR / (self.number("cost_of_travel_hour") or 60)

    def hour_too_late(self, order: Mapping) -> int:
        money = order["lateness_cost"] or self.number(f"late_cost_{(order['priority'] or 'Medium').lower()}")
        return round(money * self.seconds_per_money)

    def prices(self, now: datetime) -> Prices:
        refilled = datetime.combine(now.date() + timedelta(days=self.number("van_refill_days")), time())
        only_with_parts = self._value("part_policy") == "Only a Van That Has Them"
        return Prices(
            change_technician=self._seconds("change_technician_minutes"),
            change_time=self._seconds("change_time_minutes"),
            same_time=self._seconds("same_time_minutes"),
            part_missing=None if only_with_parts else self._seconds("part_missing_minutes"),
            parts_known_until=self.clock.moment(refilled),
            uneven=self.number("evenness") / 100,
        )

    def _seconds(self, fieldname: str) -> int:
        return round(self.number(fieldname) * _MINUTE)


def clock() -> Clock:
    return Clock(ZoneInfo(get_system_timezone()))


def now() -> datetime:
    """The site's time, to the minute begun: plans do not speak of seconds."""
    moment = now_datetime()
    return moment.replace(second=0, microsecond=0)


def technicians(
    company: str,
    first_day: date,
    days: int,
    settings: Settings,
    names: Sequence[str] | None,
    items: Iterable[str],
) -> list[Technician]:
    """The active technicians that have a place to start from, with their shifts in these days."""
    return build_technicians(queries.technicians(company, names), company, first_day, days, settings, items)


def build_technicians(
    rows: Sequence[Mapping],
    company: str,
    first_day: date,
    days: int,
    settings: Settings,
    items: Iterable[str],
) -> list[Technician]:
    """The rows of technicians with skills, shifts and vans. One without a base is left out: no way can be told."""
    names = [row["name"] for row in rows]
    calendar = _Calendar(rows, company, first_day, days, settings)
    skills, vans = queries.skills(names), queries.van_stock((row["van_warehouse"] for row in rows), items)
    lost = job_queries.places_of_addresses(
        row["base_address"] for row in rows if not (row["latitude"] or row["longitude"])
    )
    made = []
    for row in rows:
        base = coordinates(row["latitude"], row["longitude"]) or coordinates(
            *lost.get(row["base_address"], (0, 0))
        )
        if isinstance(base, Coordinates):
            made.append(
                Technician(
                    row["name"],
                    base,
                    frozenset(skills.get(row["name"], ())),
                    calendar.shifts(row),
                    vans.get(row["van_warehouse"], {}),
                    row["most_jobs"] or None,
                )
            )
    return made


def shifts(
    rows: Sequence[Mapping], company: str, first_day: date, days: int, settings: Settings
) -> dict[str, tuple[Shift, ...]]:
    """When each of these technicians works, one without a base as well."""
    calendar = _Calendar(rows, company, first_day, days, settings)
    return {row["name"]: calendar.shifts(row) for row in rows}


class _Calendar:
    """Working times, shifts, holidays and leave of several technicians over some days."""

    def __init__(
        self, rows: Sequence[Mapping], company: str, first_day: date, days: int, settings: Settings
    ) -> None:
        self._settings = settings
        self._days = [first_day + timedelta(days=number) for number in range(days)]
        last = self._days[-1]
        self._times = queries.working_times([row["name"] for row in rows])
        people = sorted({row["employee"] for row in rows if row["employee"]})
        self._employees = queries.employees(people) if people else {}
        self._assignments = queries.shift_assignments(people, first_day, last)
        self._types = queries.shift_types(
            [each.shift_type for each in self._assignments]
            + [each.get("default_shift") for each in self._employees.values()]
        )
        self._leaves = queries.leaves(people, first_day, last)
        self._company_list = queries.company_holiday_list(company)
        lists = {self._holiday_list(row, None) for row in rows} | {
            each.holiday_list for each in self._types.values()
        }
        self._holidays = queries.holidays([each for each in lists if each], first_day, last)

    def shifts(self, row: Mapping) -> tuple[Shift, ...]:
        shifts = [shift for day in self._days for shift in self._on(row, day)]
        return without(shifts, self._absences(row))

    def _on(self, row: Mapping, day: date) -> tuple[Shift, ...]:
        shift_type = self._shift_type(row["employee"], day)
        if day in self._holidays.get(self._holiday_list(row, shift_type) or "", ()):
            return ()
        return shifts_of(day, self._hours(row, shift_type, day), self._settings.clock)

    def _hours(self, row: Mapping, shift_type: Mapping | None, day: date) -> Sequence[Hours]:
        """The technician's own times, else the shift of the employee, else the settings of the house."""
        weekday = WEEKDAYS[day.weekday()]
        if own := self._times.get(row["name"]):
            return [
                Hours(get_time(each.from_time), get_time(each.to_time))
                for each in own
                if each.weekday == weekday
            ]
        if shift_type:
            return [Hours(get_time(shift_type.start_time), get_time(shift_type.end_time))]
        return self._settings.hours if weekday in self._settings.weekdays else ()

    def _shift_type(self, employee: str | None, day: date) -> Mapping | None:
        if not employee:
            return None
        name = self._employees.get(employee, {}).get("default_shift")
        for each in self._assignments:
            if (
                each.employee == employee
                and each.start_date <= day
                and (each.end_date is None or day <= each.end_date)
            ):
                name = each.shift_type
        return self._types.get(name)

    def _holiday_list(self, row: Mapping, shift_type: Mapping | None) -> str | None:
        return (
            row["holiday_list"]
            or (shift_type.holiday_list if shift_type else None)
            or self._employees.get(row["employee"], {}).get("holiday_list")
            or self._company_list
        )

    def _absences(self, row: Mapping) -> list[tuple[int, int]]:
        """Days of leave from midnight to midnight; of a half day nobody knows which half, so all of it counts."""
        moment = self._settings.clock.moment
        return [
            (
                moment(datetime.combine(each.from_date, time())),
                moment(datetime.combine(each.to_date + timedelta(days=1), time())),
            )
            for each in self._leaves
            if each.employee == row["employee"]
        ]


@dataclass(frozen=True)
class Places:
    """Where jobs are, and which of their coordinates cannot be."""

    known: Mapping[str, Coordinates]
    absurd: Mapping[str, Refusal]


def places(rows: Sequence[Mapping]) -> Places:
    """The order's own coordinates, else its equipment's, else those that its address had the last time."""
    own = {row["name"]: coordinates(row["latitude"], row["longitude"]) for row in rows}
    lost = [row for row in rows if own[row["name"]] is None]
    equipment = job_queries.places_of_equipment(row["equipment"] for row in lost) if lost else {}
    addresses = job_queries.places_of_addresses(row["customer_address"] for row in lost) if lost else {}
    for row in lost:
        place = equipment.get(row["equipment"]) or addresses.get(row["customer_address"]) or (0, 0)
        own[row["name"]] = coordinates(*place)
    return Places(
        {name: place for name, place in own.items() if isinstance(place, Coordinates)},
        {name: place for name, place in own.items() if isinstance(place, Refusal)},
    )


def build_jobs(
    rows: Sequence[Mapping],
    found: Places,
    settings: Settings,
    at: datetime,
    parts: Mapping[str, Sequence[tuple[str, float]]],
) -> list[Job]:
    return [_job(row, found.known.get(row["name"]), settings, at, parts.get(row["name"], ())) for row in rows]


def _job(
    row: Mapping,
    place: Coordinates | None,
    settings: Settings,
    at: datetime,
    parts: Sequence[tuple[str, float]],
) -> Job:
    moment = settings.clock.moment
    planned = bool(row["technician"] and row["planned_start"])
    is_started = planned and row["status"] in (*job_queries.RUNNING, *job_queries.DONE)
    job = Job(
        row["name"],
        place,
        max(row["duration_minutes"] or 0, 1) * _MINUTE,
        row["skill"] or None,
        _window(row, settings.clock),
        moment(row["due_by"]) if row["due_by"] else None,
        settings.hour_too_late(row),
        value(row),
        tuple(parts),
        technician=row["technician"] if planned else None,
        start=moment(row["planned_start"]) if planned else None,
        is_fixed=is_started or (planned and bool(row["is_fixed"])),
        is_announced=planned,
        is_started=is_started,
    )
    return _as_it_runs(job, row, settings, at) if is_started else job


def _as_it_runs(job: Job, row: Mapping, settings: Settings, at: datetime) -> Job:
    """A job that is under way lasts at least until now; one that is done ended when it was planned to end."""
    end = settings.clock.moment(row["planned_end"] or row["planned_start"])
    if row["status"] in job_queries.RUNNING:
        end = max(end, settings.clock.moment(at))
    return replace(job, seconds=max(end - job.start, _MINUTE))


def busy(row: Mapping, found: Places, settings: Settings) -> Busy:
    """What a technician has to do already, as it is planned."""
    moment = settings.clock.moment
    return Busy(
        row["name"], moment(row["planned_start"]), moment(row["planned_end"]), found.known.get(row["name"])
    )


def value(row: Mapping) -> int:
    """What leaving the job undone costs: by priority, and as much again where a customer was promised a window."""
    usual = _VALUES.get(row["priority"], _VALUES["Medium"])
    return usual * 2 if row["window_start"] or row["window_end"] else usual


def _window(row: Mapping, clock: Clock) -> Window | None:
    """The promised window: the technician comes within it. One end may be open."""
    if not row["window_start"] and not row["window_end"]:
        return None
    earliest = clock.moment(row["window_start"]) if row["window_start"] else 0
    return Window(earliest, clock.moment(row["window_end"]) if row["window_end"] else 1 << 40)


def travel_times(places: Iterable[Coordinates], settings: Settings) -> TravelTimes:
    wanted = list(dict.fromkeys(places))
    return TravelTimes(wanted, road_engine.seconds(wanted, settings.roads), settings.traffic, settings.clock)
