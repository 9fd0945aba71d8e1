"""A town with technicians and jobs, on a working day some weeks ahead."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import frappe
import makers
from frappe.utils import now_datetime

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
# The middle of a town; a hundredth of a degree of latitude is some 1.1 kilometres.
LATITUDE, LONGITUDE = 48.2, 16.37


def monday() -> date:
    """A Monday three weeks ahead, when no clock changes at night."""
    day = now_datetime().date() + timedelta(days=21)
    day += timedelta(days=-day.weekday() % 7)
    while day.month in (3, 10, 11):
        day += timedelta(days=7)
    return day


def at(hour: float, day: date | None = None) -> datetime:
    return datetime.combine(day or monday(), time()) + timedelta(hours=hour)


class Town:
    """Fresh names. alone: nobody else's technicians and open orders are in the way (for tests that are rolled back)."""

    def __init__(self, alone: bool = True) -> None:
        self.tag = frappe.generate_hash(length=6)
        self.company = makers.company()
        self.customer = makers.customer(f"Visited {self.tag}").name
        if alone:
            self._send_others_home()

    @staticmethod
    def _send_others_home() -> None:
        order = frappe.qb.DocType("Service Order")
        frappe.qb.update(order).set(order.status, "Completed").where(order.docstatus == 0).run()
        person = frappe.qb.DocType("Technician")
        frappe.qb.update(person).set(person.status, "Inactive").run()

    def skill(self, name: str) -> str:
        return frappe.get_doc({"doctype": "Service Skill", "skill_name": f"{name} {self.tag}"}).insert().name

    def technician(self, name: str, north: float = 0, skills=(), hours=(("08:00", "17:00"),), **values):
        times = [{"weekday": day, "from_time": start, "to_time": end} for day in WEEK for start, end in hours]
        return frappe.get_doc(
            {
                "doctype": "Technician",
                "technician_name": f"{name} {self.tag}",
                "company": self.company,
                "latitude": LATITUDE + north / 100,
                "longitude": LONGITUDE,
                "skills": [{"skill": skill} for skill in skills],
                "working_times": times,
                **values,
            }
        ).insert()

    def order(self, title: str, north: float | None = 0, minutes: int = 60, **values) -> str:
        place = {} if north is None else {"latitude": LATITUDE + north / 100, "longitude": LONGITUDE}
        return (
            frappe.get_doc(
                {
                    "doctype": "Service Order",
                    "title": title,
                    "company": self.company,
                    "customer": self.customer,
                    "duration_minutes": minutes,
                    **place,
                    **values,
                }
            )
            .insert()
            .name
        )


def planned(order: str) -> tuple:
    """(status, technician, start) as the database has it."""
    return frappe.db.get_value("Service Order", order, ("status", "technician", "planned_start"))
