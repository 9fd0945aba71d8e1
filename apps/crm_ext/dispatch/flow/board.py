"""The dispatch board: who works when, who does what, what nobody has yet and why. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby

from frappe.utils import strip_html

from crm_ext.dispatch.flow import sentences, terms
from crm_ext.dispatch.queries import board as queries
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as technician_queries
from crm_ext.dispatch.rules.problem import Shift
from crm_ext.dispatch.rules.travel import coordinates
from crm_ext.dispatch.rules.working_hours import Clock
from crm_ext.shared.results import Refusal, refuse

# Jobs that nobody began are offered again for so long; what is older is for the list of orders.
_LEFT_OVER = timedelta(days=30)
_MINUTE = 60
_JOB_FACTS = (
    "name",
    "title",
    "status",
    "job_type",
    "priority",
    "customer",
    "customer_name",
    "contact_mobile",
    "equipment",
    "service_contract",
    "description",
    "technician",
    "is_fixed",
    "skill",
    "window_start",
    "window_end",
    "due_by",
    "modified",
)


def board(company: str, first_day: date, days: int) -> dict:
    """Everything that the board shows of these days, in a fixed number of queries. Times are the site's."""
    settings = terms.Settings.read()
    start = datetime.combine(first_day, time())
    people = queries.technicians(company)
    rows = queries.jobs(company, start, start + timedelta(days=days))
    waiting, has_more = _waiting(company, start)
    details = _details([*rows, *waiting])
    ways = _ways(rows, people, details.places, settings)
    return {
        "company": company,
        "first_day": str(first_day),
        "days": days,
        "now": str(terms.now()),
        "technicians": _technicians(people, company, first_day, days, settings, details.items()),
        "jobs": [{**details.job(row), "travel_minutes": ways.get(row["name"])} for row in rows],
        "waiting": [details.waiting_job(row) for row in waiting],
        "has_more_waiting": has_more,
    }


def job(service_order: str) -> dict:
    """One order as the board knows it."""
    row = queries.job(service_order)
    return _details([row]).job(row)


def _waiting(company: str, start: datetime) -> tuple[list[Mapping], bool]:
    """What nobody has, with what was planned for a day before this one and today and not begun; and whether there is more."""
    found = queries.unassigned(company)
    today = datetime.combine(terms.now().date(), time())
    over = queries.left_over(company, min(start, today), today - _LEFT_OVER)
    return [*over, *found[: queries.MOST_UNASSIGNED]], len(found) > queries.MOST_UNASSIGNED


def _details(rows: Sequence[Mapping]) -> _Details:
    names = [row["name"] for row in rows]
    return _Details(
        parts=job_queries.parts(names),
        equipment=queries.equipment_names({row["equipment"] for row in rows if row["equipment"]}),
        reasons=queries.reasons([row["name"] for row in rows if row["status"] == "Open"]),
        places=terms.places(rows),
    )


class _Details:
    """What hangs on the orders, by their names."""

    def __init__(self, parts: Mapping, equipment: Mapping, reasons: Mapping, places: terms.Places) -> None:
        self.parts, self.equipment, self.reasons, self.places = parts, equipment, reasons, places

    def items(self) -> set[str]:
        return {part["item_code"] for parts in self.parts.values() for part in parts}

    def job(self, row: Mapping) -> dict:
        place = self.places.known.get(row["name"])
        return {
            **{fact: _plain(row[fact]) for fact in _JOB_FACTS},
            "start": _plain(row["planned_start"]),
            "end": _plain(row["planned_end"]),
            "minutes": row["duration_minutes"],
            "address": _lines(row["address_display"]),
            "equipment_name": self.equipment.get(row["equipment"], row["equipment"]),
            "parts": self.parts.get(row["name"], []),
            "latitude": place.latitude if place else None,
            "longitude": place.longitude if place else None,
        }

    def waiting_job(self, row: Mapping) -> dict:
        """One that was planned and left over stands in the list like one that nobody has."""
        found = {**self.job(row), "reason": self._reason(row)}
        if row["status"] != "Open":
            found |= {"left_over_start": found["start"], "left_over_technician": found["technician"]}
        return {**found, "technician": None, "start": None, "end": None}

    def _reason(self, row: Mapping) -> str:
        """Where it is, is known at once; everything else is known by the last plan."""
        if row["name"] in self.places.absurd:
            return sentences.sentence(self.places.absurd[row["name"]])
        if row["name"] not in self.places.known:
            return sentences.sentence(refuse("no_coordinates"))
        return sentences.told(self.reasons.get(row["name"]))


def _lines(address: str | None) -> str:
    """The address without its markup, line by line."""
    return strip_html((address or "").replace("<br>", "\n")).strip()


def _plain(value: object) -> object:
    return str(value) if isinstance(value, datetime) else value


def _technicians(
    rows: Sequence[Mapping],
    company: str,
    first_day: date,
    days: int,
    settings: terms.Settings,
    items: Iterable[str],
) -> list[dict]:
    active = [row for row in rows if row["status"] == "Active"]
    hours = terms.shifts(active, company, first_day, days, settings)
    skills = technician_queries.skills([row["name"] for row in rows])
    vans = technician_queries.van_stock((row["van_warehouse"] for row in rows), items)
    return [
        {
            "name": row["name"],
            "status": row["status"],
            "mobile_no": row["mobile_no"],
            "latitude": row["latitude"],
            "longitude": row["longitude"],
            "skills": sorted(skills.get(row["name"], ())),
            "van": vans.get(row["van_warehouse"], {}),
            "hours": [span for shift in hours.get(row["name"], ()) for span in _spans(shift, settings.clock)],
        }
        for row in rows
    ]


def _spans(shift: Shift, clock: Clock) -> list[tuple[str, str]]:
    """The stretches of a shift between its breaks, in site time."""
    starts = [shift.start, *(over for _begins, over in shift.breaks)]
    ends = [*(begins for begins, _over in shift.breaks), shift.end]
    return [(str(clock.local(start)), str(clock.local(end))) for start, end in zip(starts, ends, strict=True)]


def _ways(
    rows: Sequence[Mapping], people: Sequence[Mapping], found: terms.Places, settings: terms.Settings
) -> dict[str, int]:
    """Minutes on the way to each job from the one before on its day, from the base to the first.

    Technician by technician: between those of different ones nobody drives.
    """
    bases = {row["name"]: coordinates(row["latitude"], row["longitude"]) for row in people}
    minutes: dict[str, int] = {}
    for technician, own in groupby(rows, key=lambda row: row["technician"]):
        stops = [row for row in own if row["name"] in found.known]
        base = bases.get(technician)
        base = None if isinstance(base, Refusal) else base
        places = [found.known[row["name"]] for row in stops] + ([base] if base else [])
        travel = terms.travel_times(places, settings)
        for _day, of_day in groupby(stops, key=lambda row: row["planned_start"].date()):
            here = base
            for row in of_day:
                there = found.known[row["name"]]
                if here:
                    at = settings.clock.moment(row["planned_start"])
                    minutes[row["name"]] = travel.between(here, there, at) // _MINUTE
                here = there
    return minutes
