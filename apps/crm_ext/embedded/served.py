"""Service of the made-up company: what its contracts will bill, what they really earned, and tomorrow's visits planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from crm_ext.dispatch.rules import planning
from crm_ext.dispatch.rules.problem import Effort, Job, Outcome, Prices, Problem, Technician, Window
from crm_ext.dispatch.rules.travel import Coordinates, Roads, SpeedBand, TravelTimes
from crm_ext.dispatch.rules.working_hours import Clock, Hours, shifts_of
from crm_ext.service_contracts.rules import contract_profit
from crm_ext.service_contracts.rules.billing import BilledLine, charges
from crm_ext.service_contracts.rules.contract_profit import LedgerSum, Profit, Work
from crm_ext.service_contracts.rules.pricing import IndexClause, PeriodPrice, PricedLine, price
from crm_ext.shared.calendars import month_of
from crm_ext.shared.periods import Recurrence
from crm_ext.shared.text import _lt

SEED = 1384
MONTHS_AHEAD = 12
# Rounds and not seconds, so that the plan is the same on every machine.
ROUNDS = 400
ROADS = Roads((SpeedBand(5, 25), SpeedBand(30, 45), SpeedBand(1000, 80)))
CLOCK = Clock(ZoneInfo("UTC"))

# Number, customer, months since the start, price of a period, months of a period, calendar, change a year in percent.
CONTRACTS = (
    ("SC-001", _lt("Garden Hotel"), 14, 4_200, 3, "Jalali", 18),
    ("SC-002", _lt("Dairy works"), 26, 950, 1, "Gregorian", 12),
    ("SC-003", _lt("Sports hall"), 8, 2_600, 3, "Jalali", 0),
    ("SC-004", _lt("Hospital east"), 20, 6_100, 3, "Gregorian", 15),
    ("SC-005", _lt("Apartment house 12"), 5, 380, 1, "Jalali", 0),
)
# Of each contract in the year past: parts and complaints' parts in the ledger, hours worked, visits, complaints.
YEAR = {
    "SC-001": (3_100, 1_200, 41, 14, 3),
    "SC-002": (1_800, 200, 28, 12, 1),
    "SC-003": (3_900, 2_600, 66, 17, 7),
    "SC-004": (8_200, 1_600, 120, 30, 5),
    "SC-005": (240, 0, 9, 5, 0),
}
COST_OF_AN_HOUR = Decimal(62)
TRAVEL_OF_A_VISIT = Decimal(24)

SKILLS = (_lt("Heating"), _lt("Pumps"))
# Name, skills, base, hours.
TECHNICIANS = (
    ("Omid", SKILLS, (32.655, 51.668), (8, 17)),
    ("Navid", SKILLS[:1], (32.622, 51.650), (8, 16)),
    ("Shirin", SKILLS[1:], (32.690, 51.640), (9, 17)),
    ("Reza", SKILLS, (32.640, 51.700), (8, 14)),
)
JOBS = 26


# Why a visit is in nobody's day.
_REASONS = {
    "no_skill": _lt("nobody has the skill"),
    "window_outside_hours": _lt("nobody works in the promised hours"),
    "too_long": _lt("longer than a working day"),
    "too_far": _lt("too far to be back in time"),
    "day_full": _lt("every day is full"),
    "no_time_left": _lt("whoever could go has no time left"),
}


def reason(code: str, translate: Callable[[str], str]) -> str:
    """Why a visit was left, in the reader's words."""
    return translate(_REASONS[code])


@dataclass(frozen=True)
class Billed:
    """What falls due in one month ahead."""

    first_day: date
    amount: Decimal
    invoices: int


@dataclass(frozen=True)
class ContractLine:
    name: str
    customer: str
    next_due: date | None
    next_amount: Decimal
    profit: Profit


@dataclass(frozen=True)
class Stop:
    """A visit in the picture: minutes since midnight, place in the map (0 to 1), what was promised."""

    job: str
    number: int
    start: int
    end: int
    travel: int
    x: float
    y: float
    skill: str
    window: tuple[int, int] | None


