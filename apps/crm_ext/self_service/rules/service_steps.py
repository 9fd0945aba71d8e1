"""How far a request for service is, in steps that a customer understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RECEIVED, PLANNED, ON_THE_WAY, DONE, SOLVED = "received", "planned", "on_the_way", "done", "solved"
STEPS = (RECEIVED, PLANNED, ON_THE_WAY, DONE, SOLVED)

_OF_VISIT = {
    "Open": RECEIVED,
    "Planned": PLANNED,
    "On the Way": ON_THE_WAY,
    "In Progress": ON_THE_WAY,
    "Work Done": DONE,
    "Completed": DONE,
}
_SOLVED_ISSUE = ("Closed",)
_ASKED_ISSUE = ("Resolved",)


@dataclass(frozen=True)
class Progress:
    """reached: the last step that was reached; the customer is asked, or is done."""

    reached: str
    is_asked: bool
    is_closed: bool

    def has(self, step: str) -> bool:
        return STEPS.index(step) <= STEPS.index(self.reached)


def progress(issue_status: str, visit_statuses: Sequence[str]) -> Progress:
    """Of a request by its visits, the latest of which says how far it is.

    visit_statuses: of visits that are not cancelled, the earliest first.
    """
    reached = _OF_VISIT.get(visit_statuses[-1], RECEIVED) if visit_statuses else RECEIVED
    if issue_status in _SOLVED_ISSUE:
        return Progress(SOLVED, is_asked=False, is_closed=True)
    if issue_status in _ASKED_ISSUE:
        return Progress(DONE, is_asked=True, is_closed=False)
    return Progress(reached, is_asked=False, is_closed=False)
