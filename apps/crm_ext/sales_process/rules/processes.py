"""What a sales process is: stages in order, activities to do in each, criteria to leave each.

A process serves one opportunity type in one company. What is left empty means "all others", so that the process with
neither serves every opportunity that has no process of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from crm_ext.sales_process.rules.facts import FACTS, Measure
from crm_ext.shared.results import Refusal, refuse

Direction = Literal["start", "same", "forward", "back", "outside"]

COMPARISONS = ("At least", "At most")
ANSWERS = ("Yes", "No")


@dataclass(frozen=True)
class Stage:
    """One column of the pipeline. probability: percent; age_limit_days: None where a stay has no limit."""

    name: str
    probability: Decimal
    age_limit_days: int | None = None
    guidance: str = ""
    calibrated_probability: Decimal | None = None
    observations: int = 0

    @property
    def best_probability(self) -> Decimal:
        """Percent: what was observed where there are observations, else what the definition says."""
        if self.observations and self.calibrated_probability is not None:
            return self.calibrated_probability
        return self.probability


@dataclass(frozen=True)
class Activity:
    """Something to do while an opportunity is in a stage."""

    stage: str
    name: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Criterion:
    """What must (required) or should hold before an opportunity leaves a stage forward."""

    stage: str
    fact: str
    operator: str
    threshold: Decimal = Decimal(0)
    activity: str = ""
    required: bool = True


@dataclass(frozen=True)
class Process:
    name: str
    opportunity_type: str | None
    company: str | None
    stages: tuple[Stage, ...]
    activities: tuple[Activity, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    prior_weight: Decimal = Decimal(20)
    horizon_days: int = 365
    _position: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._position.update({stage.name: index for index, stage in enumerate(self.stages)})

    def position(self, stage: str | None) -> int | None:
        """Place of a stage in the order, from 0; None where the process does not know it."""
        return self._position.get(stage) if stage else None

    def stage(self, name: str | None) -> Stage | None:
        position = self.position(name)
        return None if position is None else self.stages[position]

    def neighbour(self, name: str | None, step: int) -> Stage | None:
        """The stage `step` places further on. From a stage unknown to the process, the way on is its first stage."""
        position = self.position(name)
        if position is None:
            return self.stages[0] if step > 0 and self.stages else None
        target = position + step
        return self.stages[target] if 0 <= target < len(self.stages) else None

    def direction(self, here: str | None, there: str | None) -> Direction:
        """How a change of stage lies in the order. 'outside': to a stage that the process does not know."""
        if here == there:
            return "same"
        target = self.position(there)
        if target is None:
            return "outside"
        start = self.position(here)
        if start is None:
            return "start"
        return "forward" if target > start else "back"

    def left_behind(self, here: str | None, there: str | None) -> tuple[Stage, ...]:
        """The stages whose exit criteria a move forward has to meet: the present one and those skipped."""
        start, target = self.position(here), self.position(there)
        if target is None:
            return ()
        return self.stages[start or 0 : target]


@dataclass(frozen=True)
class Applies:
    """For which opportunity type and company a process is meant; None means all that have none of their own."""

    process: str
    opportunity_type: str | None
    company: str | None


@dataclass(frozen=True)
class TypeScope:
    """The opportunity types that one process serves in one company: either `only` this one, or all but `others`."""

    only: str | None = None
    others: tuple[str, ...] = ()


def choose(candidates: Iterable[Applies], opportunity_type: str | None, company: str | None) -> str | None:
    """The process for an opportunity: own type and company before own type, before company, before the default."""
    fitting = [
        candidate
        for candidate in candidates
        if candidate.opportunity_type in (None, opportunity_type) and candidate.company in (None, company)
    ]
    best = max(
        fitting,
        key=lambda one: (one.opportunity_type is not None, one.company is not None, one.process),
        default=None,
    )
    return best.process if best else None


def type_scope(candidates: Sequence[Applies], process: str, company: str) -> TypeScope | None:
    """Which opportunity types of a company `choose` gives to `process`; None where it gives none."""
    types = sorted({one.opportunity_type for one in candidates if one.opportunity_type})
    owned = [kind for kind in types if choose(candidates, kind, company) == process]
    if choose(candidates, None, company) == process:
        return TypeScope(others=tuple(kind for kind in types if kind not in owned))
    return TypeScope(only=owned[0]) if owned else None


def check_definition(process: Process) -> Refusal | None:
    """The first thing wrong with a definition, or None. Refusals name the stage or fact at fault."""
    if not process.stages:
        return refuse("process_without_stages")
    if process.horizon_days < 1:
        return refuse("horizon_too_short")
    for stage, count in Counter(stage.name for stage in process.stages).items():
        if count > 1:
            return refuse("stage_twice", stage=stage)
    for stage in process.stages:
        if not 0 <= stage.probability <= 100:
            return refuse("probability_out_of_range", stage=stage.name, probability=stage.probability)
    for row in (*process.activities, *process.criteria):
        if process.position(row.stage) is None:
            return refuse("stage_not_listed", stage=row.stage)
    known = {activity.name for activity in process.activities}
    for criterion in process.criteria:
        if (refusal := _check_criterion(criterion, known)) is not None:
            return refusal
    return None


def check_unique(process: Applies, others: Iterable[Applies]) -> Refusal | None:
    """One enabled process per type and company."""
    for other in others:
        if other.process != process.process and (other.opportunity_type, other.company) == (
            process.opportunity_type,
            process.company,
        ):
            return refuse("process_taken", process=other.process)
    return None


def _check_criterion(criterion: Criterion, activities: set[str]) -> Refusal | None:
    fact = FACTS.get(criterion.fact)
    if fact is None:
        return refuse("fact_unknown", fact=criterion.fact)
    fitting = ANSWERS if fact.measure is Measure.ANSWER else COMPARISONS
    if criterion.operator not in fitting:
        return refuse(
            "operator_does_not_fit", fact=criterion.fact, operator=criterion.operator, fitting=fitting
        )
    if criterion.fact == "Activity done" and criterion.activity not in activities:
        return refuse("activity_not_listed", activity=criterion.activity, stage=criterion.stage)
    return None