@dataclass(frozen=True)
class Day:
    """One technician's day; `home` is the base in the map."""

    technician: str
    start: int
    end: int
    home: tuple[float, float]
    stops: list[Stop]

    @property
    def travel(self) -> int:
        return sum(stop.travel for stop in self.stops)


@dataclass(frozen=True)
class Served:
    contracts: list[ContractLine]
    months: list[Billed]
    planned_for: date
    days: list[Day]
    left: Mapping[str, str]
    travel_minutes: int

    @property
    def visits(self) -> int:
        return sum(len(day.stops) for day in self.days)

    @property
    def largest_month(self) -> Decimal:
        return max((month.amount for month in self.months), default=Decimal(0)) or Decimal(1)

    @property
    def largest_profit(self) -> Decimal:
        return max((abs(row.profit.revenue) for row in self.contracts), default=Decimal(0)) or Decimal(1)


def served(today: date) -> Served:
    """Everything of the page's section on service, as of the evening of a day."""
    lines = {row[0]: _line(row, today) for row in CONTRACTS}
    ahead = [(name, span_price) for name, line in lines.items() for span_price in _due(line, today)]
    tomorrow = today + timedelta(days=1)
    problem, places = _problem(tomorrow)
    travel = TravelTimes(places, ROADS.seconds(places))
    outcome = planning.plan(problem, travel, Effort(seconds=60, seed=SEED, rounds=ROUNDS))
    return Served(
        contracts=[_contract(row, lines[row[0]], ahead, today) for row in CONTRACTS],
        months=_months(ahead, today),
        planned_for=tomorrow,
        days=_days(problem, outcome, tomorrow),
        left={name: refusal.code for name, refusal in sorted(outcome.left.items())},
        travel_minutes=outcome.after.travel // 60,
    )


# Contracts


def _line(row: tuple, today: date) -> PricedLine:
    name, _customer, months, rate, every, calendar, change = row
    start = today - timedelta(days=30 * months)
    clause = IndexClause("yearly", "Fixed Percentage", 12, Decimal(change)) if change else None
    return PricedLine(
        name=name,
        line_number=1,
        start=start,
        end=None,
        periods_from=start,
        price_since=start,
        recurrence=Recurrence("Month", every, calendar),
        qty=Decimal(1),
        rate=Decimal(rate),
        index=clause,
    )


def _due(line: PricedLine, today: date) -> list[tuple[date, PeriodPrice]]:
    """(day, price) of what falls due in the months ahead."""
    until = today + timedelta(days=30 * MONTHS_AHEAD)
    found = []
    for charge in charges(BilledLine(line), until):
        cost = price(line, charge.whole, precision=0)
        if charge.due_on > today and isinstance(cost, PeriodPrice):
            found.append((charge.due_on, cost))
    return found


def _months(ahead: list[tuple[str, tuple[date, PeriodPrice]]], today: date) -> list[Billed]:
    amounts: dict[date, list[Decimal]] = defaultdict(list)
    for _name, (due_on, cost) in ahead:
        amounts[month_of(due_on, "Gregorian").start].append(cost.amount)
    return [Billed(day, sum(found, Decimal(0)), len(found)) for day, found in sorted(amounts.items())]


def _contract(row: tuple, line: PricedLine, ahead: list, today: date) -> ContractLine:
    name, customer, *_rest = row
    mine = [due for owner, due in ahead if owner == name]
    return ContractLine(
        name=name,
        customer=customer,
        next_due=mine[0][0] if mine else None,
        next_amount=mine[0][1].amount if mine else Decimal(0),
        profit=_profit(name, line, today),
    )


