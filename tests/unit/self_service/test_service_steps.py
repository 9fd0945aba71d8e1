"""How far a request for service is, in the customer's words."""

from __future__ import annotations

import pytest

from crm_ext.self_service.rules import service_steps as steps


@pytest.mark.parametrize(
    ("visits", "reached"),
    [
        ([], steps.RECEIVED),
        (["Open"], steps.RECEIVED),
        (["Planned"], steps.PLANNED),
        (["In Progress"], steps.ON_THE_WAY),
        (["Completed"], steps.DONE),
        (["Completed", "Planned"], steps.PLANNED),
    ],
)
def test_the_latest_visit_says_how_far_a_request_is(visits, reached):
    progress = steps.progress("Open", visits)
    assert (progress.reached, progress.is_asked, progress.is_closed) == (reached, False, False)


def test_whoever_is_asked_whether_it_is_solved_has_all_steps_but_the_last():
    progress = steps.progress("Resolved", [])
    assert progress.is_asked and not progress.is_closed
    assert [step for step in steps.STEPS if not progress.has(step)] == [steps.SOLVED]


def test_a_request_that_is_closed_is_solved_whatever_its_visits_say():
    progress = steps.progress("Closed", ["Planned"])
    assert progress.is_closed and progress.has(steps.SOLVED) and not progress.is_asked
