"""The search for a good plan: our words put into PyVRP's, and its routes read back.

What a technician may not do is an edge of forbidden length in the profile of his vehicle; what he had better not do
(a part that is missing, a job that a customer was told somebody else comes for) is a longer one. A job that may be late, or may
be moved, is a group of alternatives, each with a window and a smaller prize, of which at most one is visited. Fixed jobs
cut a shift into pieces that lead from one to the next, so that they cannot make a plan impossible. Common breaks are
taken out of the axis of time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyvrp import (
    Client,
    ClientGroup,
    Depot,
    Location,
    ProblemData,
    Result,
    Solution,
    SolveParams,
    VehicleType,
    solve,
)
from pyvrp import Route as FoundRoute
from pyvrp.IteratedLocalSearch import IteratedLocalSearchParams
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, NoImprovement

from crm_ext.dispatch.rules.problem import Effort, Job, Place, Prices, Problem, Shift, Window
from crm_ext.dispatch.rules.routes import Route, Terms, penalty

_HOUR = 3600
_FORBIDDEN = 1 << 40
# Lateness counts in steps: on time, up to these many hours, and more.
_LATE_HOURS = (1, 2, 4, 8)
# Late acceptance (Burke and Bykov): costs of so many rounds ago are still good enough. Found on public instances: a search
# comes to rest after some 100 rounds for each round it looks back, and PyVRP's own 300 is as good as any longer one.
_SHORTEST_HISTORY, _LONGEST_HISTORY = 10, 300
_ROUNDS_TO_FORGET = 100
_SHARE_OF_FIRST = 0.05
# Cells of all matrices together that are worth their memory (16 bytes each); beyond, only skills make a profile.
_MOST_CELLS = 24_000_000


@dataclass(frozen=True)
class Piece:
    """A stretch of a shift between fixed jobs, or a whole shift: one vehicle."""

    route: int
    start: int
    end: int
    origin: Place
    target: Place
    capacity: int | None


@dataclass(frozen=True)
class Option:
    """One alternative of a job: when it may begin, and what that costs."""

    job: int
    window: Window
    cost: int


def search(problem: Problem, routes: Sequence[Route], terms: Terms, effort: Effort) -> list[Route]:
    """The routes, which hold fixed jobs only, filled with jobs of the problem; what finds no room is left out."""
    jobs = [job for job in problem.jobs if not job.is_fixed and job.place is not None]
    pieces = [piece for number, route in enumerate(routes) for piece in _pieces(number, route, problem.now)]
    if not pieces:
        return list(routes)
    options = [
        option for number, job in enumerate(jobs) for option in _options(number, job, pieces, terms.prices)
    ]
    if not options:
        return list(routes)
    model = _Model(jobs, options, pieces, routes, terms)
    return model.read(_solved(model, effort))


def _solved(model: _Model, effort: Effort) -> Solution:
    """The best solution that is found: a short search shows how fast this machine is here, and the long one accepts worse
    solutions for as long as the rest of the time lets it come back. It begins anew: what goes downhill at once stays in
    the first valley."""
    start = model.present()
    first = _run(model, effort, _SHARE_OF_FIRST, _SHORTEST_HISTORY, start)
    expected = effort.rounds or effort.seconds * first.num_iterations / max(first.runtime, 0.001)
    history = min(max(int(expected / _ROUNDS_TO_FORGET), _SHORTEST_HISTORY), _LONGEST_HISTORY)
    found = _run(model, effort, 1 - _SHARE_OF_FIRST, history, start)
    return min(found, first, key=lambda result: result.cost()).best


def _run(model: _Model, effort: Effort, share: float, history: int, start: Solution | None) -> Result:
    return solve(
        model.data,
        _stopping(effort, share),
        seed=effort.seed,
        collect_stats=False,
        display=False,
        params=SolveParams(ils=IteratedLocalSearchParams(history_length=history)),
        initial_solution=start,
    )


def _stopping(effort: Effort, share: float) -> MultipleCriteria:
    criteria: list = [MaxRuntime(effort.seconds * share)]
    if effort.is_over is not None:
        criteria.append(lambda best_cost: effort.is_over())
    if effort.rounds is not None:
        criteria.append(MaxIterations(max(round(effort.rounds * share), 1)))
    if effort.rounds_without_gain is not None:
        criteria.append(NoImprovement(effort.rounds_without_gain))
    return MultipleCriteria(criteria)


def _pieces(number: int, route: Route, now: int) -> Iterator[Piece]:
    """The free stretches of a route between its fixed jobs, from now on."""
    shift, base = route.shift, route.technician.base
    at, here = shift.start, base
    capacity = route.technician.capacity
    if capacity is not None:
        capacity = max(capacity - sum(job.load for job in route.jobs), 0)
    for job in route.jobs:
        yield from _piece(number, max(at, now), min(job.start, shift.end), here, job.place, capacity)
        at, here = max(at, shift.after(job.start, job.seconds)), job.place
    yield from _piece(number, max(at, now), shift.end, here, base, capacity)


def _piece(
    number: int, start: int, end: int, origin: Place, target: Place, capacity: int | None
) -> Iterator[Piece]:
    if start < end:
        yield Piece(number, start, end, origin, target, capacity)


def _options(number: int, job: Job, pieces: Sequence[Piece], prices: Prices) -> Iterator[Option]:
    """The alternatives of a job within the time that is planned."""
    horizon = Window(min(piece.start for piece in pieces), max(piece.end for piece in pieces))
    whole = horizon.meet(job.window) if job.window else horizon
    if not whole:
        return
    told = job.start if job.is_announced else None
    moved = prices.change_time if told is not None else 0
    if told is not None:
        same = whole.meet(Window(told - prices.same_time, told + prices.same_time))
        if same:
            yield Option(number, same, _lateness(job, same.latest))
    for window in _by_lateness(job, whole):
        yield Option(number, window, _lateness(job, window.latest) + moved)


def _by_lateness(job: Job, whole: Window) -> Iterator[Window]:
    """The time in which a job may begin, cut where its lateness gets dearer."""
    if job.due is None or not job.hour_too_late:
        yield whole
        return
    on_time = job.due - job.seconds
    first = max(on_time, whole.earliest)
    borders = [on_time, *(first + hours * _HOUR for hours in _LATE_HOURS)]
    begin = whole.earliest
    for border in sorted(set(borders)):
        if begin <= border < whole.latest:
            yield Window(begin, border)
            begin = border + 1
    if begin <= whole.latest:
        yield Window(begin, whole.latest)


def _lateness(job: Job, start: int) -> int:
    if job.due is None:
        return 0
    return max(start + job.seconds - job.due, 0) * job.hour_too_late // _HOUR


class _Axis:
    """Time without the breaks that everybody has at once: work may begin before one and go on after it."""

    def __init__(self, shifts: Sequence[Shift]) -> None:
        breaks = sorted({each for shift in shifts for each in shift.breaks})
        self.breaks = [
            (begins, over)
            for begins, over in breaks
            if all(
                (begins, over) in shift.breaks or over <= shift.start or begins >= shift.end
                for shift in shifts
            )
        ]
        self.origin = min((shift.start for shift in shifts), default=0)

    def __call__(self, moment: int) -> int:
        gone = sum(min(moment, over) - begins for begins, over in self.breaks if begins < moment)
        return max(moment - self.origin - gone, 0)

    def own_breaks(self, shift: Shift) -> list[tuple[int, int]]:
        return [each for each in shift.breaks if each not in self.breaks]


class _Model:
    """The problem as PyVRP has it, with the numbers that lead back."""

    def __init__(
        self,
        jobs: Sequence[Job],
        options: Sequence[Option],
        pieces: Sequence[Piece],
        routes: Sequence[Route],
        terms: Terms,
    ) -> None:
        self.jobs, self.options, self.routes, self.terms = jobs, options, routes, terms
        self.axis = _Axis([route.shift for route in routes])
        self.pieces = [part for piece in pieces for part in self._split(piece)]
        self.with_load = any(piece.capacity is not None for piece in self.pieces)
        self.everything = sum(job.load for job in jobs)
        self.data = self._data()

    def _split(self, piece: Piece) -> Iterator[Piece]:
        """A break that only some have ends a piece at home and begins another there."""
        route = self.routes[piece.route]
        base, start, origin = route.technician.base, piece.start, piece.origin
        for begins, over in self.axis.own_breaks(route.shift):
            if start < begins < piece.end:
                yield replace(piece, start=start, end=begins, origin=origin, target=base)
                start, origin = over, base
            elif begins <= start < over:
                start = over
        if start < piece.end:
            yield replace(piece, start=start, origin=origin)

    def _data(self) -> ProblemData:
        depots = list(dict.fromkeys(place for piece in self.pieces for place in (piece.origin, piece.target)))
        places = [*depots, *(job.place for job in self.jobs)]
        index = [self.terms.travel.index[place] for place in places]
        durations = np.ascontiguousarray(self.terms.travel.usual()[np.ix_(index, index)])
        distances, profile_of = self._profiles(durations, len(depots))
        number = {place: position for position, place in enumerate(depots)}
        groups, clients = self._clients(len(depots))
        vehicles = [
            self._vehicle(self.pieces[alike[0]], len(alike), number, profile_of[alike[0]])
            for alike in self._fleet(profile_of)
        ]
        return ProblemData(
            locations=[Location(0, 0) for _ in places],
            clients=clients,
            depots=[Depot(location=position) for position in range(len(depots))],
            vehicle_types=vehicles,
            distance_matrices=distances,
            duration_matrices=[durations] * len(distances),
            groups=groups,
        )

    def _fleet(self, profile_of: Sequence[int]) -> list[list[int]]:
        """Pieces that differ in nothing are vehicles of one type: the search need not try each of them."""
        alike: dict[tuple, list[int]] = {}
        for position, piece in enumerate(self.pieces):
            key = (piece.start, piece.end, piece.origin, piece.target, piece.capacity, profile_of[position])
            alike.setdefault(key, []).append(position)
        self.fleet = list(alike.values())
        self.type_of = {position: number for number, each in enumerate(self.fleet) for position in each}
        return self.fleet

    def _vehicle(self, piece: Piece, count: int, number: Mapping[Place, int], profile: int) -> VehicleType:
        capacity = self.everything if piece.capacity is None else piece.capacity
        return VehicleType(
            num_available=count,
            capacity=[capacity] if self.with_load else [],
            start_depot=number[piece.origin],
            end_depot=number[piece.target],
            tw_early=self.axis(piece.start),
            tw_late=self.axis(piece.end),
            profile=profile,
            **self._evenness(piece),
        )

    def _evenness(self, piece: Piece) -> dict:
        """Above the share of all work that is still even, each second costs one: whoever has less gets the job.

        A quarter of the work is added for the ways. Half as even may be half as much above it.
        """
        uneven = min(self.terms.prices.uneven, 1)
        if uneven <= 0:
            return {}
        even = sum(job.seconds for job in self.jobs) * 1.25 / len(self.pieces)
        share = round(even * (2 - uneven))
        length = self.axis(piece.end) - self.axis(piece.start)
        return {
            "shift_duration": min(share, length),
            "max_overtime": max(length - share, 0),
            "unit_overtime_cost": 1,
        }

    def _clients(self, first_location: int) -> tuple[list[ClientGroup], list[Client]]:
        alternatives = Counter(option.job for option in self.options)
        members: dict[int, list[int]] = {job: [] for job, count in sorted(alternatives.items()) if count > 1}
        group_of = {job: number for number, job in enumerate(members)}
        clients = []
        for position, option in enumerate(self.options):
            job = self.jobs[option.job]
            if option.job in members:
                members[option.job].append(position)
            clients.append(
                Client(
                    location=first_location + option.job,
                    delivery=[job.load] if self.with_load else [],
                    service_duration=job.seconds,
                    tw_early=self.axis(option.window.earliest),
                    tw_late=self.axis(option.window.latest),
                    prize=max(job.value - option.cost, 1),
                    required=False,
                    group=group_of.get(option.job),
                )
            )
        return [ClientGroup(each, required=False) for each in members.values()], clients

    def _profiles(self, durations: np.ndarray, first_job: int) -> tuple[list[np.ndarray], list[int]]:
        """A matrix of costs for each different set of abilities and preferences, and which piece has which."""
        columns = [self._column(piece, first_job, with_wishes=True) for piece in self.pieces]
        if len({column.tobytes() for column in columns}) * durations.size > _MOST_CELLS:
            columns = [self._column(piece, first_job, with_wishes=False) for piece in self.pieces]
        numbers: dict[bytes, int] = {}
        matrices, profile_of = [], []
        for column in columns:
            key = column.tobytes()
            if key not in numbers:
                numbers[key] = len(matrices)
                matrix = durations + column
                np.fill_diagonal(matrix, 0)
                matrices.append(matrix)
            profile_of.append(numbers[key])
        return matrices, profile_of

    def _column(self, piece: Piece, first_job: int, with_wishes: bool) -> np.ndarray:
        """What the way to each job costs this vehicle beyond its length."""
        route = self.routes[piece.route]
        column = np.zeros(first_job + len(self.jobs), dtype=np.int64)
        for number, job in enumerate(self.jobs):
            extra = penalty(job, route.technician, route.shift, self.terms)
            if extra is None:
                column[first_job + number] = _FORBIDDEN
            elif with_wishes:
                column[first_job + number] = extra
        return column

    def present(self) -> Solution | None:
        """Today's plan as where the search begins, if there is one."""
        first_option: dict[int, int] = {}
        for position, option in enumerate(self.options):
            first_option.setdefault(option.job, position)
        visits: list[list[int]] = [[] for _ in self.pieces]
        given = sorted(
            (job.start, number)
            for number, job in enumerate(self.jobs)
            if job.technician and job.start is not None
        )
        for start, number in given:
            piece = self._piece_at(self.jobs[number].technician, start)
            if piece is not None and number in first_option:
                visits[piece].append(first_option[number])
        if not any(visits):
            return None
        routes = [
            FoundRoute(self.data, each, self.type_of[piece]) for piece, each in enumerate(visits) if each
        ]
        return Solution(self.data, routes)

    def _piece_at(self, technician: str, moment: int) -> int | None:
        own = [
            (abs(moment - max(min(moment, piece.end), piece.start)), number)
            for number, piece in enumerate(self.pieces)
            if self.routes[piece.route].technician.name == technician
        ]
        return min(own)[1] if own else None

    def read(self, solution: Solution) -> list[Route]:
        """The routes of the solution: the found jobs between the fixed ones."""
        free = [list(reversed(each)) for each in self.fleet]
        by_route: dict[int, list[tuple[int, Job]]] = {}
        for route in solution.routes():
            piece = self.pieces[free[route.vehicle_type()].pop()]
            jobs = [self.jobs[self.options[visit.idx].job] for visit in route if visit.is_client()]
            by_route.setdefault(piece.route, []).extend((piece.start, job) for job in jobs)
        return [self._joined(route, by_route.get(number, [])) for number, route in enumerate(self.routes)]

    def _joined(self, route: Route, found: list[tuple[int, Job]]) -> Route:
        fixed = [(job.start, job) for job in route.jobs]
        # A piece begins where the fixed job before it ends, and sorting is stable.
        together = sorted([*fixed, *found], key=lambda each: each[0])
        return replace(route, jobs=tuple(job for _start, job in together))