def _profit(name: str, line: PricedLine, today: date) -> Profit:
    """The year past by the rules of the report: revenue and parts from ledger sums, labour from timesheets."""
    parts, of_complaints, hours, visits, complaints = YEAR[name]
    since = today - timedelta(days=365)
    revenue = sum(
        cost.amount
        for charge in charges(BilledLine(line), today)
        if charge.due_on > since and isinstance(cost := price(line, charge.whole, precision=0), PeriodPrice)
    )
    sums = [
        LedgerSum(name, contract_profit.REVENUE, Decimal(revenue)),
        LedgerSum(name, contract_profit.PARTS, Decimal(parts - of_complaints)),
        LedgerSum(name, contract_profit.PARTS, Decimal(of_complaints), is_complaint=True),
    ]
    works = [
        _work(name, hours - hours * complaints // visits, visits - complaints, False),
        _work(name, hours * complaints // visits, complaints, True),
    ]
    found = contract_profit.profits(
        contract_profit.CONTRACT, sums, works, customers={}, equipment={}, decimals=0
    )
    return contract_profit.total(found)


def _work(contract: str, hours: int, visits: int, is_complaint: bool) -> Work:
    labour, travel = hours * COST_OF_AN_HOUR, visits * TRAVEL_OF_A_VISIT
    return Work(contract, "", "", "", labour, travel, Decimal(hours), visits, is_complaint)


# Dispatch


def _problem(day: date) -> tuple[Problem, list[Coordinates]]:
    random = Random(SEED)
    people = tuple(
        Technician(
            name,
            Coordinates(*base),
            frozenset(skills),
            shifts_of(day, [Hours(time(hours[0]), time(hours[1]))], CLOCK),
            van={"seal": 4, "board": 2},
        )
        for name, skills, base, hours in TECHNICIANS
    )
    jobs = tuple(_job(number, day, random) for number in range(1, JOBS + 1))
    places = list(dict.fromkeys([person.base for person in people] + [job.place for job in jobs]))
    return Problem(jobs, people, now=_moment(day, 0), prices=Prices(uneven=1)), places


def _job(number: int, day: date, random: Random) -> Job:
    place = Coordinates(round(random.uniform(32.58, 32.72), 5), round(random.uniform(51.60, 51.74), 5))
    window = None
    if random.random() < 0.45:
        hour = random.choice((8, 9, 10, 11, 13, 14))
        window = Window(_moment(day, hour), _moment(day, hour + 2))
    return Job(
        name=f"V-{number:02d}",
        place=place,
        seconds=60 * random.choice((30, 45, 60, 90)),
        skill=random.choice(SKILLS),
        window=window,
        parts=((random.choice(("seal", "board")), 1),) if random.random() < 0.3 else (),
    )


def _moment(day: date, hour: int) -> int:
    return CLOCK.moment(datetime.combine(day, time(hour)))


def _days(problem: Problem, outcome: Outcome, day: date) -> list[Day]:
    midnight = _moment(day, 0)
    places = [job.place for job in problem.jobs] + [person.base for person in problem.technicians]
    to_map = _map(places)

    def minutes(moment: int) -> int:
        return (moment - midnight) // 60

    found = []
    for person in problem.technicians:
        stops = sorted(
            (stop for stop in outcome.stops if stop.technician == person.name), key=lambda stop: stop.start
        )
        shift = person.shifts[0]
        drawn = []
        for number, stop in enumerate(stops, 1):
            x, y = to_map(stop.job.place)
            window = stop.job.window
            promised = (minutes(window.earliest), minutes(window.latest)) if window else None
            drawn.append(
                Stop(
                    stop.job.name,
                    number,
                    minutes(stop.start),
                    minutes(stop.end),
                    stop.travel // 60,
                    x,
                    y,
                    stop.job.skill,
                    promised,
                )
            )
        found.append(Day(person.name, minutes(shift.start), minutes(shift.end), to_map(person.base), drawn))
    return found


def _map(places: list[Coordinates]) -> Callable[[Coordinates], tuple[float, float]]:
    """From degrees to the picture's square: west to the left, north above."""
    south, north = (edge(place.latitude for place in places) for edge in (min, max))
    west, east = (edge(place.longitude for place in places) for edge in (min, max))

    def to_map(place: Coordinates) -> tuple[float, float]:
        return (place.longitude - west) / (east - west), (north - place.latitude) / (north - south)

    return to_map
