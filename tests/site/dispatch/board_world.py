"""A small world for the board: a company's own technicians and jobs on a working day to come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import frappe
import makers

BASE = (52.52, 13.40)
# Some four kilometres from the base.
PLACE = (52.55, 13.43)


def clear() -> None:
    """Nobody else's technicians and jobs; the test's rollback brings them back."""
    for doctype in ("Service Order", "Technician", "Dispatch Plan"):
        frappe.db.delete(doctype)


def working_day() -> date:
    """The Monday after the next one: a day of work that is still to come in every time zone."""
    today = date.today()
    return today + timedelta(days=14 - today.weekday())


def at(hour: int, minute: int = 0, day: date | None = None) -> datetime:
    return datetime.combine(day or working_day(), time(hour, minute))


def skill(name: str) -> str:
    if not frappe.db.exists("Service Skill", name):
        frappe.get_doc({"doctype": "Service Skill", "skill_name": name}).insert()
    return name


def technician(name: str, *skills: str, **values):
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    return frappe.get_doc(
        {
            "doctype": "Technician",
            "technician_name": name,
            "company": makers.company(),
            "latitude": BASE[0],
            "longitude": BASE[1],
            "skills": [{"skill": skill(each)} for each in skills],
            "working_times": [
                {"weekday": day, "from_time": "08:00:00", "to_time": "17:00:00"} for day in weekdays
            ],
            **values,
        }
    ).insert()


def order(customer: str, technician: str | None = None, start: datetime | None = None, **values):
    """An order of an hour; planned where technician and start are given."""
    made = frappe.get_doc(
        {
            "doctype": "Service Order",
            "title": "Pump is noisy",
            "company": makers.company(),
            "customer": customer,
            "duration_minutes": 60,
            "latitude": PLACE[0],
            "longitude": PLACE[1],
            **values,
        }
    ).insert()
    if technician:
        end = start + timedelta(minutes=made.duration_minutes)
        made.db_set(
            {"technician": technician, "planned_start": start, "planned_end": end, "status": "Planned"}
        )
    return made
