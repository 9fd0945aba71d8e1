"""Planning of technicians: public instances with time windows against their best-known costs, and a whole day from the
database.

The instances are not part of the project. `CRM_EXT_VRPTW_INSTANCES` names a folder with an instance (<name>.vrp in VRPLIB's
format or <name>.txt in Solomon's) and its best-known solution <name>.sol each; costs are those of the 12th DIMACS
challenge, with distances cut to one decimal. The repositories PyVRP/Instances, PyVRP/VRPLIB and laser-ufpb/VRPTWController
have them. Without the folder only the day is measured. Instances go through the rules of planning that the product uses.

Reported are the instances of HOLD_OUT, drawn by lot before any of them was looked at; the settings of the search were tuned
on others (TUNED_ON). With `CRM_EXT_VRPTW_ALL` set, every instance of the folder is measured.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import frappe
import numpy as np
from frappe.utils import now_datetime

INSTANCES, ALL_INSTANCES = "CRM_EXT_VRPTW_INSTANCES", "CRM_EXT_VRPTW_ALL"
# random.Random(2026).sample of all instances of Solomon and of Gehring and Homberger but those of TUNED_ON: two of 100
# customers, one of 400, 600 and 800 each, two of 1,000.
HOLD_OUT = ("C108", "R104", "R2_4_4", "R2_6_4", "RC1_8_2", "RC2_10_8", "C1_10_7")
TUNED_ON = ("R112", "R211", "RC106", "RC208", "R2_4_3", "RC1_4_5", "R1_6_4", "R1_10_3", "RC2_10_4")
SECONDS = 60
JOBS, TECHNICIANS = 200, 30
REPEATS = 3
_SKILLS = ("Pumps", "Boilers", "Cooling", "Controls", "Hydraulics", "Electricity")


def measure(site: str) -> Iterator[dict]:
    """Gap to the best-known cost in percent; seconds for a day of 200 jobs and 30 technicians."""
    for solution in _solutions():
        yield _instance(solution)
    yield from _day()


# Public instances


def _solutions() -> list[Path]:
    """Best-known solutions of the instances to measure."""
    folder = os.environ.get(INSTANCES)
    found = sorted(Path(folder).glob("*.sol")) if folder else []
    return found if os.environ.get(ALL_INSTANCES) else [each for each in found if each.stem in HOLD_OUT]


def _instance(solution: Path) -> dict:
    import vrplib

    from crm_ext.dispatch.rules.planning import plan
    from crm_ext.dispatch.rules.problem import Effort
    from crm_ext.dispatch.rules.travel import TravelTimes

    path = solution.with_suffix(".vrp")
    if path.exists():
        instance = vrplib.read_instance(path)
    else:
        instance = vrplib.read_instance(solution.with_suffix(".txt"), instance_format="solomon")
    best = float(vrplib.read_solution(solution)["cost"])
    problem = _problem(instance)
    distances = np.floor(instance["edge_weight"] * 10).astype(np.int64)
    travel = TravelTimes(range(len(distances)), distances)
    begin, worked = perf_counter(), process_time()
    outcome = plan(problem, travel, Effort(seconds=SECONDS, seed=1))
    seconds, worked = perf_counter() - begin, process_time() - worked
    assert not outcome.left, f"{path.stem}: {len(outcome.left)} customers left"
    cost = outcome.after.travel / 10
    return {
        "name": f"dispatch_public_instance_{'tuned_on' if path.stem in TUNED_ON else 'hold_out'}",
        "size": f"{path.stem}, {len(problem.jobs)} customers, {seconds:.0f} s ({worked:.0f} s of them on the processor)",
        "ours": cost,
        "best_known": best,
        "ratio": round((cost / best - 1) * 100, 2),
        "unit": "cost; gap in percent",
    }


def _problem(instance: dict):
    """The instance in the words of dispatch: each vehicle a technician without skills, at the depot, for one shift."""
    from crm_ext.dispatch.rules.problem import Job, Prices, Problem, Shift, Technician, Window

    windows = (np.asarray(instance["time_window"]) * 10).astype(int).tolist()
    service = np.broadcast_to(np.asarray(instance["service_time"]) * 10, len(windows)).astype(int).tolist()
    demand = np.asarray(instance["demand"]).astype(int).tolist()
    opens, closes = windows[0]
    jobs = tuple(
        Job(str(number), number, service[number], window=Window(*windows[number]), load=demand[number])
        for number in range(1, len(windows))
    )
    technicians = tuple(
        Technician(f"{number:04d}", 0, shifts=(Shift(opens, closes),), capacity=int(instance["capacity"]))
        for number in range(int(instance["vehicles"]))
    )
    return Problem(jobs, technicians, now=opens, prices=Prices())


# A day from the database


def _day() -> Iterator[dict]:
    """First plan and re-plan after one change, reading included; what was made is rolled back."""
    from crm_ext.dispatch.flow import applying, planning

    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    size = f"{JOBS} jobs, {TECHNICIANS} technicians"
    try:
        day = _next_working_day()
        technicians = _make(company, day)
        first, plan = _timed(lambda: planning.plan(company, day, technicians=technicians))
        yield _figure("dispatch_first_plan", size, first)
        begin = perf_counter()
        applying.apply(plan)
        yield _figure("dispatch_apply", size, perf_counter() - begin)
        away = planning.Happened(away={technicians[0]: (_at(day, 0), _at(day, 24))})
        again, replanned = _timed(lambda: planning.replan(company, day, away))
        yield _figure("dispatch_replan", size, again)
        kept = sum(1 for visit in replanned.visits if not visit.is_new)
        yield {
            **_figure("dispatch_replan_kept", size, kept),
            "unit": f"jobs that stay as they were, {len(plan.visits)} planned",
        }
    finally:
        frappe.db.rollback()


def _timed(work) -> tuple[float, object]:
    times, result = [], None
    for _repeat in range(REPEATS):
        begin = perf_counter()
        result = work()
        times.append(perf_counter() - begin)
    return median(times), result


def _figure(name: str, size: str, value: float) -> dict:
    return {"name": name, "size": size, "ours": round(value, 2), "erpnext": None, "ratio": None, "unit": "s"}


def _next_working_day():
    day = now_datetime().date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def _at(day, hour: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(hours=hour)


def _make(company: str, day) -> list[str]:
    """Technicians around a town, each with two or three of six skills, and jobs; a third of them with promised windows."""
    chance = random.Random(7)
    for skill in _SKILLS:
        if not frappe.db.exists("Service Skill", skill):
            frappe.get_doc({"doctype": "Service Skill", "skill_name": skill}).insert()
    customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Measured Customer"}).insert().name
    technicians = [_technician(company, number, chance).name for number in range(TECHNICIANS)]
    for number in range(JOBS):
        _job(company, customer, number, day, chance)
    return technicians


def _technician(company: str, number: int, chance: random.Random):
    return frappe.get_doc(
        {
            "doctype": "Technician",
            "technician_name": f"Measured {number:02d}",
            "company": company,
            "latitude": 48.2 + chance.gauss(0, 0.12),
            "longitude": 16.37 + chance.gauss(0, 0.18),
            "skills": [{"skill": skill} for skill in chance.sample(_SKILLS, chance.choice((2, 3)))],
        }
    ).insert()


def _job(company: str, customer: str, number: int, day, chance: random.Random) -> None:
    hour = chance.choice((8, 10, 12, 14))
    window = {"window_start": _at(day, hour), "window_end": _at(day, hour + 2)} if number % 3 == 0 else {}
    due = {"due_by": _at(day, chance.randint(10, 24))} if number % 4 == 0 else {}
    # Saved without validation: only what planning reads of the order matters here.
    frappe.get_doc(
        {
            "doctype": "Service Order",
            "name": f"MEASURED-{number:04d}",
            "title": f"Measured {number}",
            "company": company,
            "customer": customer,
            "status": "Open",
            "latitude": 48.2 + chance.gauss(0, 0.15),
            "longitude": 16.37 + chance.gauss(0, 0.2),
            "skill": chance.choice((*_SKILLS, None)),
            "duration_minutes": chance.choice((30, 45, 60)),
            "priority": chance.choice(("Low", "Medium", "High", "Urgent")),
            **window,
            **due,
        }
    ).db_insert()
