"""When a technician works, by whatever the site knows about it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import dispatch_world as world
import frappe
import pytest
from dispatch_world import monday

from crm_ext.dispatch.flow import terms
from crm_ext.dispatch.queries import technicians as queries


@pytest.fixture
def town(site):
    return world.Town()


def hours(person, days=1, first_day: date | None = None):
    """[(start, end)] of the technician's shifts in site time."""
    settings = terms.Settings.read()
    rows = [queries.technician(person.name)]
    built = terms.build_technicians(rows, person.company, first_day or monday(), days, settings, ())
    local = settings.clock.local
    return [(local(shift.start), local(shift.end)) for shift in built[0].shifts]


def on(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour))


@pytest.fixture
def people(town, monkeypatch):
    """The tables of the app for human resources, which this site does not have: a late shift from Tuesday, leave on Thursday."""
    day = monday()
    late = frappe._dict(name="Late", start_time="12:00:00", end_time="20:00:00", holiday_list=None)
    early = frappe._dict(name="Early", start_time="06:00:00", end_time="14:00:00", holiday_list=None)
    monkeypatch.setattr(
        queries,
        "employees",
        lambda names: {"E": frappe._dict(name="E", holiday_list=None, default_shift="Early")},
    )
    monkeypatch.setattr(queries, "shift_types", lambda names: {"Late": late, "Early": early})
    assignment = frappe._dict(
        employee="E", shift_type="Late", start_date=day + timedelta(days=1), end_date=None
    )
    monkeypatch.setattr(queries, "shift_assignments", lambda *arguments: [assignment])
    thursday = day + timedelta(days=3)
    leave = frappe._dict(employee="E", from_date=thursday, to_date=thursday, half_day=0, half_day_date=None)
    monkeypatch.setattr(queries, "leaves", lambda *arguments: [leave])
    person = town.technician("Employed", hours=())
    person.db_set("employee", "E")
    return person


def test_shifts_and_leave_of_the_employee_count_where_the_technician_has_no_own_times(people):
    day = monday()
    assert hours(people, days=5) == [
        (on(day, 6), on(day, 14)),
        (on(day + timedelta(days=1), 12), on(day + timedelta(days=1), 20)),
        (on(day + timedelta(days=2), 12), on(day + timedelta(days=2), 20)),
        (on(day + timedelta(days=4), 12), on(day + timedelta(days=4), 20)),
    ]


def test_own_times_count_before_everything_else(town):
    person = town.technician("Own", hours=(("10:00", "12:00"),))
    assert hours(person) == [(on(monday(), 10), on(monday(), 12))]


def test_the_house_has_its_hours_with_its_break(town):
    settings = frappe.get_doc("Dispatch Settings")
    settings.update({"working_from": "۹:۰۰", "working_until": "15", "working_days": "monday"})
    settings.save()
    person = town.technician("Usual", hours=())
    assert hours(person, days=7) == [(on(monday(), 9), on(monday(), 15))]
    settings.update({"break_start": "12:00", "break_end": "12:30"})
    settings.save()
    rows = [queries.technician(person.name)]
    shift = terms.build_technicians(rows, person.company, monday(), 1, terms.Settings.read(), ())[0].shifts[0]
    assert shift.seconds == 5.5 * 3600


def test_a_fresh_site_works_from_eight_to_five(town):
    frappe.db.delete("Singles", {"doctype": "Dispatch Settings"})
    frappe.clear_document_cache("Dispatch Settings", "Dispatch Settings")
    person = town.technician("Usual", hours=())
    assert hours(person) == [(on(monday(), 8), on(monday(), 17))]


def test_empty_settings_are_the_defaults_that_the_form_shows(town):
    settings = frappe.get_doc("Dispatch Settings")
    settings.update({"working_from": "", "working_until": "", "working_days": ""})
    settings.save()
    assert (settings.working_from, settings.working_until) == ("08:00", "17:00")
    assert settings.working_days == "Monday, Tuesday, Wednesday, Thursday, Friday"
    frappe.db.set_single_value("Dispatch Settings", {"working_from": "", "working_days": ""})
    person = town.technician("Usual", hours=())
    assert hours(person) == [(on(monday(), 8), on(monday(), 17))]
    shown = frappe.get_doc("Dispatch Settings")
    shown.run_method("onload")
    assert (shown.working_from, shown.working_days) == (settings.working_from, settings.working_days)


def test_a_technician_without_a_base_is_not_planned(town):
    person = town.technician("Nowhere")
    person.db_set({"latitude": 0, "longitude": 0})
    rows = [queries.technician(person.name)]
    assert terms.build_technicians(rows, person.company, monday(), 1, terms.Settings.read(), ()) == []
