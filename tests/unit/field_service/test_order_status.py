"""What an order's status can be set to."""

import pytest

from crm_ext.field_service.rules.order_status import SETTABLE, Standing, moments_to_clear, next_status


@pytest.mark.parametrize("before", SETTABLE)
@pytest.mark.parametrize("after", SETTABLE)
def test_a_draft_with_a_technician_goes_forward_and_back(before, after):
    assert next_status(Standing(before, 0, "Ann"), after) == after


@pytest.mark.parametrize(
    ("standing", "status", "code"),
    [
        (Standing("Open", 0, None), "On the Way", "technician_missing"),
        (Standing("Completed", 1, "Ann"), "In Progress", "order_completed"),
        (Standing("Cancelled", 2, "Ann"), "Open", "order_cancelled"),
        (Standing("Open", 0, "Ann"), "Completed", "status_unknown"),
        (Standing("Open", 0, "Ann"), "Asleep", "status_unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(standing, status, code):
    assert next_status(standing, status).code == code


def test_a_step_back_takes_the_later_moments_away():
    assert moments_to_clear("Planned") == ("left_at", "arrived_at", "finished_at")
    assert moments_to_clear("In Progress") == ("finished_at",)
