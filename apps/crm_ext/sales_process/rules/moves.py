"""Whether an opportunity may change its stage."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from crm_ext.sales_process.rules.facts import Judgement, OpportunityFacts, judge
from crm_ext.sales_process.rules.processes import Activity, Criterion, Process

# A lost, closed or converted opportunity is decided: its stage is history and nobody is held up.
SETTLED = ("Lost", "Closed", "Converted")


@dataclass(frozen=True)
class Verdict:
    """Judgements of the criteria on the way, and the required activities that nobody has done yet."""

    judgements: tuple[Judgement, ...] = ()
    open_activities: tuple[Activity, ...] = ()

    @property
    def unmet(self) -> tuple[Judgement, ...]:
        """Required criteria that stand in the way; advice does not."""
        return tuple(judgement for judgement in self.judgements if judgement.required and not judgement.met)

    @property
    def allowed(self) -> bool:
        return not self.unmet and not self.open_activities


def criteria_on_the_way(process: Process, here: str | None, there: str | None) -> tuple[Criterion, ...]:
    """Criteria of every stage that a move forward leaves behind; none when starting, going back or staying."""
    if process.direction(here, there) != "forward":
        return ()
    left = {stage.name for stage in process.left_behind(here, there)}
    return tuple(criterion for criterion in process.criteria if criterion.stage in left)


def weigh(
    process: Process,
    here: str | None,
    there: str | None,
    facts: OpportunityFacts,
    done: Collection[tuple[str, str]],
) -> Verdict:
    """Weigh a move. done: (stage, activity) of what has been done so far. Going back is always allowed."""
    if process.direction(here, there) != "forward":
        return Verdict()
    left = {stage.name for stage in process.left_behind(here, there)}
    return Verdict(
        judgements=tuple(judge(criterion, facts) for criterion in criteria_on_the_way(process, here, there)),
        open_activities=tuple(
            activity
            for activity in process.activities
            if activity.required and activity.stage in left and (activity.stage, activity.name) not in done
        ),
    )
