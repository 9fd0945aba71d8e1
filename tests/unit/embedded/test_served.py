"""Service in `./dev demo`: a plan that people can keep, figures that add up."""

from datetime import date

import pytest

from crm_ext.embedded.served import JOBS, TECHNICIANS, YEAR, served

TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def service():
    return served(TODAY)


def test_every_visit_is_planned_or_left_with_a_reason(service):
    planned = [stop.job for day in service.days for stop in day.stops]
    assert len(planned) == len(set(planned))
    assert len(planned) + len(service.left) == JOBS


def test_nobody_is_at_two_places_or_beyond_their_skills_and_hours(service):
    skills = {name: skills for name, skills, *_rest in TECHNICIANS}
    for day in service.days:
        free_from = day.start
        for stop in day.stops:
            assert stop.skill in skills[day.technician]
            assert stop.start - stop.travel >= free_from
            assert stop.end <= day.end
            free_from = stop.end


def test_promised_hours_are_kept(service):
    promised = [stop for day in service.days for stop in day.stops if stop.window]
    assert promised
    for stop in promised:
        assert stop.window[0] <= stop.start <= stop.window[1]


def test_the_plan_is_the_same_on_every_run(service):
    again = served(TODAY)
    assert again.days == service.days


def test_a_contract_with_costly_complaints_loses_although_it_is_paid(service):
    worst = min(service.contracts, key=lambda row: row.profit.profit)
    assert worst.name == "SC-003" and worst.profit.revenue > 0 > worst.profit.profit
    assert worst.profit.complaints == YEAR["SC-003"][4]


def test_twelve_months_of_invoices_lie_ahead(service):
    assert all(month.first_day >= TODAY.replace(day=1) and month.amount > 0 for month in service.months)
    assert sum(month.invoices for month in service.months) > 12
