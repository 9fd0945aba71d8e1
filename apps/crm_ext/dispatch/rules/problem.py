"""The words of dispatch: jobs, technicians, their shifts, and what a plan is made of.

Moments are seconds since 1970 in UTC, so that a day on which clocks change has the hours it really has; lengths are
seconds. Costs are counted in seconds of travel: what is money elsewhere is brought to them by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from crm_ext.shared.results import Refusal

# A key of the table of travel times: coordinates in the product, a number in a benchmark.
Place = Hashable


@dataclass(frozen=True)
class Window:
    """Between which moments a work may begin, both included."""

    earliest: int
    latest: int

    def __bool__(self) -> bool:
        return self.earliest <= self.latest

    def meet(self, other: Window) -> Window:
        return Window(max(self.earliest, other.earliest), min(self.latest, other.latest))


@dataclass(frozen=True)
class Job:
    """Work at a place.

    window: promised to the customer, kept without exception. due: when the work should have ended; `hour_too_late`
    is what each hour beyond it costs. value: what leaving the job undone costs. parts: (item, quantity) it takes.
    technician and start: as it stands now; is_fixed: stays there; is_started: under way or done, and so fixed as well.
    is_announced: people know of technician and start. load: against the technician's daily capacity.
    """

    name: str
    place: Place | None
    seconds: int
    skill: str | None = None
    window: Window | None = None
    due: int | None = None
    hour_too_late: int = 0
    value: int = 200_000
    parts: tuple[tuple[str, float], ...] = ()
    load: int = 1
    technician: str | None = None
    start: int | None = None
    is_fixed: bool = False
    is_announced: bool = False
    is_started: bool = False


@dataclass(frozen=True)
class Shift:
    """One stretch of work of a technician; work and travel pause in its breaks (start, end)."""

    start: int
    end: int
    breaks: tuple[tuple[int, int], ...] = ()

    def after(self, moment: int, seconds: int) -> int:
        """When `seconds` of work or travel that begin at `moment` are over."""
        ends = moment
        for begins, over in self.breaks:
            if over <= ends:
                continue
            if ends + seconds <= begins:
                break
            seconds -= max(begins - ends, 0)
            ends = over
        return ends + seconds

    def working(self, moment: int) -> int:
        """The moment itself, or the end of the break that it lies in."""
        for begins, over in self.breaks:
            if begins <= moment < over:
                return over
        return moment

    @property
    def seconds(self) -> int:
        return self.end - self.start - sum(over - begins for begins, over in self.breaks)


@dataclass(frozen=True)
class Technician:
    """base: where each shift starts and ends. van: quantity of each item in the van. capacity: load of a shift."""

    name: str
    base: Place
    skills: frozenset[str] = frozenset()
    shifts: tuple[Shift, ...] = ()
    van: Mapping[str, float] = field(default_factory=dict)
    capacity: int | None = None

    def can(self, job: Job) -> bool:
        return job.skill is None or job.skill in self.skills

    def missing_part(self, job: Job) -> str | None:
        """The first item of which the van holds too little."""
        return next((item for item, qty in job.parts if self.van.get(item, 0) < qty), None)


@dataclass(frozen=True)
class Prices:
    """What a plan pays beyond travel, in seconds of travel.

    change_technician and change_time: for a job that people have been told of; `same_time` is how many seconds a start
    may move without counting as changed. part_missing: for a job whose part is not in the van; None where such a job
    is not given to the technician. parts_known_until: up to when vans count as they stand; later ones are refilled.
    day_later: for each day that a job waits. uneven: from 0 (the load may be uneven) to 1 (each second above an
    even share costs one); between, that much more than an even share is free.
    """

    change_technician: int = 5400
    change_time: int = 1800
    same_time: int = 900
    part_missing: int | None = 7200
    parts_known_until: int | None = None
    day_later: int = 600
    uneven: float = 0


@dataclass(frozen=True)
class Problem:
    """Everything that a plan is made from. now: nothing that is not fixed begins before it."""

    jobs: tuple[Job, ...]
    technicians: tuple[Technician, ...]
    now: int
    prices: Prices = Prices()


@dataclass(frozen=True)
class Effort:
    """How long the search may take; is_over: asked in each round whether all of the time is gone.

    With `rounds`, the same input and seed give the same plan on any machine.
    """

    seconds: float = 2
    seed: int = 1
    rounds: int | None = None
    rounds_without_gain: int | None = None
    is_over: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Stop:
    """A job in a technician's day. travel: seconds on the way to it. late: seconds that it ends after it was due."""

    job: Job
    technician: str
    start: int
    end: int
    travel: int
    late: int = 0


@dataclass(frozen=True)
class Change:
    """A job that is planned otherwise than before; why: a code with values."""

    job: str
    before: tuple[str | None, int | None]
    after: tuple[str | None, int | None]
    why: Refusal


@dataclass(frozen=True)
class Figures:
    """What a plan costs. travel and late in seconds, cost in seconds of travel, the rest counted."""

    planned: int
    left: int
    travel: int
    late: int
    broken_windows: int
    cost: int


@dataclass(frozen=True)
class Outcome:
    """stops: by technician, in their order. left: why each job is in nobody's day."""

    stops: tuple[Stop, ...]
    left: Mapping[str, Refusal]
    changes: tuple[Change, ...]
    before: Figures
    after: Figures
